"""Asking within bounds: styles of the key, refusals, failures, and no trace of key or answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from gateway.scripted import KEY, Item, Reply, Request, World, json_reply

from pipelines.faults import AnswerUnusable, GatewayRefused, GatewayUnavailable
from pipelines.gateway.asking import GETS_MOST
from pipelines.gateway.client import GatewaySettings
from pipelines.gateway.manners import Manners
from pipelines.gateway.probing import probe


@pytest.fixture
def gateway(world: World, make_rows: Callable[..., list[Item]]) -> GatewaySettings:
    """The scripted server with 30 rows."""
    world.rows = make_rows(30)
    return GatewaySettings(world.url, KEY)


def asked(gateway: GatewaySettings, **changes: Any) -> Manners:
    return probe(gateway, sleep=lambda _: None, **changes)


def when(matches: Callable[[Request], bool], reply: Reply) -> Callable[[Request, Reply], Reply]:
    return lambda request, honest: reply if matches(request) else honest


@pytest.mark.parametrize("works", ["bearer", "x-api-key"])
def test_a_key_that_is_taken_in_another_style_only_is_told(
    world: World, gateway: GatewaySettings, works: str
) -> None:
    wanted = {"bearer": ("authorization", f"Bearer {KEY}"), "x-api-key": ("x-api-key", KEY)}[works]
    refusal = json_reply({"success": False, "error": "who?"}, status=401)
    world.script = when(lambda request: request.headers.get(wanted[0]) != wanted[1], refusal)

    found = asked(gateway)

    assert found.auth_style == works
    assert found.pages == "honoured"
    assert found.requests == len(world.requests) <= GETS_MOST


@pytest.mark.parametrize(
    ("reply", "fault", "said", "gets"),
    [
        (json_reply({"error": KEY}, status=401), GatewayRefused, "three auth styles", 3),
        (json_reply({"error": KEY}, status=403), GatewayRefused, "three auth styles", 3),
        (Reply(b"", 302, (("Location", "https://x/"),)), GatewayRefused, "KUVARPAY_BASE_URL", 1),
        (Reply(b"<p>", content_type="text/html"), AnswerUnusable, "text/html", 2),
        (Reply(b"<p>", 404, content_type="text/html"), GatewayRefused, "KUVARPAY_BASE_URL", 1),
        (json_reply({"success": False}), AnswerUnusable, "not a success", 2),
        (json_reply({}, status=503), GatewayUnavailable, "503", 3),
        (Reply(b"", 429, (("Retry-After", "9999"),)), GatewayUnavailable, "waiting", 1),
    ],
)
def test_a_gateway_that_gives_no_list_is_a_fault_after_few_gets(
    world: World,
    gateway: GatewaySettings,
    reply: Reply,
    fault: type[Exception],
    said: str,
    gets: int,
) -> None:
    world.script = lambda *_: reply

    with pytest.raises(fault, match=said) as raised:
        asked(gateway)

    assert len(world.requests) == gets
    assert KEY not in str(raised.value)


def test_the_key_is_in_no_finding_though_the_gateway_repeats_it(
    world: World, gateway: GatewaySettings
) -> None:
    for row in world.rows:
        row |= {KEY: 1, f"echo_{KEY}": 2, "\\u0072" + KEY[1:]: 3}
        row["status"] = KEY.upper()

    found = str(asdict(asked(gateway)))

    assert KEY.lower() not in found.lower()


def test_a_gateway_that_fails_after_the_first_page_shows_nothing_and_is_left_in_peace(
    world: World, gateway: GatewaySettings
) -> None:
    failing = json_reply({"success": False}, status=503)
    world.script = when(lambda request: request.count > 0, failing)

    found = asked(gateway)

    assert (found.pages, found.limit, found.order, found.rows_by_id) == (None, None, None, None)
    assert set(found.filters.values()) == {None}
    assert found.troubles == {"5xx": found.requests - 1}
    assert len(world.requests) <= GETS_MOST


def test_a_key_that_is_refused_later_on_is_no_refusal_of_a_parameter(
    world: World, gateway: GatewaySettings
) -> None:
    refusal = json_reply({"success": False}, status=401)
    world.script = when(lambda request: request.count > 0, refusal)

    found = asked(gateway)

    assert (found.pages, found.limit, found.page_size_refused) == (None, None, None)
    assert set(found.filters.values()) == {None}
