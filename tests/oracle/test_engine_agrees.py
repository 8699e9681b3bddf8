"""The engine and the independent reckoning agree on every case of random worlds."""

from __future__ import annotations

import pytest
from oracle.bill_makers import (
    PERIOD_END,
    make_attempt,
    make_authorization,
    make_invoice,
    make_price,
    make_subscription,
)
from oracle.comparison import disagreements
from oracle.engine import judge
from oracle.makers import make_world
from oracle.reckoning import reckon
from oracle.worlds import random_billed_world, random_world


@pytest.mark.seeds(small=12, full=600)
def test_engine_and_reckoning_agree_on_a_random_world(seed: int) -> None:
    world = random_world(seed)
    assert disagreements(judge(world), reckon(world), billed=True) == {}


@pytest.mark.seeds(small=10, full=400)
def test_engine_and_reckoning_agree_on_a_random_world_of_subscriptions(seed: int) -> None:
    world = random_billed_world(seed)
    assert disagreements(judge(world), reckon(world), billed=True) == {}


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
