"""Faults that no total shows: every sum agrees, and the engine names code and case anyway."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from oracle.engine import judge
from oracle.makers import make_order, make_transaction, make_world
from oracle.planted import planted
from oracle.world import World

AHEAD = str(2**53)
NEXT = str(2**53 + 1)


def order(name: str, amount: str = "1000") -> dict[str, str]:
    return {"order_id": name, "amount": amount}


def payment(name: str, amount: str = "1000", **joined: str) -> dict[str, str]:
    return {"transaction_id": name, "fiat_amount": amount} | joined


def world_of(orders: list[dict[str, str]], payments: list[dict[str, str]]) -> World:
    return make_world(
        [make_order(**each) for each in orders], [make_transaction(**each) for each in payments]
    )


TRAPS = {
    "amounts swapped between two orders": (
        [order("K1", "1000"), order("K2", "2000")],
        [payment("T1", "2000", external_id="K1"), payment("T2", "1000", external_id="K2")],
        {"order:K1": ("AMOUNT_MISMATCH", 1000), "order:K2": ("AMOUNT_MISMATCH", -1000)},
    ),
    "errors of one day that cancel out": (
        [order("K1", "1000"), order("K2", "2000"), order("K3", "500")],
        [
            payment("T1", "1000.01", external_id="K1"),
            payment("T2", "1999.99", external_id="K2"),
            payment("T3", "500", external_id="K3"),
        ],
        {
            "order:K1": ("AMOUNT_MISMATCH", Decimal("0.01")),
            "order:K2": ("AMOUNT_MISMATCH", Decimal("-0.01")),
        },
    ),
    "ids that differ in the last digit past 2^53": (
        [order(AHEAD)],
        [payment("T1", external_id=NEXT, customer_email="bo@x.example")],
        {
            f"order:{AHEAD}": ("MISSING_IN_GATEWAY", -1000),
            "transaction:T1": ("MISSING_IN_ORDERS", 1000),
        },
    ),
    "two ids past 2^53 and one payment": (
        [order(AHEAD), order(NEXT)],
        [payment("T1", external_id=NEXT), payment("T2", external_id=f"{NEXT}0")],
        {
            f"order:{AHEAD}": ("MISSING_IN_GATEWAY", -1000),
            "transaction:T2": ("MISSING_IN_ORDERS", 1000),
        },
    ),
    "leading zeros": (
        [order("007"), order("7")],
        [payment("T1", external_id="7"), payment("T2", external_id="07")],
        {
            "order:007": ("MISSING_IN_GATEWAY", -1000),
            "transaction:T2": ("MISSING_IN_ORDERS", 1000),
        },
    ),
    "leading zeros in a payment's own id": (
        [{**order("K1"), "transaction_ref": "0042"}, {**order("K2"), "transaction_ref": "42"}],
        [payment("42"), payment("00042")],
        {
            "order:K1": ("MISSING_IN_GATEWAY", -1000),
            "transaction:00042": ("MISSING_IN_ORDERS", 1000),
        },
    ),
    "an order id within another one of a description": (
        [order("K100"), order("K1000")],
        [payment("T1", description="pay K1000"), payment("T2", description="pay K10000")],
        {
            "order:K100": ("MISSING_IN_GATEWAY", -1000),
            "transaction:T2": ("MISSING_IN_ORDERS", 1000),
        },
    ),
    "an order id too short for a description": (
        [order("K1"), order("K10")],
        [payment("T1", external_id="K10"), payment("T2", description="K1 K10")],
        {
            "order:K1": ("MISSING_IN_GATEWAY", -1000),
            "transaction:T2": ("MISSING_IN_ORDERS", 1000),
        },
    ),
}


CARELESS = {
    "ids that differ in the last digit past 2^53": (
        "on orders.order_id = transactions.external_id",
        "on try_cast(orders.order_id as double) = try_cast(transactions.external_id as double)",
    ),
    "leading zeros": (
        "on orders.order_id = transactions.external_id",
        "on try_cast(orders.order_id as bigint) = try_cast(transactions.external_id as bigint)",
    ),
    "an order id within another one of a description": (
        "on tokens.token = known.order_id",
        "on contains(tokens.token, known.order_id)",
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_fault_that_no_total_shows_is_named(trap: str) -> None:
    expected = TRAPS[trap][2]
    found, totals = judged(trap)
    assert {case: (code, impact) for case, code, impact, _ in found} == expected
    assert all(secondary == [] for *_, secondary in found)
    assert totals["expected_own"] == totals["received_own"]
    assert totals["difference"] == totals["unexplained_residual"] == 0


@pytest.mark.parametrize("trap", CARELESS)
def test_an_engine_that_compares_ids_carelessly_walks_into_the_trap(
    trap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, becomes = CARELESS[trap]
    table = "known_tokens" if "known" in line else "key_links"
    with planted(monkeypatch, f"reconciled.{table}", line, becomes):
        found, _ = judged(trap)
    assert {case: (code, impact) for case, code, impact, _ in found} != TRAPS[trap][2]


def judged(trap: str) -> tuple[list[Any], dict[str, Decimal]]:
    """The breaks of the trap's world, and the totals that see nothing of them."""
    orders, payments, _ = TRAPS[trap]
    # Strangers of another customer each, or amount and hour would bring them together.
    world = world_of(
        [{"customer_email": "ada@shop.example", **each} for each in orders],
        [{"customer_email": f"{each['transaction_id']}@x.example", **each} for each in payments],
    )
    with judge(world) as engine:
        found = engine.execute(
            "select case_id, code, money_impact, secondary_codes from reconciled.breaks"
        ).fetchall()
        sums = engine.execute(
            "select line, sum(amount) from reconciled.proof where line in "
            "('expected_own', 'received_own', 'difference', 'unexplained_residual') group by line"
        ).fetchall()
    return found, dict(sums)
