"""The pack of a month whose last date was missed: drawn by the closing that catches up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from oracle.bill_makers import make_price
from oracle.engine import judge, judge_again, take_in
from oracle.makers import make_order, make_world

from pipelines.partitions import DateRange, cut_off
from pipelines.policy import Policy
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.closing import Run, close
from pipelines.warehouse.drawn import (
    forget_replaced,
    store_reports,
    take_back_unpublished,
)
from pipelines.warehouse.figures import figures_of, heading_of
from pipelines.warehouse.month_ends import PARTS, store_packs
from pipelines.warehouse.queries import build_stage, materialise
from reports.kinds.month import MONTH, headline
from reports.lists import render_plain

LAGOS = ZoneInfo("Africa/Lagos")
MARCH_31 = datetime(2026, 3, 31, 23, tzinfo=UTC)
APRIL_2 = datetime(2026, 4, 2, 23, tzinfo=UTC)
PLACED = {
    "K1": datetime(2026, 2, 27, 9, tzinfo=UTC),
    "K2": datetime(2026, 3, 31, 9, tzinfo=UTC),
    "K3": datetime(2026, 4, 1, 9, tzinfo=UTC),
}


@pytest.fixture(scope="module")
def judged() -> Iterator[Any]:
    """Three paid orders that the gateway does not know, of February, March and April."""
    orders = [make_order(order_id=name, placed_at=at) for name, at in PLACED.items()]
    prices = (make_price(), make_price(price_id="P2", amount="7", currency="USD"))
    store = judge(make_world(orders=orders, prices=prices, as_of=APRIL_2))
    build_stage(store, "marts")
    store_reports(store, Policy(), reasons=[])
    yield store
    store.close()


@pytest.fixture
def book(judged: Any) -> Iterator[Any]:
    """The same for one test: whatever it does is undone."""
    judged.execute("begin")
    yield judged
    judged.execute("rollback")


def close_as_judged(store: Any, day: date) -> None:
    at = cut_off(day, LAGOS)
    close(store, Run(f"run {day}", "nightly", DateRange(day, day), at, at))
    forget_replaced(store)


def closed_to(store: Any, day: date) -> None:
    """Count a closing that ended on the date, and found and drew nothing."""
    take_back_unpublished(store)
    close_as_judged(store, day)
    store.execute("delete from reconciled.closed_breaks")
    store.execute("delete from reconciled.postings")


def hold(store: Any, *versions: tuple[str, datetime, str]) -> None:
    """Hold versions of subscriptions of January: id, night that read it, and price."""
    store.execute("delete from raw.subscriptions")
    for number, (name, at, price) in enumerate(versions):
        store.execute(
            "insert into raw.subscriptions by name select $number::bigint as arrival, "
            "$number::varchar as content_digest, 'r' as run_id, 's' as source, "
            "$name as subscription_id, 'ACTIVE' as status, 'FIXED' as billing_mode, "
            "$price as price_id, '2026-01-01T00:00:00Z' as created_at, "
            "$at::timestamptz as recorded_from, $at::timestamptz as ranked_at",
            {"number": number, "name": name, "at": at, "price": price},
        )


def judge_at(store: Any, as_of: datetime) -> None:
    """What subscriptions bring as of another night; all else stays as it was judged."""
    write_basis(store, Policy(), as_of=as_of, zone=LAGOS)
    for table in ("validated.subscriptions_history", "marts.subscription_revenue"):
        materialise(store, table)


def packs(store: Any) -> dict[str, Any]:
    query = "select figures from delivered.reports where name = 'month' order by business_date"
    stored = [json.loads(text) for (text,) in store.execute(query).fetchall()]
    return {one["business_date"]: one for one in stored}


def test_a_closing_draws_the_pack_of_each_month_that_it_passes(book: Any) -> None:
    store_packs(book, Policy(), reasons=[])

    assert [
        (day, sorted(row["order_id"] for row in pack["breaks"]), pack["money"][0]["orders"])
        for day, pack in packs(book).items()
    ] == [
        ("2026-02-28", ["K1"], 1),
        ("2026-03-31", ["K1", "K2"], 1),
        ("2026-04-02", ["K1", "K2", "K3"], 1),
    ]
    assert headline(packs(book)["2026-03-31"]) == (
        "closed late, by the night of 2026-04-02, 2 open items"
    )
    assert packs(book)["2026-03-31"]["as_of"] == "2026-04-02T23:00:00Z"
    temporary = "select table_name from duckdb_tables() where temporary"
    assert not PARTS & {name for (name,) in book.execute(temporary).fetchall()}


def test_its_roll_forward_opens_where_the_month_before_closed(book: Any) -> None:
    store_packs(book, Policy(), reasons=[])

    [march] = packs(book)["2026-03-31"]["movements"]
    moved = [march[f"{name}_amount"] for name in ("opening", "new", "resolved", "closing")]
    assert moved == ["-1000.00", "-1000.00", "0.00", "-2000.00"]


@pytest.mark.parametrize(
    ("closed", "drawn"),
    [
        (date(2026, 2, 27), ["2026-02-28", "2026-03-31"]),
        (date(2026, 2, 28), ["2026-03-31"]),
        (date(2026, 3, 30), ["2026-03-31"]),
        (date(2026, 3, 31), []),
        (date(2026, 4, 2), []),
    ],
)
def test_a_month_that_a_closing_ended_is_drawn_no_second_time(
    book: Any, closed: date, drawn: list[str]
) -> None:
    closed_to(book, closed)
    assert list(store_packs(book, Policy(), reasons=[])) == drawn


def test_drawn_again_before_the_closing_is_counted_it_is_the_same(book: Any) -> None:
    first = store_packs(book, Policy(), reasons=[])
    before = packs(book)
    assert store_packs(book, Policy(), reasons=[]) == first
    assert packs(book) == before


def test_its_recurring_revenue_is_that_of_the_night_that_was_missed(book: Any) -> None:
    in_february, in_march = (datetime(2026, month, 10, 23, tzinfo=UTC) for month in (2, 3))
    hold(
        book,
        ("naira", in_february, "P1"),
        ("dollars", in_february, "P2"),
        ("later", in_march, "P1"),
        ("latest", APRIL_2, "P1"),
    )
    judge_at(book, MARCH_31)
    on_time = figures_of(book, "month", heading_of(book, Policy(), reasons=[]), drawn={})
    closed_to(book, date(2026, 3, 29))
    judge_at(book, APRIL_2)

    store_packs(book, Policy(), reasons=[])

    late = packs(book)["2026-03-31"]
    assert late["revenue"] == on_time["revenue"]
    assert [(row["currency"], row["closing_amount"]) for row in late["revenue"]] == [
        ("NGN", "2000.00"),
        ("USD", "7.00"),
    ]
    assert "unknown" not in late


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ([("naira", APRIL_2, "P1")], "Not known for this month"),
        ([("priceless", MARCH_31, "P3")], "nothing recurs"),
    ],
)
def test_revenue_that_no_closing_of_the_month_knew_is_not_told_as_none(
    book: Any, held: list[tuple[str, datetime, str]], said: str
) -> None:
    hold(book, *held)
    judge_at(book, APRIL_2)

    store_packs(book, Policy(), reasons=[])

    late = packs(book)["2026-03-31"]
    assert late["revenue"] == []
    assert said in render_plain(MONTH, late)


@pytest.mark.parametrize("died_on", [date(2026, 4, 1), date(2026, 4, 2)])
def test_a_pack_of_a_night_that_died_is_nothing_to_correct(book: Any, died_on: date) -> None:
    closed_to(book, date(2026, 3, 29))
    write_basis(book, Policy(), as_of=cut_off(died_on, LAGOS), zone=LAGOS)
    store_packs(book, Policy(), reasons=["a file is missing"])
    write_basis(book, Policy(), as_of=APRIL_2, zone=LAGOS)

    store_reports(book, Policy(), reasons=[])
    store_packs(book, Policy(), reasons=[])

    assert packs(book)["2026-03-31"]["changes"] == []
    assert packs(book)["2026-03-31"]["verdict"]["state"] == "green"


def test_a_late_pack_of_a_night_that_died_is_no_report_of_the_night_of_its_date(book: Any) -> None:
    closed_to(book, date(2026, 3, 29))
    store_packs(book, Policy(), reasons=["a file is missing"])
    write_basis(book, Policy(), as_of=MARCH_31, zone=LAGOS)

    store_reports(book, Policy(), reasons=[])

    assert packs(book)["2026-03-31"]["changes"] == []
    assert list(packs(book)) == ["2026-03-31"]


def test_a_date_closed_again_draws_its_late_pack_again_from_the_same_opening(book: Any) -> None:
    judge_again(book, make_world(as_of=cut_off(date(2026, 2, 28), LAGOS)))
    close_as_judged(book, date(2026, 2, 28))
    judge_again(book, make_world(as_of=APRIL_2))
    first = store_packs(book, Policy(), reasons=[])
    close_as_judged(book, date(2026, 4, 2))
    assert store_packs(book, Policy(), reasons=[]) == first

    mended = [make_order(order_id=name, placed_at=PLACED[name], amount="400") for name in PLACED]
    take_in(book, make_world(orders=mended, as_of=APRIL_2, minor_units={}), file="f1")
    judge_again(book, make_world(as_of=APRIL_2))
    materialise(book, "marts.daily_close")
    assert list(store_packs(book, Policy(), reasons=[])) == ["2026-03-31"]

    pack = packs(book)["2026-03-31"]
    [march] = pack["movements"]
    moved = [march[f"{name}_amount"] for name in ("opening", "new", "changed", "closing")]
    assert moved == ["-1000.00", "-400.00", "600.00", "-800.00"]
    assert {"figure": "NGN expected amount", "old": "1,000.00", "new": "400.00"} in pack["changes"]
