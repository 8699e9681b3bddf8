"""The contracts of currencies, networks and fee quotes.

Belongs here: what each column must look like; a coin that no payment names is as welcome as any.
"""

from __future__ import annotations

import pandera.polars as pa

from assets.contracts.columns import (
    amount,
    chain,
    coin,
    coins,
    count,
    flag,
    identifier,
    instant,
)
from assets.contracts.contract import StreamContract


def currencies() -> StreamContract:
    """Contract of the currencies that the gateway lists."""
    return _listed_coins("currencies", "currency_id")


def subscription_currencies() -> StreamContract:
    """Contract of the currencies that subscriptions are charged in."""
    return _listed_coins("subscription_currencies", "subscription_currency_id")


def networks() -> StreamContract:
    """Contract of the networks that the gateway lists."""
    columns = {
        "network_id": coin(required=True),
        "chain_id": chain(),
        "is_active": flag(),
        "updated_at": instant(),
    }
    return StreamContract(
        stream="networks",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={"network_id": "BSC", "chain_id": "0x38"},
        instants=("updated_at",),
    )


def fee_quotes() -> StreamContract:
    """Contract of quotes: one without a fee says nothing."""
    columns = {
        "quote_id": identifier(required=True),
        "listed_under_currency": coin(required=True),
        "listed_under_network": coin(required=True),
        "listed_under_amount": amount(),
        "currency": coin(),
        "network": coin(),
        "amount": coins(),
        "fee_amount": coins(required=True),
        "fee_currency": coin(),
        "quoted_at": instant(),
        "updated_at": instant(),
    }
    return StreamContract(
        stream="fee_quotes",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={
            "quote_id": "known-bad",
            "listed_under_currency": "USDT",
            "listed_under_network": "TRON",
            "fee_amount": "free",
        },
        instants=("quoted_at", "updated_at"),
    )


def _listed_coins(stream: str, key: str) -> StreamContract:
    columns = {
        key: identifier(required=True),
        "ticker": coin(required=True),
        "network": coin(),
        "contract_address": identifier(),
        "decimals": count(),
        "chain_id": chain(),
        "is_active": flag(),
        "updated_at": instant(),
    }
    return StreamContract(
        stream=stream,
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={key: "known-bad", "ticker": "USDT", "decimals": "six"},
        instants=("updated_at",),
    )
