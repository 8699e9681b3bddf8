"""Hand-made rows of ten streams, as the pull appends them: text, one dict a version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

EARLIER, LATER = datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 23, tzinfo=UTC)

_SUBSCRIPTION = {
    "subscription_id": "sub_1",
    "status": "ACTIVE",
    "billing_mode": "FIXED",
    "plan_id": "plan_1",
    "price_id": "price_1",
    "customer_id": "cus_1",
    "customer_email_digest": "d1",
    "current_period_start_at": "2026-03-01T12:00:00.000Z",
    "current_period_end_at": "2026-04-01T12:00:00.000Z",
    "cancel_at_period_end": "FALSE",
    "cancellation_pending": "FALSE",
    "created_at": "2026-03-01T11:00:00Z",
    "updated_at": "2026-03-01T12:00:00Z",
}
_INVOICE = {
    "invoice_id": "sinv_1",
    "subscription_id": "sub_1",
    "listed_under_subscription_id": "sub_1",
    "amount": "10.00",
    "currency": "USD",
    "billing_mode": "FIXED",
    "status": "OPEN",
    "due_at": "2026-03-01T23:30:00Z",
    "attempt_count": "0",
    "is_processing": "TRUE",
    "created_at": "2026-03-01T12:00:00Z",
    "updated_at": "2026-03-01T12:00:00Z",
}
_AUTHORIZATION = {
    "listed_under_subscription_id": "sub_1",
    "authorization_id": "0xaa",
    "status": "ACTIVE",
    "allowance_units": "1000000000000000000000",
    "spent_units": "10000000000000000000",
    "expires_at": "1893456000",
}
_COIN = {
    "ticker": "USDT",
    "name": "Tether USD",
    "network": "TRON",
    "decimals": "6",
    "chain_id": "728126428",
    "is_active": "TRUE",
}

RECEIVED: dict[str, list[dict[str, str]]] = {
    "subscriptions": [
        _SUBSCRIPTION,
        _SUBSCRIPTION | {"status": "CANCELED", "canceled_at": "2026-03-02T08:00:00+01:00"},
    ],
    "plans": [{"plan_id": "plan_1", "name": "Tea", "is_active": "TRUE"}],
    "prices": [
        {
            "price_id": "price_1",
            "plan_id": "plan_1",
            "listed_under_plan_id": "plan_1",
            "amount": "10.00",
            "currency": "USD",
            "recurring_interval": "MONTH",
            "interval_count": "1",
            "is_active": "TRUE",
        }
    ],
    "subscription_invoices": [
        _INVOICE,
        _INVOICE | {"status": "PAID", "paid_at": "2026-03-02T00:01:00Z", "is_processing": "FALSE"},
    ],
    "charge_attempts": [
        {
            "charge_attempt_id": "chg_1",
            "invoice_id": "sinv_1",
            "subscription_id": "sub_1",
            "listed_under_invoice_id": "sinv_1",
            "listed_under_subscription_id": "sub_1",
            "attempt_number": "1",
            "amount": "10.00",
            "currency": "USD",
            "token_amount": "10.000000000000000001",
            "status": "SUCCEEDED",
            "tx_hash": "0xbb",
            "attempted_at": "2026-03-01T12:00:05.500Z",
        }
    ],
    "authorizations": [_AUTHORIZATION, _AUTHORIZATION | {"status": "REVOKED"}],
    "currencies": [{"currency_id": "usdt-tron", **_COIN}],
    "networks": [{"network_id": "TRON", "name": "TRON", "chain_id": "728126428"}],
    "subscription_currencies": [{"subscription_currency_id": "usdt-tron", **_COIN}],
    "fee_quotes": [
        {
            "quote_id": f"quote_{night}",
            "listed_under_currency": "USDT",
            "listed_under_network": "TRON",
            "listed_under_amount": "100",
            "currency": "USDT",
            "network": "TRON",
            "amount": "100",
            "fee_amount": "1.1",
            "fee_currency": "USDT",
            "fetched_at": f"2026-03-0{night}T23:10:00+00:00",
        }
        for night in (1, 2)
    ],
}
"""The second version of a row was taken in a night later than the first."""


def append(connection: Any, stream: str, *rows: dict[str, str]) -> None:
    """Append rows to a stream, one night each."""
    received = [
        {
            "arrival": number,
            "content_digest": f"{stream}{number}",
            "recorded_from": EARLIER if number == 1 else LATER,
            "run_id": "r",
            "source": f"a.zst#1#{number}",
            **row,
        }
        for number, row in enumerate(rows, 1)
    ]
    names = list(dict.fromkeys(name for row in received for name in row))
    columns = {name: [row.get(name) for row in received] for name in names}
    connection.register("appended", pa.table(columns))
    connection.execute(f"insert into raw.{stream} by name select * from appended")
    connection.unregister("appended")


def append_all(connection: Any) -> None:
    """Append every row of every stream."""
    for stream, rows in RECEIVED.items():
        append(connection, stream, *rows)
