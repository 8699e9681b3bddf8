"""A window is walked to its provable end whatever manners the gateway has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from gateway.scripted import Item, Reply, Request, World, json_reply

from pipelines.faults import AnswerUnusable
from pipelines.gateway.client import GatewayClient, Limits
from pipelines.gateway.lookup import read_by_ids
from pipelines.gateway.streams.payments import CHECKOUT_SESSIONS, TRANSACTIONS
from pipelines.gateway.walk import Walk, Window, walk_window

Rows = Callable[..., list[Item]]


def walked(client: GatewayClient, window: Window, **changes: Any) -> Walk:
    return walk_window(client, TRANSACTIONS, window, page_size=10, **changes)


def ids(walk: Walk) -> list[str]:
    return sorted(str(row["transaction_id"]) for row in walk.rows)


def is_conserved(walk: Walk) -> bool:
    seen = walk.certificate
    return seen.rows_received == len(walk.rows) + seen.rows_outside + seen.rows_repeated


TOLERATED: dict[str, dict[str, Any]] = {
    "good manners": {},
    "a capped limit": {"cap": 7},
    "a capped limit whose offset is not": {"cap": 7, "cap_moves_offset": True},
    "the same, without a total": {"cap": 7, "cap_moves_offset": True, "has_total": False},
    "filters ignored": {"ignores_filters": True},
    "newest first": {"newest_first": True},
    "a bare list": {"bare_list": True},
    "rows under transactions": {"wrapped_in": "transactions"},
    "rows under items": {"wrapped_in": "items"},
    "a total too small": {"total_shift": -5},
    "a total that ends with a page": {"total_shift": -13},
    "a total of everything": {"total_counts_all": True},
    "no total": {"has_total": False},
    "the last page for ever": {"repeats_last_page": True},
    "the last page for ever, no total": {"repeats_last_page": True, "has_total": False},
    "404 beyond the last page": {"refuses_pages_beyond": True},
    "everything at once": {"ignores_paging": True, "ignores_limit": True},
    "limit ignored": {"ignores_limit": True},
    "short rows": {"short_rows": True},
}


@pytest.mark.parametrize("manners", TOLERATED.values(), ids=TOLERATED.keys())
def test_a_window_is_complete_and_exact_whatever_the_manners(
    world: World, client: GatewayClient, window: Window, make_rows: Rows, manners: dict[str, Any]
) -> None:
    earlier = make_rows(5, start=window.start - timedelta(hours=1))
    later = make_rows(6, start=window.end + timedelta(days=3))
    inside = make_rows(33)
    world.rows = [*later, *inside, *earlier]
    for name, value in manners.items():
        setattr(world.manners, name, value)

    walk = walked(client, window)

    assert ids(walk) == sorted(row["id"] for row in inside)
    assert walk.certificate.complete, walk.certificate.reason
    assert walk.certificate.distinct_ids == 33
    assert walk.certificate.sums == {"NGN": str(sum((r["amount"] for r in inside), Decimal(0)))}
    assert {row["fee_amount"] for row in walk.rows} == {"5000"}
    assert is_conserved(walk)


NOT_SHOWN: dict[str, dict[str, Any]] = {
    "the first page for ever": {"ignores_paging": True},
    "the first page for ever, no total": {"ignores_paging": True, "has_total": False},
    "everything at once and nothing to show it": {
        "ignores_paging": True,
        "ignores_limit": True,
        "bare_list": True,
    },
    "a total of rows that never come": {"total_shift": 3},
}


@pytest.mark.parametrize("manners", NOT_SHOWN.values(), ids=NOT_SHOWN.keys())
def test_what_is_not_shown_complete_is_marked_so(
    world: World, client: GatewayClient, window: Window, make_rows: Rows, manners: dict[str, Any]
) -> None:
    world.rows = make_rows(33)
    for name, value in manners.items():
        setattr(world.manners, name, value)

    walk = walked(client, window)

    assert not walk.certificate.complete
    assert walk.certificate.reason
    assert walk.certificate.passes == 3
    assert is_conserved(walk)


def test_good_manners_cost_one_pass_and_one_page_to_see_the_end(
    world: World, client: GatewayClient, window: Window, make_rows: Rows
) -> None:
    world.rows = make_rows(30)

    walk = walked(client, window)

    assert world.pages_asked() == [1, 2, 3, 4]
    assert (walk.certificate.passes, walk.certificate.pages) == (1, 4)
    assert walk.certificate.reason == "all 30 rows that the gateway declares"


@pytest.mark.parametrize("has_total", [True, False])
def test_an_empty_window_is_complete(
    world: World, client: GatewayClient, window: Window, has_total: bool
) -> None:
    world.manners.has_total = has_total

    walk = walked(client, window)

    assert walk.rows == []
    assert walk.certificate.complete
    assert walk.certificate.passes == (1 if has_total else 2)


def test_a_window_is_half_open_and_cut_by_the_client(
    world: World, client: GatewayClient, make_rows: Rows
) -> None:
    world.rows = make_rows(10)
    window = Window(datetime(2026, 3, 1, 0, 2, tzinfo=UTC), datetime(2026, 3, 1, 0, 5, tzinfo=UTC))

    walk = walked(client, window)

    assert ids(walk) == ["trxn_0301_00002", "trxn_0301_00003", "trxn_0301_00004"]
    assert walk.certificate.rows_outside == 7


def test_a_row_without_a_readable_instant_or_id_is_handed_on(
    world: World, client: GatewayClient, window: Window, make_rows: Rows
) -> None:
    nameless, undated, odd = make_rows(3)
    nameless["id"] = None
    undated["createdAt"] = None
    odd["createdAt"] = "last tuesday"
    rows = [nameless, undated, odd]
    world.script = lambda request, _: json_reply(rows if request.page == 1 else [])

    walk = walked(client, window)

    assert [row["transaction_id"] for row in walk.rows] == [None, undated["id"], odd["id"]]
    assert [row["created_at"] for row in walk.rows][1:] == [None, "last tuesday"]
    assert walk.certificate.distinct_ids == 2
    assert walk.certificate.complete


def test_rows_inserted_between_pages_repeat_and_cause_a_second_walk(
    world: World, client: GatewayClient, window: Window, make_rows: Rows
) -> None:
    rows = make_rows(40)
    world.rows = rows[:30]
    world.manners.newest_first = True

    def insert(request: Request, reply: Reply) -> Reply:
        if request.count < 3:
            world.rows = rows[: 31 + request.count]
        return reply

    world.script = insert

    walk = walked(client, window)

    assert ids(walk) == sorted(row["id"] for row in rows[:33])
    assert walk.certificate.complete
    assert walk.certificate.passes > 1
    assert is_conserved(walk)


def test_a_row_deleted_between_pages_cannot_hide_the_one_it_pulls_over_the_edge(
    world: World, client: GatewayClient, window: Window, make_rows: Rows
) -> None:
    rows = make_rows(30)
    world.rows = list(rows)

    def delete(request: Request, reply: Reply) -> Reply:
        if request.count == 0:
            del world.rows[3]
        return reply

    world.script = delete

    walk = walked(client, window)

    assert rows[10]["id"] in ids(walk)
    assert walk.certificate.passes > 1


def test_walks_that_never_agree_show_nothing_and_hand_on_every_row(
    world: World, client: GatewayClient, window: Window, make_rows: Rows
) -> None:
    rows = make_rows(9)
    world.manners.has_total = False

    def leave_one_out(request: Request, reply: Reply) -> Reply:
        if request.page > 1:
            return reply
        world.rows = [row for row in rows if row is not rows[request.count]]
        return json_reply({"success": True, "data": world.rows})

    world.script = leave_one_out
    world.rows = rows

    walk = walked(client, window)

    assert not walk.certificate.complete
    assert walk.certificate.reason == "3 walks saw different rows"
    assert ids(walk) == sorted(row["id"] for row in rows)


def test_a_row_that_changes_while_paging_is_handed_on_in_both_versions(
    world: World, client: GatewayClient, window: Window, make_rows: Rows
) -> None:
    rows = make_rows(12)
    world.rows = rows
    newer = {**rows[0], "status": "REFUNDED", "updatedAt": "2026-03-02T00:00:00.000Z"}

    def change(request: Request, reply: Reply) -> Reply:
        if request.page == 2:
            return json_reply({"success": True, "data": [*rows[10:], newer]})
        return reply

    world.script = change

    walk = walked(client, window)
    versions = [row["status"] for row in walk.rows if row["transaction_id"] == rows[0]["id"]]

    assert versions == ["COMPLETED", "REFUNDED"]
    assert walk.certificate.distinct_ids == 12


def test_the_digest_tells_contents_apart_and_not_the_order(
    world: World, make_client: Callable[..., GatewayClient], window: Window, make_rows: Rows
) -> None:
    def digest() -> str:
        return walked(make_client(), window).certificate.digest

    world.rows = make_rows(25)
    first = digest()
    world.manners.newest_first = True
    assert digest() == first
    world.rows[7]["amount"] += Decimal("0.01")
    assert digest() != first


def test_a_list_without_end_is_a_fault(
    world: World, make_client: Callable[..., GatewayClient], window: Window, make_rows: Rows
) -> None:
    rows = make_rows(2000)
    world.script = lambda request, _: json_reply(rows[request.page * 10 : request.page * 10 + 10])

    with pytest.raises(AnswerUnusable, match="does not end"):
        walked(make_client(limits=Limits(pages=50)), window)


def test_short_rows_are_read_whole_by_their_ids_once(
    world: World, client: GatewayClient, window: Window, make_rows: Rows
) -> None:
    world.rows = make_rows(5)
    world.manners.short_rows, world.manners.has_total = True, False

    walk = walked(client, window)

    assert [row["is_short"] for row in walk.rows] == [None] * 5
    assert {row["crypto_received"] for row in walk.rows} == {"750.12"}
    assert walk.certificate.rows_enriched == 5
    details = [request.path for request in world.requests if not request.params]
    assert len(details) == len(set(details)) == 5


def test_pages_may_be_taken_one_by_one(
    world: World, client: GatewayClient, window: Window, make_rows: Rows
) -> None:
    world.rows = make_rows(25)
    taken: list[int] = []

    walk = walked(client, window, take=lambda rows: taken.append(len(rows)))

    assert taken == [10, 10, 5]
    assert walk.rows == []
    assert walk.certificate.distinct_ids == 25


def test_rows_are_read_by_ids_and_unknown_ids_are_told(
    world: World, client: GatewayClient, make_rows: Rows
) -> None:
    world.rows = make_rows(3)
    world.rows[1]["id"] = "odd/id ?#%"
    unknown = ["nobody", "..", ".", "", "x" * 300, "\ud800"]

    found = read_by_ids(client, TRANSACTIONS, ["odd/id ?#%", *unknown, world.rows[0]["id"]])

    assert [row["transaction_id"] for row in found] == ["odd/id ?#%", world.rows[0]["id"]]
    assert found.missing == unknown
    assert len(world.requests) == 3


def test_an_answer_about_another_id_is_a_fault(
    world: World, client: GatewayClient, make_rows: Rows
) -> None:
    one, other = make_rows(2)
    world.script = lambda _request, _reply: json_reply({"success": True, "data": other})

    with pytest.raises(AnswerUnusable, match="another id"):
        list(read_by_ids(client, TRANSACTIONS, [one["id"]]))


def test_checkout_sessions_are_read_by_id_and_never_listed(
    world: World, client: GatewayClient, window: Window
) -> None:
    world.sessions = [
        {
            "sessionId": "cs_1",
            "amount": Decimal("0.10"),
            "currency": "ngn",
            "status": "pending",
            "paymentTolerance": Decimal("0.01"),
            "fromCurrency": "usdt",
            "fromNetwork": "tron",
            "createdAt": "2026-03-01T00:00:00Z",
            "authToken": "eyJhbGciOi",
            "transactions": [],
            "surprise": 1,
        }
    ]

    (row,) = read_by_ids(client, CHECKOUT_SESSIONS, ["cs_1"])

    assert (row["session_id"], row["amount"], row["currency"]) == ("cs_1", "0.10", "NGN")
    assert (row["status"], row["network"], row["unknown_fields"]) == ("PENDING", "TRON", "surprise")
    with pytest.raises(ValueError, match="no list"):
        walk_window(client, CHECKOUT_SESSIONS, window)
