"""The client's manners: who it speaks to, how it retries, and that the key stays its own."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gateway.scripted import KEY, Reply, Request, World, json_reply, served

from pipelines.faults import (
    AnswerUnusable,
    ConfigurationFault,
    GatewayFault,
    GatewayRefused,
    GatewayUnavailable,
)
from pipelines.gateway.client import Fetched, GatewayClient, GatewaySettings, Limits
from pipelines.gateway.strict_json import unusable
from pipelines.landing import Landing, Segment

MakeClient = Callable[..., GatewayClient]
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def any_shape(payload: object) -> object:
    return payload


def fetch(client: GatewayClient, path: str = "/api/v1/x") -> Fetched[object]:
    return client.fetch(path, shape=any_shape)


def answers(world: World, *replies: Reply) -> None:
    """The server gives these in turn, and the last one for ever."""
    queue = list(replies)
    world.script = lambda _request, _reply: queue.pop(0) if len(queue) > 1 else queue[0]


OK = json_reply({"success": True, "data": []})
BUSY = Reply(b"{}", status=503)


@pytest.mark.parametrize(
    ("style", "header", "value"),
    [
        ("authorization", "authorization", KEY),
        ("bearer", "authorization", f"Bearer {KEY}"),
        ("x-api-key", "x-api-key", KEY),
    ],
)
def test_the_key_goes_into_the_header_of_the_style(
    world: World, make_client: MakeClient, style: str, header: str, value: str
) -> None:
    answers(world, OK)

    fetch(make_client(auth_style=style))

    (request,) = world.requests
    assert request.headers[header] == value
    assert request.headers["x-business-id"] == "biz_001"
    assert request.headers["accept-encoding"] == "identity"
    assert [name for name in request.headers if KEY in request.headers[name]] == [header]
    assert request.params == {}


def test_without_a_business_id_none_is_sent(world: World, make_client: MakeClient) -> None:
    answers(world, OK)
    fetch(make_client(business_id=None))
    assert "x-business-id" not in world.requests[0].headers


@pytest.mark.parametrize(
    "base_url",
    [
        "http://payment.kuvarpay.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "http://2130706433",
        "http://user:pass@127.0.0.1",
        "https://payment.kuvarpay.com?x=1",
        "https://payment.kuvarpay.com#x",
        "ftp://payment.kuvarpay.com",
        "payment.kuvarpay.com",
        "https://",
        "",
        "http://[::2]",
        "https://bad host",
    ],
)
def test_addresses_that_must_not_see_the_key_are_refused(
    make_client: MakeClient, base_url: str
) -> None:
    with pytest.raises(ConfigurationFault, match="KUVARPAY_BASE_URL"):
        make_client(base_url=base_url)


@pytest.mark.parametrize(
    "base_url",
    ["https://payment.kuvarpay.com", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9"],
)
def test_https_and_loopback_are_accepted(make_client: MakeClient, base_url: str) -> None:
    assert make_client(base_url=base_url).requests == 0


@pytest.mark.parametrize("key", ["", "rsp live", "rsp_live\n", "rsp_lïve", "\x7f"])
def test_a_key_that_no_header_can_hold_is_refused_unshown(
    make_client: MakeClient, key: str
) -> None:
    with pytest.raises(ConfigurationFault) as caught:
        make_client(api_key=key)
    assert key == "" or key not in str(caught.value)


def test_an_unknown_style_and_an_odd_business_are_refused(make_client: MakeClient) -> None:
    with pytest.raises(ConfigurationFault, match="KUVARPAY_AUTH_STYLE"):
        make_client(auth_style="basic")
    with pytest.raises(ConfigurationFault, match="business id"):
        make_client(business_id="a\r\nb: c")


def test_the_settings_do_not_show_the_key() -> None:
    settings = GatewaySettings("https://payment.kuvarpay.com", KEY, "biz_001", "bearer")
    assert KEY not in f"{settings!r} {settings} {[settings]}"
    assert "biz_001" in repr(settings)


def test_a_redirect_is_refused_and_never_followed(world: World, client: GatewayClient) -> None:
    with served() as elsewhere:
        location = ("Location", f"{elsewhere.url}/api/v1/x")
        answers(world, Reply(b"", status=302).with_headers(location))

        with pytest.raises(GatewayRefused, match="KUVARPAY_BASE_URL"):
            fetch(client)

        assert elsewhere.requests == []
    assert len(world.requests) == 1


def test_proxies_of_the_environment_are_not_asked(
    world: World, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(world, OK)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(make_client()).content == {"success": True, "data": []}


def test_cookies_are_not_sent_back(world: World, client: GatewayClient) -> None:
    answers(world, OK.with_headers(("Set-Cookie", "session=1; Path=/")))
    fetch(client)
    fetch(client)
    assert "cookie" not in world.requests[1].headers


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(401, "KUVARPAY_API_KEY"), (403, "secret key"), (404, "KUVARPAY_BASE_URL"), (400, "landing")],
)
def test_a_refusal_comes_at_once_and_says_what_to_do(
    world: World, client: GatewayClient, slept: list[float], status: int, remedy: str
) -> None:
    answers(world, Reply(b"{}", status=status))

    with pytest.raises(GatewayRefused) as caught:
        fetch(client)

    assert remedy in caught.value.remedy
    assert str(status) in caught.value.sentence
    assert (len(world.requests), slept) == (1, [])


def test_an_unknown_id_is_none_but_a_wrong_address_is_a_fault(
    world: World, client: GatewayClient
) -> None:
    answers(world, Reply(b'{"error":"unknown"}', status=404))
    assert client.find("/api/v1/x/1", shape=any_shape) is None
    answers(world, Reply(b"<html>Cannot GET", status=404, content_type="text/html"))
    with pytest.raises(GatewayRefused, match="KUVARPAY_BASE_URL"):
        client.find("/api/v1/x/1", shape=any_shape)


def test_waits_double_and_the_tries_are_bounded(
    world: World, make_client: MakeClient, slept: list[float]
) -> None:
    answers(world, BUSY)

    with pytest.raises(GatewayUnavailable, match="503"):
        fetch(make_client(limits=Limits(tries=6, backoff_most_seconds=4)))

    assert slept == [0.5, 1.0, 2.0, 4.0, 4.0]
    assert len(world.requests) == 6


def test_chance_makes_a_wait_shorter_by_at_most_half(
    world: World, make_client: MakeClient, slept: list[float]
) -> None:
    answers(world, BUSY, OK)
    fetch(make_client(jitter=lambda: 1.0))
    assert slept == [0.25]


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("-3", 1.0),
        ("9" * 400, 300.0),
        ("Mon, 02 Mar 2026 01:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 00:00:00 GMT", 1.0),
        ("Tue, 03 Mar 2026 00:00:00 GMT", 300.0),
        ("nonsense", 0.5),
    ],
)
def test_retry_after_is_honoured_within_bounds(
    world: World, make_client: MakeClient, slept: list[float], header: str, wait: float
) -> None:
    answers(world, Reply(b"{}", status=429).with_headers(("Retry-After", header)), OK)
    fetch(make_client(clock=lambda: NOW))
    assert slept == [wait]


def test_the_waiting_for_one_page_and_for_all_is_bounded(
    world: World, make_client: MakeClient, slept: list[float]
) -> None:
    long = Reply(b"{}", status=429).with_headers(("Retry-After", "300"))
    answers(world, long)
    with pytest.raises(GatewayUnavailable, match="waiting that is allowed"):
        fetch(make_client(limits=Limits(wait_per_page_seconds=700)))
    assert slept == [300.0, 300.0]

    slept.clear()
    answers(world, long, OK, long, OK, long)
    client = make_client(limits=Limits(wait_total_seconds=700))
    fetch(client)
    fetch(client)
    with pytest.raises(GatewayUnavailable, match="waiting that is allowed"):
        fetch(client)
    assert slept == [300.0, 300.0]


def test_unusable_bodies_are_tried_again_a_few_times(world: World, make_client: MakeClient) -> None:
    answers(world, Reply(b"{"))

    with pytest.raises(AnswerUnusable, match=r"not complete .*/api/v1/x"):
        fetch(make_client(limits=Limits(unusable_tries=3)))

    assert len(world.requests) == 3


def test_a_wrong_shape_is_tried_again(world: World, client: GatewayClient) -> None:
    seen: list[object] = []

    def second_only(payload: object) -> object:
        seen.append(payload)
        if len(seen) < 2:
            raise unusable("there is no list of rows in it")
        return payload

    answers(world, OK)
    assert client.fetch("/api/v1/x", shape=second_only).content == seen[1]


def test_an_answer_is_kept_before_it_is_parsed_and_parsed_as_kept(
    world: World, client: GatewayClient, landing: Landing, segment: Segment
) -> None:
    answers(world, json_reply({"success": True, "data": {"authToken": "secret", "id": 1}}))

    fetched = fetch(client)
    segment.close()

    (kept,) = landing.read(fetched.ref)
    assert fetched.content == {"success": True, "data": {"authToken": None, "id": "1"}}
    assert kept.body == b'{"success":true,"data":{"authToken":null,"id":1}}'
    assert kept.received_at == fetched.received_at


ENDINGS: dict[str, Reply] = {
    "usable": OK,
    "refused": Reply(b'{"error":"no"}', status=401),
    "unavailable": BUSY,
    "unusable": Reply(b"{"),
    "echoed in an error": Reply(b'{"error":"bad key %s"}' % KEY.encode(), status=401),
    "echoed in a page": Reply(b"<p>%s</p>" % KEY.encode(), content_type="text/html"),
    "echoed in the type": Reply(b"{}", content_type=f"text/{KEY}"),
    "echoed in a header": BUSY.with_headers(("Retry-After", KEY)),
    "echoed in a redirect": Reply(b"", status=302).with_headers(("Location", f"/?k={KEY}")),
    "cut": Reply(b"[1,2,3]", cut=2),
}


def told_by(client: GatewayClient) -> str:
    """Everything that a person could come to read of one fetch."""
    try:
        return repr(fetch(client))
    except GatewayFault as fault:
        trace = traceback.TracebackException.from_exception(fault, capture_locals=False)
        behind = vars(fault.__context__) if fault.__context__ else {}
        return "".join(trace.format()) + repr(behind)


@pytest.mark.parametrize("reply", ENDINGS.values(), ids=ENDINGS.keys())
@pytest.mark.parametrize("style", ["authorization", "bearer", "x-api-key"])
def test_the_key_is_in_no_log_no_fault_and_no_file(
    world: World,
    make_client: MakeClient,
    segment: Segment,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    landing: Landing,
    reply: Reply,
    style: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    answers(world, reply)
    client = make_client(auth_style=style, limits=Limits(tries=2))
    told = f"{client!r}"

    told += told_by(client)
    segment.close()

    kept = b"".join(
        b"%r" % answer + answer.body
        for file in segment.finished
        for answer in landing.read(file.path)
    )
    assert len(segment.finished) == 1
    assert KEY not in told
    assert KEY.encode() not in kept
    assert KEY not in caplog.text
    assert all(KEY.encode() not in each.read_bytes() for each in tmp_path.rglob("*.zst"))


def test_counts_of_requests_are_told(world: World, client: GatewayClient) -> None:
    counted: list[Request] = world.requests
    answers(world, BUSY, OK)
    fetch(client)
    assert client.requests == len(counted) == 2
