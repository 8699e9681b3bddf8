"""The engine and the independent reckoning agree on every case of random worlds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from oracle.bill_makers import (
    PERIOD_END,
    make_attempt,
    make_authorization,
    make_invoice,
    make_price,
    make_subscription,
)
from oracle.dispute import disputed
from oracle.engine import judge
from oracle.makers import AS_OF, make_order, make_transaction, make_world
from oracle.world import Sweep
from oracle.worlds import random_billed_world, random_world


@pytest.mark.seeds(small=12, full=600)
def test_engine_and_reckoning_agree_on_a_random_world(seed: int) -> None:
    assert disputed(random_world(seed, calendars=(None, "NG", "EG"))) == {}


@pytest.mark.seeds(small=10, full=400)
def test_engine_and_reckoning_agree_on_a_random_world_of_subscriptions(seed: int) -> None:
    assert disputed(random_billed_world(seed, calendars=(None, "NG"))) == {}


def test_what_subscriptions_bill_reaches_the_engine_field_for_field() -> None:
    orphan = make_attempt(charge_attempt_id="A2", listed_under_invoice_id="I9", amount=None)
    world = make_world(
        subscriptions=(make_subscription(canceled_at=PERIOD_END, cancel_at_period_end=True),),
        prices=(make_price(),),
        invoices=(make_invoice(merchant_invoice_id="M1", due_at=PERIOD_END, status="OPEN"),),
        attempts=(make_attempt(tx_hash="0xa"), orphan),
        authorizations={"S1": (make_authorization(), make_authorization(status="REVOKED"))},
    )
    connection = judge(world)
    for table, rows in (
        ("subscriptions", world.subscriptions),
        ("prices", world.prices),
        ("subscription_invoices", world.invoices),
        ("charge_attempts", world.attempts),
        ("authorizations_history", world.authorizations["S1"]),
    ):
        found = connection.table(f"validated.{table}").order("all").fetchall()
        names = connection.table(f"validated.{table}").columns
        for row, planted in zip(found, rows, strict=True):
            held = dict(zip(names, row, strict=True))
            assert {name: held[name] for name in vars(planted)} == vars(planted)


def test_an_order_that_only_a_charge_pays_has_its_break_in_words() -> None:
    """A break without a sentence cannot be closed: `closed_breaks.detail` is never null."""
    world = make_world(
        [
            make_order(order_id="FOREIGN", transaction_ref="I1", currency="KES"),
            make_order(order_id="AWAITING", transaction_ref="I2", status="awaiting"),
        ],
        subscriptions=(make_subscription(),),
        prices=(make_price(),),
        invoices=(make_invoice(), make_invoice(invoice_id="I2")),
        attempts=(make_attempt(), make_attempt(charge_attempt_id="A2", invoice_id="I2")),
    )
    found = judge(world).execute("select order_id, code, detail from reconciled.breaks")
    assert sorted(found.fetchall()) == [
        (
            "AWAITING",
            "STATUS_MISMATCH",
            "Expected NGN 0.00, received NGN 1000.00: the order is awaiting (awaiting, but paid; "
            "allowed are 24 hours for the gateway, 24 for the shop).",
        ),
        (
            "FOREIGN",
            "CURRENCY_MISMATCH",
            "The order says KES 1000.00, a charge of its invoice another currency; the currencies "
            "must be the same.",
        ),
    ]


def test_engine_and_reckoning_agree_on_what_two_sweeps_no_longer_showed() -> None:
    """T1 goes, T2 only now, T3 comes back, T4 is too new, T5 stays; one sweep was cut short."""
    shown = {60: "T1 T2 T3 T5", 30: "T2 T5", 15: "", 0: "T3 T5"}
    world = make_world(
        [make_order(order_id=f"K{number}") for number in range(1, 6)],
        [
            make_transaction(
                transaction_id=f"T{number}",
                external_id=f"K{number}",
                recorded_from=AS_OF - (30 if number == 4 else 90) * timedelta(days=1),
            )
            for number in range(1, 6)
        ],
        sweeps=tuple(
            Sweep(
                stream="transactions",
                as_of=AS_OF - days * timedelta(days=1),
                ids=frozenset(ids.split()),
                complete=days != 15,
            )
            for days, ids in shown.items()
        ),
    )
    assert disputed(world) == {}
    gone = judge(world).execute(
        "select transaction_id, money_impact from reconciled.breaks "
        "where code = 'DELETED_AT_SOURCE'"
    )
    assert gone.fetchall() == [("T1", 0)]
