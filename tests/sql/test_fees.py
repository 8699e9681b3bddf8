"""The tables about fees say what the payments and the quotes say, reckoned here once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from oracle.engine import judge
from oracle.makers import make_transaction, make_world
from oracle.world import FeeSchedule, Policy
from oracle.worlds import crowded_world

from pipelines.warehouse.queries import build_stage, materialise


@pytest.fixture
def billed() -> Iterator[Any]:
    """Two payments by schedule, one of them charged too much, one without a fee, one before any."""
    payments = [
        make_transaction(
            transaction_id=name,
            created_at=datetime(2026, 3, day, 12, tzinfo=UTC),
            fiat_amount=Decimal("1000.00"),
            fee_amount=fee,
            crypto_currency="usdt",
            network="TRON",
        )
        for name, day, fee in (
            ("exact", 2, Decimal("15.00")),
            ("high", 2, Decimal("16.00")),
            ("none", 2, None),
            ("early", 1, Decimal("3.00")),
        )
    ]
    schedule = FeeSchedule(from_date=date(2026, 3, 2), percent=Decimal("1.5"), tolerance=Decimal(0))
    store = judge(make_world((), payments, policy=Policy(fees=(schedule,))))
    build_stage(store, "marts")
    yield store
    store.close()


def test_fees_are_set_beside_the_schedule_in_force(billed: Any) -> None:
    found = billed.execute(
        "select business_date, coin, network, payments, gross_amount, payments_without_fee, "
        "fee_amount, payments_with_schedule, fee_amount_with_schedule, scheduled_fee_amount, "
        "variance_amount, payments_off_schedule from marts.fees order by business_date"
    ).fetchall()
    assert found == [
        (date(2026, 3, 1), "USDT", "TRON", 1, 1000, 0, 3, 0, None, None, None, 0),
        (date(2026, 3, 2), "USDT", "TRON", 3, 3000, 1, 31, 2, 31, 30, -1, 1),
    ]
    materialise(billed, "delivered.fees_currencies")
    told = billed.execute(
        "select payments, payments_off_schedule, payments_not_judged from delivered.fees_currencies"
    ).fetchall()
    assert told == [(4, 1, 2)]


@pytest.mark.seeds(small=1, full=20)
def test_fees_of_a_book_are_those_of_its_payments(seed: int) -> None:
    world = crowded_world(seed)
    with judge(world) as store:
        build_stage(store, "marts")
        told = store.execute(
            "select currency, sum(payments)::bigint, sum(fee_amount), "
            "sum(payments_off_schedule)::bigint from marts.fees group by currency"
        ).fetchall()
        off_schedule = store.execute(
            "select count(*) from reconciled.codes_of_transactions where code = 'FEE_VARIANCE'"
        ).fetchall()[0][0]
    payments: Counter[str] = Counter()
    fees: dict[str, Decimal] = {}
    for versions in world.transactions.values():
        newest = versions[-1]
        if newest.status == "COMPLETED" and newest.created_at < world.as_of:
            currency = newest.fiat_currency
            payments[currency] += 1
            fees[currency] = fees.get(currency, Decimal(0)) + (newest.fee_amount or 0)
    assert {row[0]: row[1] for row in told} == dict(payments)
    assert {row[0]: row[2] for row in told} == fees
    assert sum(row[3] for row in told) == off_schedule


def test_a_quote_stands_beside_the_cheapest_of_its_like(billed: Any) -> None:
    billed.executemany(
        "insert into validated.fee_quotes (quote_id, asked_currency, asked_network, asked_amount, "
        "fee_amount, fee_currency, quoted_at, version) values (?, ?, ?, ?, ?, 'USDT', ?, 1)",
        [
            ("q1", "USDT", "TRON", 100, Decimal("1.5"), datetime(2026, 3, 2, 8, tzinfo=UTC)),
            ("q2", "USDT", "bsc", 100, Decimal("0.3"), datetime(2026, 3, 2, 9, tzinfo=UTC)),
            ("q3", "USDT", "BSC", 500, Decimal("0.1"), datetime(2026, 3, 2, 9, tzinfo=UTC)),
            ("q4", "USDT", "BSC", 100, Decimal("0.2"), datetime(2026, 3, 3, 9, tzinfo=UTC)),
        ],
    )
    build_stage(billed, "marts")
    found = billed.execute(
        "select quote_id, network, fee_amount, cheapest_network, cheapest_fee_amount, payments "
        "from marts.fee_quotes order by quote_id"
    ).fetchall()
    cheap = Decimal("0.3")
    assert found == [
        ("q1", "TRON", Decimal("1.5"), "BSC", cheap, 3),
        ("q2", "BSC", cheap, "BSC", cheap, 0),
        ("q3", "BSC", Decimal("0.1"), "BSC", Decimal("0.1"), 0),
        ("q4", "BSC", Decimal("0.2"), "BSC", Decimal("0.2"), 0),
    ]
