"""The lists of currencies and networks that the gateway works with.

They stand still: no state, no clock. Coins and fiat currencies are declared in `tender`.
"""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.house.calls import Call, Handler, Listing, listing
from pipelines.sandbox.tender import FIATS
from pipelines.sandbox.tokens import TOKENS
from pipelines.sandbox.trade.quotes import ASSETS

_COINS = {"USDT": "Tether USD", "USDC": "USD Coin", "BTC": "Bitcoin", "ETH": "Ether"}
_NETWORKS = {
    "TRON": ("TRON", 728_126_428),
    "BSC": ("BNB Chain", 56),
    "ETHEREUM": ("Ethereum", 1),
    "BITCOIN": ("Bitcoin", None),
}
_FIAT_NAMES = {
    "NGN": "Nigerian naira",
    "KES": "Kenyan shilling",
    "GHS": "Ghanaian cedi",
    "RWF": "Rwandan franc",
    "ZAR": "South African rand",
}


class Catalogue:
    """The five lists; none of them is paged."""

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "listCurrencies": lambda _: listing("currencies", [*_coins(), *_fiats()]),
            "listSupportedCurrencies": lambda _: listing("currencies", _coins()),
            "listSubscriptionCurrencies": lambda _: listing("currencies", _tokens()),
            "listNetworks": lambda _: listing("networks", _networks()),
            "listSubscriptionNetworks": self.subscription_networks,
        }

    def subscription_networks(self, _: Call) -> Listing:
        """Get networks supported for subscription payments."""
        used = {token.network for token in TOKENS.values()}
        return listing("networks", [each for each in _networks() if each["id"].upper() in used])


def _currency(key: str, ticker: str, name: str, *, network: str, decimals: int) -> dict[str, Any]:
    return {
        "id": key,
        "ticker": ticker,
        "name": name,
        "network": network,
        "contractAddress": None,
        "decimals": decimals,
        "chainId": _NETWORKS[network.upper()][1] if network.upper() in _NETWORKS else None,
        "isActive": True,
    }


def _coins() -> list[dict[str, Any]]:
    return [
        _currency(
            f"{coin}-{network}".lower(),
            coin,
            _COINS[coin],
            network=network.lower(),
            decimals=asset.digits,
        )
        for (coin, network), asset in ASSETS.items()
    ]


def _fiats() -> list[dict[str, Any]]:
    return [
        _currency(code.lower(), code, _FIAT_NAMES[code], network="fiat", decimals=fiat.digits)
        for code, fiat in FIATS.items()
    ]


def _tokens() -> list[dict[str, Any]]:
    return [
        _currency(
            token.id,
            token.symbol,
            _COINS[token.symbol],
            network=token.network.lower(),
            decimals=token.decimals,
        )
        | {"contractAddress": token.address}
        for token in TOKENS.values()
    ]


def _networks() -> list[dict[str, Any]]:
    return [
        {"id": key.lower(), "name": name, "chainId": chain_id, "isActive": True}
        for key, (name, chain_id) in _NETWORKS.items()
    ]
