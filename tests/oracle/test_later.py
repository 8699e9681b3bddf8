"""A fact that comes a night later finds the rows it belongs to, whatever joins them.

What random worlds seldom hold: each story leaves out the line of a query that finds them, too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import duckdb
import pytest
from oracle.engine import judge, judge_again, take_in
from oracle.makers import AS_OF, PLACED_AT, make_order, make_transaction, make_world
from oracle.omissions import Omission
from oracle.otherwise import disputed, left_out
from oracle.world import Policy, World

from pipelines.warehouse import dated
from pipelines.warehouse.dated import DATED, PARTS

EVENING = datetime(2026, 3, 5, 22, tzinfo=UTC)
NIGHT = EVENING + timedelta(hours=4)
SATURDAY = datetime(2026, 3, 7, 9, tzinfo=UTC)
APIA = datetime(2011, 12, 30, 8, tzinfo=UTC)
OTHER_COIN = {"fiat_amount": "77", "exchange_rate": "7.7"}


_DATES = "business_date + unnest({}) as business_date from {}"


class Later(NamedTuple):
    """Two nights, and the line by which the second finds what came in the first."""

    first: World
    second: World
    omission: Omission


def _without_next_dates(touched: str) -> Omission:
    wide, narrow = (_DATES.format(days, touched) for days in ("[-2, -1, 0, 1, 2]", "[-2, 0, 2]"))
    return Omission("touched/partners", wide, narrow, 0)


ORDER_IN_THE_EVENING = make_world([make_order(placed_at=EVENING, amount="77")])
PAYMENT_IN_THE_NIGHT = make_world([], [make_transaction(created_at=NIGHT, **OTHER_COIN)])
ORDER_AFTER_MIDNIGHT = make_world(
    [make_order(placed_at=EVENING + timedelta(hours=1, minutes=30), amount="77")]
)
PAYMENT_BEFORE_IT = make_world(
    [], [make_transaction(created_at=EVENING + timedelta(minutes=45), **OTHER_COIN)]
)

DATES = Later(
    make_world(
        [
            make_order(order_id="K1"),
            make_order(order_id="K2", placed_at=PLACED_AT + timedelta(days=1)),
            make_order(
                order_id="K3", placed_at=PLACED_AT + timedelta(days=2), transaction_ref="T2"
            ),
        ],
        [
            make_transaction(
                transaction_id="T1", external_id="K1", created_at=PLACED_AT + timedelta(days=1)
            ),
            make_transaction(
                transaction_id="T2", external_id="K2", created_at=PLACED_AT + timedelta(days=2)
            ),
        ],
    ),
    make_world([make_order(order_id="K4", placed_at=PLACED_AT + timedelta(days=1))]),
    Omission("touched/dates", '    union all\n    select * from "reconciled.members"\n', "", 0),
)
"""An order comes to a date on which a payment of another case stands, and a case of other rows."""

LATER = {
    "row on a date of other cases": DATES,
    "payment of a further reference": Later(
        make_world([make_order(transaction_ref="RS-0", further_refs=("T1",))]),
        make_world([], [make_transaction(created_at=NIGHT)]),
        Omission(
            "touched/neighbours",
            "where name in (select name from references_of_transactions)",
            "where false",
            0,
        ),
    ),
    "order of a further reference": Later(
        make_world([make_order(order_id="K0", amount="5")], [make_transaction()]),
        make_world([make_order(amount="77", transaction_ref="RS-0", further_refs=("T1",))]),
        Omission(
            "touched/neighbours",
            "    union all\n    select unnest(further_refs) from touched_orders\n",
            "",
            0,
        ),
    ),
    "payment after midnight without a key": Later(
        ORDER_IN_THE_EVENING,
        PAYMENT_IN_THE_NIGHT,
        _without_next_dates("touched_transactions"),
    ),
    "order before midnight without a key": Later(
        PAYMENT_IN_THE_NIGHT,
        ORDER_IN_THE_EVENING,
        _without_next_dates("touched_orders"),
    ),
    "payment minutes before an order after midnight": Later(
        ORDER_AFTER_MIDNIGHT,
        PAYMENT_BEFORE_IT,
        _without_next_dates("touched_transactions"),
    ),
    "order minutes after a payment before midnight": Later(
        PAYMENT_BEFORE_IT,
        ORDER_AFTER_MIDNIGHT,
        _without_next_dates("touched_orders"),
    ),
    "payment across a date that its zone skipped": Later(
        make_world([make_order(placed_at=APIA, amount="77")], timezone="Pacific/Apia"),
        make_world(
            [],
            [make_transaction(created_at=APIA + timedelta(hours=3), **OTHER_COIN)],
            timezone="Pacific/Apia",
        ),
        Omission(
            "touched/partners",
            _DATES.format("[-2, -1, 0, 1, 2]", "touched_transactions"),
            _DATES.format("[-1, 0, 1]", "touched_transactions"),
            0,
        ),
    ),
    "payout of a payment of a Saturday": Later(
        make_world(
            [make_order(placed_at=SATURDAY)],
            [make_transaction(created_at=SATURDAY, external_id="K1", payout_status="PENDING")],
            as_of=AS_OF + timedelta(days=1),
            policy=Policy(payout_calendar="NG"),
        ),
        make_world(as_of=AS_OF + timedelta(days=2), policy=Policy(payout_calendar="NG")),
        Omission(
            "touched/seeds",
            "else lies_in(payout_spans.ends_at, spans.now_from, spans.now_until)",
            "else false",
            0,
        ),
    ),
}


@pytest.mark.parametrize("story", LATER)
def test_what_comes_later_finds_what_came_before(story: str) -> None:
    assert disputed(_after(LATER[story])) == []


@pytest.mark.counts(small=2, full=len(LATER))
def test_without_its_line_it_is_not_found(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    for later in tuple(LATER.values())[:: len(LATER) // count]:
        with left_out(later.omission, monkeypatch):
            assert disputed(_after(later)) != []


LEGS = [(table, column) for table in PARTS for column in PARTS[table]]


@pytest.mark.counts(small=3, full=len(LEGS))
def test_a_date_is_summed_up_with_every_row_that_belongs_to_it(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    for table, column in LEGS[:: len(LEGS) // count]:
        none = {**PARTS[table], column: "select null limit 0"}
        with monkeypatch.context() as patch:
            patch.setattr(dated, "PARTS", {**PARTS, table: none})
            assert {name for name, _ in disputed(_after(DATES))} & set(DATED)


def _after(later: Later) -> duckdb.DuckDBPyConnection:
    store = judge(later.first)
    take_in(store, replace(later.second, minor_units={}), file="f1")
    judge_again(store, later.second)
    return store
