"""What the gateway owes, and what was corrected after a closing, reckoned here once more."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from oracle.engine import judge
from oracle.makers import AS_OF, make_order, make_transaction, make_world
from oracle.worlds import crowded_world

from pipelines.partitions import DateRange
from pipelines.policy import Policy
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.closing import Run, close
from pipelines.warehouse.queries import build_stage, materialise

LAST = date(2026, 3, 10)


def test_each_payment_stands_in_one_state_with_what_is_owed_of_it() -> None:
    payments = [
        make_transaction(
            transaction_id=name,
            created_at=datetime(2026, 3, day, 12, tzinfo=UTC),
            status=status,
            payout_status=payout,
            fee_amount=Decimal("15.50"),
        )
        for name, day, status, payout in (
            ("paid out", 2, "COMPLETED", "COMPLETED"),
            ("late", 2, "COMPLETED", "PROCESSING"),
            ("failed", 2, "COMPLETED", "FAILED"),
            ("young", 10, "COMPLETED", None),
            ("refunded", 10, "REFUNDED", None),
            ("both", 10, "REFUNDED", "COMPLETED"),
            ("expired", 10, "EXPIRED", None),
        )
    ]
    with judge(make_world((), payments)) as store:
        build_stage(store, "marts")
        found = store.execute(
            "select settlement_state, payout_due_date, payments, gross_amount, fee_amount, "
            "refunded_amount, paid_out_amount, owed_amount, owed_payments from marts.settlement "
            "order by all"
        ).fetchall()
        materialise(store, "delivered.settlement_ageing")
        aged = store.execute(
            "select state, payments, owed_amount from delivered.settlement_ageing order by all"
        ).fetchall()
    fee, net = Decimal("15.50"), Decimal("984.50")
    due = date(2026, 3, 5)
    assert found == [
        ("AWAITED", date(2026, 3, 13), 1, 1000, fee, 0, 0, net, 1),
        ("FAILED", due, 1, 1000, fee, 0, 0, net, 1),
        ("OVERDUE", due, 1, 1000, fee, 0, 0, net, 1),
        ("PAID_OUT", due, 1, 1000, fee, 0, net, 0, 0),
        ("REFUNDED", date(2026, 3, 13), 2, 2000, 2 * fee, 2 * net, net, -net, 1),
    ]
    assert aged == [
        ("AWAITED", 1, net), ("FAILED", 1, net), ("OVERDUE", 1, net), ("REFUNDED", 1, -net),
    ]  # fmt: skip


@pytest.mark.seeds(small=1, full=20)
def test_what_is_owed_of_a_book_is_that_of_its_payments(seed: int) -> None:
    world = crowded_world(seed)
    with judge(world) as store:
        build_stage(store, "marts")
        told = store.execute(
            "select currency, sum(owed_amount), sum(payments)::bigint from marts.settlement "
            "group by currency"
        ).fetchall()
    owed: dict[str, Decimal] = defaultdict(Decimal)
    payments: dict[str, int] = defaultdict(int)
    for versions in world.transactions.values():
        newest = versions[-1]
        if newest.status not in ("COMPLETED", "REFUNDED") or newest.created_at >= world.as_of:
            continue
        net = newest.fiat_amount - (newest.fee_amount or 0)
        payments[newest.fiat_currency] += 1
        owed[newest.fiat_currency] += net
        owed[newest.fiat_currency] -= net * (newest.status == "REFUNDED")
        owed[newest.fiat_currency] -= net * (newest.payout_status == "COMPLETED")
    assert {row[0]: row[1] for row in told} == dict(owed)
    assert {row[0]: row[2] for row in told} == dict(payments)


def closed_again(store: Any, later: datetime) -> None:
    """Close the book as it stands, then judge it at a later cut-off."""
    build_stage(store, "marts")
    as_of = store.execute("select as_of from reconciled.basis").fetchall()[0][0]
    day = (as_of - timedelta(hours=1)).date()
    close(store, Run(f"run {as_of}", "nightly", DateRange(day, day), as_of, as_of))
    write_basis(store, Policy(), as_of=later, zone=ZoneInfo("Africa/Lagos"))
    for stage in ("validated", "reconciled"):
        build_stage(store, stage)
    materialise(store, "marts.corrections")


def test_a_figure_that_differs_from_its_last_closing_is_a_correction_and_says_both() -> None:
    world = make_world([make_order()], [make_transaction(checkout_session_id="s")])
    later = AS_OF + timedelta(days=1)
    with judge(world) as store:
        store.execute("update raw.orders set session_ids = ['s']")
        build_stage(store, "validated")
        build_stage(store, "reconciled")
        materialise(store, "marts.corrections")
        assert store.execute("from marts.corrections").fetchall() == []
        closed_again(store, later)
        assert store.execute("from marts.corrections").fetchall() == []
        store.execute("update raw.orders set amount = '1200'")
        for stage in ("validated", "reconciled", "marts"):
            build_stage(store, stage)
        corrected = [
            (date(2026, 3, 5), "NGN", "expected", later, 1000, 1200, 200),
            (date(2026, 3, 5), "NGN", "open breaks", later, 0, -200, -200),
        ]
        assert store.execute("from marts.corrections order by figure").fetchall() == corrected
        closed_again(store, later + timedelta(days=1))
        assert store.execute("from marts.corrections order by figure").fetchall() == corrected
