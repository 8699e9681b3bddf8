"""What the shop is paid with: fiat currencies, coins on networks, rates, digits and rounding.

Money is `Decimal` from here to the wire. Chance is handed in; nothing here keeps state.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from random import Random

ONE = Decimal(1)
ZERO = Decimal(0)
HUNDRED = Decimal(100)
FEE_PERCENT = Decimal("1.0")


@dataclass(frozen=True)
class Fiat:
    """A currency of the shop; amounts of an order lie between `low` and `high` minor units."""

    code: str
    digits: int
    per_usd: Decimal
    low: int
    high: int
    bank_code: str
    is_mobile_money: bool

    @property
    def unit(self) -> Decimal:
        """The smallest amount."""
        return ONE.scaleb(-self.digits)


@dataclass(frozen=True)
class Asset:
    """A coin on one network."""

    coin: str
    network: str
    digits: int
    usd: Decimal
    rate_digits: int
    confirmation_minutes: tuple[int, int]

    @property
    def unit(self) -> Decimal:
        """The smallest amount."""
        return ONE.scaleb(-self.digits)


FIATS = {
    fiat.code: fiat
    for fiat in (
        Fiat("NGN", 2, Decimal("1541.37"), 150_000, 48_000_000, "058", False),
        Fiat("KES", 2, Decimal("129.24"), 20_000, 6_000_000, "MPESA", True),
        Fiat("GHS", 2, Decimal("11.86"), 2_000, 600_000, "MTN", True),
        Fiat("RWF", 0, Decimal("1447.52"), 1_500, 480_000, "MOMO", True),
        Fiat("ZAR", 2, Decimal("17.31"), 5_000, 1_500_000, "250655", False),
    )
}
FIAT_CHOICE = ("NGN",) * 11 + ("KES",) * 4 + ("GHS",) * 2 + ("RWF",) * 2 + ("ZAR",)

USDT_TRON = Asset("USDT", "TRON", 6, Decimal("1.0003"), 4, (1, 3))
USDT_BSC = Asset("USDT", "BSC", 6, Decimal("1.0003"), 4, (1, 2))
USDC = Asset("USDC", "ETHEREUM", 6, Decimal("0.9998"), 4, (2, 6))
BTC = Asset("BTC", "BITCOIN", 8, Decimal("91254.40"), 2, (12, 55))
ETH = Asset("ETH", "ETHEREUM", 18, Decimal("3054.75"), 2, (2, 6))
ASSET_CHOICE = (USDT_TRON,) * 11 + (USDT_BSC,) * 4 + (USDC,) * 2 + (BTC,) * 2 + (ETH,)


def to_minor(value: Decimal, currency: str) -> Decimal:
    """Rounded to the currency's minor unit, half away from zero."""
    return value.quantize(FIATS[currency].unit, ROUND_HALF_UP) + ZERO


def fee_on(amount: Decimal, currency: str, percent: Decimal = FEE_PERCENT) -> Decimal:
    """The gateway's fee on a fiat amount."""
    return to_minor(amount * percent / HUNDRED, currency)


def some_amount(fiat: Fiat, rng: Random) -> Decimal:
    """An amount as orders have it: small ones are many, large ones are few."""
    skew = rng.getrandbits(10) * rng.getrandbits(10)
    minor = fiat.low + ((fiat.high - fiat.low) * skew >> 20)
    if fiat.digits and rng.random() < 0.6:
        minor -= minor % 50
    return Decimal(minor).scaleb(-fiat.digits)


class Rates:
    """One day's exchange rates: each base moved a little by the day."""

    def __init__(self, rng: Random) -> None:
        self._fiat = {
            code: (fiat.per_usd * (10_000 + rng.randrange(-150, 150)) / 10_000)
            for code, fiat in FIATS.items()
        }
        self._coin_drift = {
            coin: Decimal(10_000 + rng.randrange(-drift, drift)) / 10_000
            for coin, drift in (("USDT", 4), ("USDC", 4), ("BTC", 300), ("ETH", 400))
        }

    def per_usd(self, currency: str) -> Decimal:
        """Fiat for one US dollar on this day."""
        return self._fiat[currency]

    def quote(self, asset: Asset, currency: str, rng: Random) -> Decimal:
        """Fiat for one coin, as quoted to one customer."""
        spread = Decimal(99_936 + rng.getrandbits(7)).scaleb(-5)
        rate = self._fiat[currency] * asset.usd * self._coin_drift[asset.coin] * spread
        return rate.quantize(ONE.scaleb(-asset.rate_digits))


def coins_for(amount: Decimal, rate: Decimal, asset: Asset) -> Decimal:
    """The coins that a fiat amount costs, rounded up to the coin's digits."""
    return (amount / rate).quantize(asset.unit, ROUND_UP)
