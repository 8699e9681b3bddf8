"""Quotes: what a fiat amount costs in coins, and what a transfer costs on which network.

Rates move with the day and a little with each quote, repeatably; terms may fix them. A quote opens
nothing.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from pipelines.sandbox.days import DAY, HOUR, MINUTE, iso
from pipelines.sandbox.house.calls import Call, Handler, Reply, bad_request, data
from pipelines.sandbox.tender import (
    ASSET_CHOICE,
    FIATS,
    HUNDRED,
    ONE,
    Asset,
    Rates,
    coins_for,
    to_minor,
)
from pipelines.sandbox.trade.terms import Terms
from pipelines.sandbox.world import World

ASSETS = {(asset.coin, asset.network): asset for asset in ASSET_CHOICE}
LIFETIME = 15 * MINUTE
_USD_UNIT = ONE.scaleb(-6)
# What one transfer costs in US dollars, before the hour's traffic.
_TRANSFER_USD = {
    "TRON": Decimal("1.10"),
    "BSC": Decimal("0.09"),
    "ETHEREUM": Decimal("2.40"),
    "BITCOIN": Decimal("1.75"),
}


def asset_of(coin: str, network: str | None) -> Asset:
    """The coin on its network, the usual one when none is named; refused when it is not offered."""
    for asset in ASSETS.values():
        if asset.coin == coin and network in (None, asset.network):
            return asset
    raise bad_request("fromNetwork", f"does not carry {coin}")


class Quotes:
    """calculatePaymentAmount, getOptimalTransferFee, and the rates that payments are made at."""

    def __init__(self, world: World, terms: Terms) -> None:
        self._world = world
        self._terms = terms

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "calculatePaymentAmount": self.calculate,
            "getOptimalTransferFee": self.transfer_fee,
        }

    def rate(self, asset: Asset, currency: str, rng: Random) -> Decimal:
        """Fiat for one coin, as quoted now to one customer."""
        told = self._terms.rate(asset.coin, currency)
        return self._of_today().quote(asset, currency, rng) if told is None else told

    def in_usd(self, amount: Decimal, currency: str) -> Decimal:
        """A fiat amount in US dollars; a rate fixed for USDT is the dollar's as well."""
        told = self._terms.rate("USDT", currency)
        per_usd = self._of_today().per_usd(currency) if told is None else told
        return (amount / per_usd).quantize(_USD_UNIT)

    def fee(self, amount: Decimal, currency: str) -> Decimal:
        """The gateway's fee on a fiat amount, in its minor units."""
        return to_minor(amount * self._terms.fee_percent() / HUNDRED, currency)

    def calculate(self, call: Call) -> Reply:
        """Calculate Payment Amount: nothing is opened, the same question has the same answer."""
        wanted, now = call.body, self._world.instant
        amount, currency = Decimal(wanted["toAmount"]), wanted["toCurrency"]
        exact_in(amount, currency, "toAmount")
        asset = asset_of(wanted["fromCurrency"], wanted.get("fromNetwork"))
        rate = self.rate(asset, currency, self._chance(f"{asset.coin}/{currency}", now // HOUR))
        quote = {
            "fromAmount": coins_for(amount, rate, asset),
            "fromCurrency": asset.coin,
            "fromNetwork": asset.network,
            "toAmount": amount,
            "toCurrency": currency,
            "exchangeRate": rate,
            "fees": self.fee(amount, currency),
            "estimatedUsdtAmount": self.in_usd(amount, currency),
            "quotedAt": iso(now),
            "expiresAt": iso(now + LIFETIME),
        }
        return data(quote)

    def transfer_fee(self, call: Call) -> Reply:
        """What moving a coin costs: the network asked for, or the cheapest, and the others."""
        coin, network = call.query["currency"], call.query.get("network")
        amount = Decimal(call.query.get("amount", 1))
        offered = sorted(
            (self._transfer(asset), asset.network)
            for asset in ASSETS.values()
            if asset.coin == coin
        )
        chosen = next((each for each in offered if network in (None, each[1])), None)
        if chosen is None:
            raise bad_request("network", f"does not carry {coin}")
        fee, of_network = chosen
        quote: dict[str, Any] = {
            "currency": coin,
            "amount": amount,
            "network": of_network,
            "fee": fee,
            "feeCurrency": coin,
            "alternatives": [
                {"network": name, "fee": other} for other, name in offered if name != of_network
            ],
        }
        return data(quote)

    def _transfer(self, asset: Asset) -> Decimal:
        """The fee in coins; it follows the network's traffic from hour to hour."""
        traffic = self._chance(f"transfer/{asset.network}", self._world.instant // HOUR)
        usd = _TRANSFER_USD[asset.network] * (60 + traffic.randrange(90)) / HUNDRED
        return (usd / asset.usd).quantize(asset.unit, ROUND_HALF_UP)

    def _of_today(self) -> Rates:
        return Rates(self._chance("rates", self._world.instant // DAY))

    def _chance(self, name: str, turn: int) -> Random:
        """Repeatable, without counting: reading changes nothing."""
        return Random(f"{self._world.plan.seed}/{name}/{turn}")  # noqa: S311


def exact_in(amount: Decimal, currency: str, field: str) -> Decimal:
    """The amount, refused when it has more digits than its currency."""
    if amount != amount.quantize(FIATS[currency].unit):
        raise bad_request(field, f"has more digits than {currency} has")
    return amount
