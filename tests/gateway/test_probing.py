"""Every way in which a gateway may differ is found by its name, with a dozen GETs and no guess.

The truth of an experiment is the personality of the sandbox, or the manners of the scripted server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from gateway.scripted import KEY, Item, Reply, Request, World, json_reply

from pipelines.gateway.asking import GETS_MOST
from pipelines.gateway.client import GatewaySettings
from pipelines.gateway.manners import Manners
from pipelines.gateway.probing import probe
from pipelines.sandbox import Manners as Odd
from pipelines.sandbox import SandboxPlan, SandboxServer

GETS_USUAL = 13
SAME = ("host", "probed_at", "requests", "slowest_answer_ms")
STANDS_AT = datetime(2026, 10, 23, 15, 15, tzinfo=UTC)
AS_DOCUMENTED: dict[str, Any] = {
    "form": 1,
    "business_id": "",
    "auth_style": "authorization",
    "envelope": "data",
    "field_style": "camelCase",
    "status_case": "upper",
    "rows_are_short": False,
    "unknown_fields": (),
    "unknown_statuses": (),
    "rows_by_id": "honoured",
    "pages": "honoured",
    "pages_begin_at": 1,
    "list_is_whole": None,
    "page_past_the_end": "empty",
    "limit": "honoured",
    "default_page_size": 20,
    "page_size_proven": 25,
    "page_size_cap": 25,
    "page_size_refused": None,
    "filters": {"startDate": "honoured", "endDate": "honoured", "status": "honoured"},
    "default_order": "newest first",
    "order": "honoured",
    "total_is_given": True,
    "total_is_true": True,
    "total_follows_filters": True,
    "clock_skew_seconds": None,
    "clock_shown_by": None,
    "troubles": {},
}
# Without a total nothing can be said about it; without pages, nothing about their sizes.
NO_TOTAL = {"total_is_given": False, "total_is_true": None, "total_follows_filters": None}
WRONG_TOTAL = {"total_is_true": False, "total_follows_filters": None}
NO_PAGES = {
    "pages": "ignored",
    "limit": "ignored",
    "pages_begin_at": None,
    "page_past_the_end": None,
    "page_size_proven": None,
    "page_size_cap": None,
}
DEAF = dict.fromkeys(("startDate", "endDate", "status"), "ignored")
PERSONALITIES: list[tuple[str, object, dict[str, object]]] = [
    ("seed", 7, {}),
    ("ignore_filters", True, {"filters": DEAF, "total_follows_filters": None}),
    ("ignore_order", True, {"order": "ignored"}),
    (
        "ignore_paging",
        "first",
        NO_PAGES | {"list_is_whole": False, "total_is_true": None, "total_follows_filters": None},
    ),
    ("ignore_paging", "all", NO_PAGES | {"list_is_whole": True, "default_page_size": None}),
    ("cap_limit", 7, {"default_page_size": 7, "page_size_proven": 7, "page_size_cap": 7}),
    (
        "refuse_limit",
        True,
        {"page_size_refused": 100, "page_size_proven": 20, "page_size_cap": None},
    ),
    ("shuffle", True, {"default_order": "none", "order": "ignored"}),
    ("repeat_pages", True, {"page_past_the_end": "repeated"}),
    ("short_rows", True, {"rows_are_short": True}),
    ("lowercase", True, {"status_case": "lower"}),
    ("envelope", "object", {"envelope": "data.transactions"}),
    ("envelope", "items", {"envelope": "data.items"}),
    ("envelope", "bare", {"envelope": "a bare list"} | NO_TOTAL),
    ("totals", "lying", WRONG_TOTAL),
    ("totals", "zero", WRONG_TOTAL),
    ("totals", "none", NO_TOTAL),
    ("field_style", "snake", {"field_style": "snake_case"}),
    ("unknown_fields", True, {"unknown_fields": ("xInternal",)}),
    ("unknown_words", True, {"unknown_statuses": ("AWAITING_SIGNAL",)}),
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[httpx.Client]:
    """A book of 76 payments, one of them open, and the switches of its personality."""
    plan = SandboxPlan(start=date(2026, 10, 20), days=4, orders_per_day=20)
    odd = Odd(page_limit=25)
    with (
        SandboxServer(plan, clock=STANDS_AT, manners=odd) as server,
        httpx.Client(base_url=server.url) as opened,
    ):
        yield opened


def settings(url: object, **changes: Any) -> GatewaySettings:
    return GatewaySettings(**{"base_url": str(url).rstrip("/"), "api_key": KEY, **changes})


def asked(gateway: GatewaySettings, **changes: Any) -> Manners:
    return probe(gateway, sleep=lambda _: None, **changes)


def found_of(sandbox: httpx.Client, **switches: object) -> dict[str, Any]:
    sandbox.delete("/_sandbox/personality")
    sandbox.put("/_sandbox/personality", json=switches).raise_for_status()
    sandbox.delete("/_sandbox/requests")
    found = asdict(asked(settings(sandbox.base_url)))
    counted = sandbox.get("/_sandbox/requests").json()
    assert counted["total"] == found["requests"]
    assert {kind.split()[0] for kind in counted["by_kind"]} == {"GET"}
    return found


@pytest.mark.parametrize(("name", "value", "differs"), PERSONALITIES)
def test_each_personality_is_found_and_nothing_else(
    sandbox: httpx.Client, name: str, value: object, differs: dict[str, object]
) -> None:
    found = found_of(sandbox, **{name: value})

    assert {key: found[key] for key in found if key not in SAME} == AS_DOCUMENTED | differs
    assert found["requests"] <= GETS_USUAL


@pytest.mark.parametrize(
    ("rate", "kind"),
    [
        ("rate_429", "429"),
        ("rate_5xx", "5xx"),
        ("cut_rate", "unusable"),
        ("no_answer_rate", "no answer"),
    ],
)
def test_answers_that_fail_are_counted_and_no_conclusion_is_drawn_from_them(
    rate: str, kind: str
) -> None:
    plan = SandboxPlan(start=date(2026, 10, 20), days=2, orders_per_day=20)
    manners = Odd(personality=[f"{rate}=30"])
    with SandboxServer(plan, clock=STANDS_AT, manners=manners) as server:
        found = asdict(asked(settings(server.url)))

    filters = {name: judged for name, judged in found["filters"].items() if judged}
    assert found["troubles"].keys() == {kind}
    assert found["requests"] <= GETS_MOST
    assert filters.items() <= AS_DOCUMENTED["filters"].items()
    assert {found["pages"], found["limit"], found["order"]} <= {"honoured", None}
    assert {found["total_is_true"], found["total_follows_filters"]} <= {True, None}


def test_a_slow_gateway_is_told(sandbox: httpx.Client) -> None:
    assert found_of(sandbox, latency_ms=15)["slowest_answer_ms"] >= 15


def test_two_switches_are_told_apart(sandbox: httpx.Client) -> None:
    found = found_of(sandbox, ignore_filters=True, cap_limit=20, totals="none", shuffle=True)

    assert found["filters"] == DEAF
    assert (found["page_size_proven"], found["total_is_given"]) == (20, False)
    assert (found["default_order"], found["order"]) == ("none", "ignored")


@pytest.fixture
def gateway(world: World, make_rows: Callable[..., list[Item]]) -> GatewaySettings:
    """The scripted server with 70 rows over six days, two of three completed."""
    world.rows = make_rows(70)
    for number, row in enumerate(world.rows):
        stamp = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=2 * number)
        row["createdAt"] = stamp.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row["status"] = "COMPLETED" if number % 3 else "EXPIRED"
    return settings(world.url)


@pytest.mark.parametrize(
    ("manners", "differs"),
    [
        ({}, {"default_order": "oldest first", "page_size_proven": None}),
        ({"newest_first": True}, {"default_order": "newest first"}),
        ({"cap": 30}, {"page_size_proven": 30, "page_size_cap": 30}),
        ({"cap": 30, "cap_moves_offset": True}, {"page_size_proven": 30, "page_size_cap": 30}),
        ({"ignores_filters": True}, {"filters": {"startDate": "ignored", "endDate": "ignored"}}),
        ({"ignores_limit": True, "cap": 50}, {"limit": "ignored", "default_page_size": 50}),
        ({"ignores_paging": True}, {"pages": "ignored", "limit": "honoured"}),
        ({"total_shift": 3}, {"total_is_true": False}),
        ({"total_shift": -3}, {"total_is_true": False}),
        ({"total_shift": 3, "cap": 50}, {"total_is_true": False}),
        ({"total_shift": -3, "cap": 50}, {"total_is_true": False}),
        ({"total_counts_all": True}, {"total_is_true": True, "total_follows_filters": False}),
        ({"refuses_pages_beyond": True}, {"page_past_the_end": "refused"}),
        ({"refuses_pages_beyond": True, "cap": 50}, {"page_past_the_end": "refused"}),
        ({"repeats_last_page": True}, {"page_past_the_end": "repeated"}),
        ({"bare_list": True}, {"envelope": "a bare list", "total_is_given": False}),
        ({"short_rows": True}, {"rows_are_short": True}),
    ],
    ids=lambda value: ",".join(value),
)
def test_the_manners_of_another_server_are_found(
    world: World, gateway: GatewaySettings, manners: dict[str, object], differs: dict[str, object]
) -> None:
    for name, value in manners.items():
        setattr(world.manners, name, value)

    found = asdict(asked(gateway))
    found["filters"].pop("status")  # This server has no such filter.

    assert {name: found[name] for name in differs} == differs
    assert found["filters"] == differs.get(
        "filters", {"startDate": "honoured", "endDate": "honoured"}
    )


def test_an_empty_gateway_shows_nothing_and_denies_nothing(world: World) -> None:
    found = asked(settings(world.url))

    assert found.requests == len(world.requests) == 1
    assert (found.envelope, found.total_is_given, found.filters) == ("data", True, {})
    assert {found.pages, found.limit, found.order, found.default_order, found.rows_by_id} == {None}
    assert found.total_is_true is None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_rows_show_little_and_nothing_false(
    world: World, make_rows: Callable[..., list[Item]], count: int
) -> None:
    world.rows = make_rows(count)

    found = asked(settings(world.url))

    assert found.pages == (None if count == 1 else "honoured")
    assert found.total_is_true is (None if count == 1 else True)
    assert {found.page_size_proven, found.default_page_size} == {None}
    assert set(found.filters.values()) <= {"honoured"}


def when(matches: Callable[[Request], bool], reply: Reply) -> Callable[[Request, Reply], Reply]:
    return lambda request, honest: reply if matches(request) else honest


@pytest.mark.parametrize(
    ("parameter", "reply", "judged"),
    [
        ("startDate", json_reply({"success": False, "error": "no"}, status=400), "refused"),
        ("endDate", json_reply({"success": True, "data": []}), "misread"),
        ("status", json_reply({"success": False, "error": "no"}, status=422), "refused"),
        ("startDate", Reply(b"<p>", content_type="text/html"), None),
    ],
)
def test_a_filter_that_is_refused_or_swallows_rows_is_not_ignored(
    world: World, gateway: GatewaySettings, parameter: str, reply: Reply, judged: str | None
) -> None:
    world.script = when(lambda request: parameter in request.params, reply)

    assert asked(gateway).filters[parameter] == judged


def test_pages_counted_from_zero_are_found(world: World, gateway: GatewaySettings) -> None:
    def from_zero(request: Request, honest: Reply) -> Reply:
        if "page" not in request.params or request.path.count("/") > 3:
            return honest
        number = str(request.page + 1)
        moved = Request(request.path, {**request.params, "page": number}, {}, request.count)
        return world._list(moved)

    world.script = from_zero
    found = asked(gateway)

    assert (found.pages, found.pages_begin_at) == ("honoured", 0)
    assert found.page_size_proven is None


def test_a_row_that_comes_in_between_is_not_taken_for_deafness(
    world: World, gateway: GatewaySettings, make_rows: Callable[..., list[Item]]
) -> None:
    def growing(request: Request, honest: Reply) -> Reply:
        if request.count == 0:
            world.rows += make_rows(1, start=datetime(2026, 4, 1, tzinfo=UTC))
        return honest

    world.manners.newest_first, world.script = True, growing

    assert asked(gateway).pages == "honoured"


def test_a_listed_row_that_its_id_does_not_find_is_told(
    world: World, gateway: GatewaySettings
) -> None:
    missing = json_reply({"success": False, "error": "not found"}, status=404)
    world.script = when(lambda request: "/trxn_" in request.path, missing)

    assert asked(gateway).rows_by_id == "unknown"


@pytest.mark.parametrize(("off", "skew"), [(0, 0), (300, 300), (-3600, -3600)])
def test_the_date_header_shows_how_far_the_clocks_are_apart(
    world: World, off: int, skew: int
) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    sent = (now + timedelta(seconds=off)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    world.script = lambda _, honest: honest.with_headers(("Date", sent))

    found = asked(settings(world.url), clock=lambda: now)

    assert (found.clock_skew_seconds, found.clock_shown_by) == (skew, "the Date header")


@pytest.mark.parametrize(("hours", "skew"), [(2, 3600), (3, None), (99, None)])
def test_without_a_date_only_a_row_of_the_future_shows_the_clock(
    world: World, make_rows: Callable[..., list[Item]], hours: int, skew: int | None
) -> None:
    newest = datetime(2026, 3, 1, 3, tzinfo=UTC)
    world.rows = make_rows(1, start=newest)
    world.script = lambda _, honest: honest.with_headers(("Date", "yesterday, I think"))

    found = asked(
        settings(world.url), clock=lambda: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hours)
    )

    assert found.clock_skew_seconds == skew
