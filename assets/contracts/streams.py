"""The contracts of payments and orders, column by column, over text as received; and all contracts.

Belongs here: what a value must look like to be cast exactly. Limits keep products within the
engine's 38 digits: coins and rates below 10^12, tolerances in percent with at most 5 digits.
Stays out: how values compare with each other, which is reconciliation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandera.polars as pa
import polars as pl

from assets.contracts import reference, subscribing
from assets.contracts.columns import (
    amount,
    coin,
    coins,
    fiat,
    identifier,
    instant,
    percentage,
    rate,
    state,
)
from assets.contracts.contract import StreamContract


def transactions() -> StreamContract:
    """Contract of the gateway's transactions."""
    columns = {
        "transaction_id": identifier(required=True),
        "status": state(required=True),
        "payout_status": state(),
        "checkout_session_id": identifier(),
        "fiat_amount": amount(required=True),
        "fiat_currency": fiat(required=True),
        "crypto_expected": coins(),
        "crypto_received": coins(),
        "crypto_currency": coin(),
        "network": coin(),
        "exchange_rate": rate(),
        "fee_amount": amount(),
        "tolerance_percent": percentage(),
        "refund_amount": coins(),
        "created_at": instant(required=True),
        "updated_at": instant(),
        "expires_at": instant(),
    }
    return StreamContract(
        stream="transactions",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={
            "transaction_id": "known-bad",
            "status": "COMPLETED",
            "fiat_amount": "1,000.00",
            "fiat_currency": "NGN",
            "created_at": "2026-01-31T09:30:00Z",
        },
        instants=("created_at", "updated_at", "expires_at"),
        products=(("crypto_received", "exchange_rate"), ("crypto_expected", "exchange_rate")),
    )


def checkout_sessions() -> StreamContract:
    """Contract of the gateway's checkout sessions."""
    columns = {
        "session_id": identifier(required=True),
        "amount": amount(),
        "currency": identifier(),
        "status": state(),
        "tolerance_percent": percentage(),
        "crypto_currency": coin(),
        "network": coin(),
        "created_at": instant(),
        "updated_at": instant(),
        "expires_at": instant(),
    }
    return StreamContract(
        stream="checkout_sessions",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={"session_id": "known-bad", "amount": "NaN"},
        instants=("created_at", "updated_at", "expires_at"),
    )


def orders() -> StreamContract:
    """Contract of the shop's order rows, after the reader: the second look at what it accepted."""
    columns = {
        "order_id": identifier(required=True),
        "status": pa.Column(
            pl.String,
            pa.Check.isin(
                ["awaiting", "paid", "fulfilled", "cancelled", "refunded"],
                error="awaiting, paid, fulfilled, cancelled or refunded",
            ),
        ),
        "amount": amount(required=True),
        "currency": fiat(required=True),
        "placed_at": instant(required=True),
        "paid_at": instant(),
        "transaction_ref": identifier(),
    }
    return StreamContract(
        stream="orders",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={
            "order_id": "known-bad",
            "status": "paid",
            "amount": "12,50",
            "currency": "NGN",
            "placed_at": "2026-01-31T09:30:00Z",
        },
        instants=("placed_at", "paid_at"),
    )


@cache
def all_contracts() -> Mapping[str, StreamContract]:
    """Every contract by stream; the same ones each time."""
    found = (
        orders(),
        transactions(),
        checkout_sessions(),
        subscribing.subscriptions(),
        subscribing.plans(),
        subscribing.prices(),
        subscribing.subscription_invoices(),
        subscribing.charge_attempts(),
        subscribing.authorizations(),
        reference.currencies(),
        reference.networks(),
        reference.subscription_currencies(),
        reference.fee_quotes(),
    )
    return {contract.stream: contract for contract in found}
