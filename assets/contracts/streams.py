"""The contracts of the streams, column by column, over text as received.

Belongs here: what a value must look like to be cast exactly. Limits keep products within the
engine's 38 digits: coins and rates below 10^12, tolerances in percent with at most 5 digits.
Stays out: how values compare with each other, which is reconciliation.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from assets.contracts.contract import (
    AMOUNT,
    COIN,
    CURRENCY,
    INSTANT,
    NAME,
    PERCENT,
    WORD,
    StreamContract,
    text,
)

_AMOUNT = "an amount below 10^12 with at most 18 decimals"
_COINS = "an amount of coins below 10^12 with at most 18 decimals"
_INSTANT = "an instant with offset, such as 2026-01-31T09:30:00Z"
_CURRENCY = "a currency of three capital letters"
_COIN = "the ticker or network of a coin"
_NAME = "an id of at most 200 printable characters"
_WORD = "a state in capital letters"


def transactions() -> StreamContract:
    """Contract of the gateway's transactions."""
    columns = {
        "transaction_id": text(NAME, meaning=_NAME, required=True),
        "status": text(WORD, meaning=_WORD, required=True),
        "payout_status": text(WORD, meaning=_WORD),
        "checkout_session_id": text(NAME, meaning=_NAME),
        "fiat_amount": text(AMOUNT, meaning=_AMOUNT, required=True),
        "fiat_currency": text(CURRENCY, meaning=_CURRENCY, required=True),
        "crypto_expected": text(AMOUNT, meaning=_COINS),
        "crypto_received": text(AMOUNT, meaning=_COINS),
        "crypto_currency": text(COIN, meaning=_COIN),
        "network": text(COIN, meaning=_COIN),
        "exchange_rate": text(AMOUNT, meaning="a rate below 10^12 with at most 18 decimals"),
        "fee_amount": text(AMOUNT, meaning=_AMOUNT),
        "tolerance_percent": text(PERCENT, meaning="a percentage with at most 5 decimals"),
        "refund_amount": text(AMOUNT, meaning=_COINS),
        "created_at": text(INSTANT, meaning=_INSTANT, required=True),
        "updated_at": text(INSTANT, meaning=_INSTANT),
        "expires_at": text(INSTANT, meaning=_INSTANT),
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
        "session_id": text(NAME, meaning=_NAME, required=True),
        "amount": text(AMOUNT, meaning=_AMOUNT),
        "currency": text(NAME, meaning=_NAME),
        "status": text(WORD, meaning=_WORD),
        "tolerance_percent": text(PERCENT, meaning="a percentage with at most 5 decimals"),
        "crypto_currency": text(COIN, meaning=_COIN),
        "network": text(COIN, meaning=_COIN),
        "created_at": text(INSTANT, meaning=_INSTANT),
        "updated_at": text(INSTANT, meaning=_INSTANT),
        "expires_at": text(INSTANT, meaning=_INSTANT),
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
        "order_id": text(NAME, meaning=_NAME, required=True),
        "status": pa.Column(
            pl.String,
            pa.Check.isin(
                ["awaiting", "paid", "fulfilled", "cancelled", "refunded"],
                error="awaiting, paid, fulfilled, cancelled or refunded",
            ),
        ),
        "amount": text(AMOUNT, meaning=_AMOUNT, required=True),
        "currency": text(CURRENCY, meaning=_CURRENCY, required=True),
        "placed_at": text(INSTANT, meaning=_INSTANT, required=True),
        "paid_at": text(INSTANT, meaning=_INSTANT),
        "transaction_ref": text(NAME, meaning=_NAME),
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


def all_contracts() -> dict[str, StreamContract]:
    """Every contract by stream."""
    found = (orders(), transactions(), checkout_sessions())
    return {contract.stream: contract for contract in found}
