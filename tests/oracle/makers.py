"""Makers of rows and worlds for tests: what a test does not name is filled with a quiet default.

The quiet default is a paid order of 1000 NGN and a payment of exactly that, paid out, five days
old, joined by nothing. Money may be given as text. Random worlds stay out.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from oracle.world import Order, TransactionVersion, Window, World

# Midnight in Lagos, the end of 2026-03-10.
AS_OF = datetime(2026, 3, 10, 23, tzinfo=UTC)
PLACED_AT = datetime(2026, 3, 5, 9, tzinfo=UTC)
CREATED_AT = datetime(2026, 3, 5, 9, 10, tzinfo=UTC)

MONEY = frozenset(
    {
        "amount",
        "exchange_rate",
        "fiat_amount",
        "crypto_expected",
        "crypto_received",
        "fee_amount",
        "tolerance_percent",
        "refund_amount",
    }
)


def exactly(values: dict[str, Any]) -> dict[str, Any]:
    """Money given as text, as decimals."""
    return {
        name: Decimal(value) if name in MONEY and isinstance(value, str) else value
        for name, value in values.items()
    }


def make_order(**overrides: Any) -> Order:
    """A paid order K1 of 1000 NGN."""
    defaults: dict[str, Any] = {
        "order_id": "K1",
        "status": "paid",
        "amount": "1000",
        "currency": "NGN",
        "placed_at": PLACED_AT,
    }
    return Order(**exactly(defaults | overrides))


def make_transaction(**overrides: Any) -> TransactionVersion:
    """A COMPLETED and paid out payment T1 of 1000 NGN: 10 of 10 USDT at 100."""
    created_at = overrides.get("created_at", CREATED_AT)
    defaults: dict[str, Any] = {
        "transaction_id": "T1",
        "type": "CHECKOUT",
        "reference": None,
        "external_id": None,
        "description": None,
        "exchange_rate": "100",
        "deposit_tx_hash": None,
        "checkout_session_id": None,
        "invoice_id": None,
        "payment_link_id": None,
        "status": "COMPLETED",
        "payout_status": "COMPLETED",
        "fiat_amount": "1000",
        "fiat_currency": "NGN",
        "crypto_expected": "10",
        "crypto_received": "10",
        "crypto_currency": "USDT",
        "network": "TRON",
        "fee_amount": None,
        "tolerance_percent": None,
        "refund_amount": None,
        "refund_tx_hash": None,
        "created_at": created_at,
        "updated_at": created_at + timedelta(minutes=10),
        "expires_at": created_at + timedelta(hours=1),
        "customer_email": None,
        "recorded_from": AS_OF,
    }
    return TransactionVersion(**exactly(defaults | overrides))


def make_world(
    orders: Iterable[Order] = (),
    transactions: Iterable[TransactionVersion] = (),
    **overrides: Any,
) -> World:
    """A closed book. Versions of one transaction are given oldest first; the pull is complete."""
    as_of = overrides.get("as_of", AS_OF)
    versions: dict[str, tuple[TransactionVersion, ...]] = {}
    for each in transactions:
        versions[each.transaction_id] = (*versions.get(each.transaction_id, ()), each)
    defaults: dict[str, Any] = {
        "as_of": as_of,
        "orders": tuple(orders),
        "transactions": versions,
        "windows": (Window(start=as_of - timedelta(days=120), end=as_of),),
    }
    return World(**(defaults | overrides))
