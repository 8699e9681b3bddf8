"""Currencies, networks and what transfers cost: where they are read, and the columns of their rows.

Only declarations. A coin on two chains is two currencies; a quote has no id of its own, so the pull
gives it one.
"""

from __future__ import annotations

from pipelines.gateway.endpoint import Endpoint, Strategy, number, text, word
from pipelines.gateway.records import Field, FieldTable


def _coin(key: str, *names: str) -> tuple[Field, ...]:
    """The columns of one coin on one chain, under a key of its own."""
    return (
        text(key, *names),
        word("ticker", "ticker", "symbol"),
        text("name", "name"),
        word("network", "network"),
        text("contract_address", "contractAddress", "tokenAddress", "address"),
        number("decimals", "decimals"),
        number("chain_id", "chainId"),
        word("is_active", "isActive", "active"),
        text("updated_at", "updatedAt"),
    )


CURRENCIES = Endpoint(
    stream="currencies",
    meaning="Versions of the currencies that the gateway lists, one row a version.",
    strategy=Strategy.SNAPSHOT,
    list_path="/api/v1/currencies",
    key="currency_id",
    list_keys=("currencies",),
    table=FieldTable(_coin("currency_id", "id", "uid", "currencyId"), unused=("createdAt",)),
)

NETWORKS = Endpoint(
    stream="networks",
    meaning="Versions of the networks that the gateway lists, one row a version.",
    strategy=Strategy.SNAPSHOT,
    list_path="/api/v1/networks",
    key="network_id",
    list_keys=("networks",),
    table=FieldTable(
        (
            # Upper-cased like every network, so that it meets the ones on payments.
            word("network_id", "id", "uid", "networkId"),
            text("name", "name"),
            number("chain_id", "chainId"),
            word("is_active", "isActive", "active"),
            text("updated_at", "updatedAt"),
        ),
        unused=("createdAt",),
    ),
)

SUBSCRIPTION_CURRENCIES = Endpoint(
    stream="subscription_currencies",
    meaning="Versions of the currencies that subscriptions are charged in, one row a version.",
    strategy=Strategy.SNAPSHOT,
    list_path="/api/v1/subscription-currencies",
    key="subscription_currency_id",
    list_keys=("currencies", "subscriptionCurrencies", "subscription_currencies"),
    table=FieldTable(
        _coin("subscription_currency_id", "id", "uid", "currencyId", "tokenId"),
        unused=("createdAt",),
    ),
)

FEE_QUOTES = Endpoint(
    stream="fee_quotes",
    meaning="Quotes of what moving a coin costs, one row a quote.",
    strategy=Strategy.QUOTES,
    detail_path="/api/v1/optimal-transfer-fee",
    asked=("currency", "network", "amount"),
    key="quote_id",
    object_keys=("quote", "optimalTransferFee", "transferFee"),
    table=FieldTable(
        (
            text("quote_id"),
            word("currency", "currency"),
            word("network", "network"),
            number("amount", "amount"),
            number("fee_amount", "fee", "feeAmount", "transferFee"),
            word("fee_currency", "feeCurrency"),
            text("quoted_at", "quotedAt", "createdAt"),
            text("updated_at", "updatedAt"),
        ),
        # Every network is asked for by itself, so the alternatives say nothing new.
        unused=("alternatives", "expiresAt", "id", "uid"),
    ),
)
