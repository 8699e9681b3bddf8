"""Amounts of prices and invoices: their digits, their worth in tokens, and shares of a period.

Pure and exact. A subscription's stablecoins count as one US dollar each; fiat is turned into
dollars at the base rate, which does not move from day to day.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, ROUND_UP, Decimal, localcontext

from pipelines.sandbox.house.calls import bad_request
from pipelines.sandbox.tender import FIATS, ONE
from pipelines.sandbox.tokens import Token

DOLLAR = "USD"
_DOLLAR_DIGITS = 2
_AMOUNT_MAX = Decimal(10) ** 15
# Eighteen decimals of a token and fifteen digits before them must never be rounded by accident.
_PRECISION = 60


def digits_of(currency: str) -> int:
    """The digits of the currency's minor unit."""
    return FIATS[currency].digits if currency in FIATS else _DOLLAR_DIGITS


def known_currency(field: str, currency: str) -> str:
    """A currency that subscriptions can be priced in, or 400."""
    if currency in FIATS or currency == DOLLAR:
        return currency
    raise bad_request(field, f"{currency!r} is not a currency that subscriptions are priced in")


def amount_in(field: str, text: str, currency: str) -> Decimal:
    """A positive amount in whole minor units of its currency, or 400."""
    amount = decimal_of(field, text)
    if amount != amount.quantize(_unit(currency), ROUND_HALF_UP):
        raise bad_request(field, f"{currency} has {digits_of(currency)} decimal places")
    return amount.quantize(_unit(currency))


def decimal_of(field: str, text: str) -> Decimal:
    """A positive decimal of a sane size, or 400."""
    try:
        amount = Decimal(text)
    except ArithmeticError:
        raise bad_request(field, "must be a decimal string") from None
    if not amount.is_finite() or not 0 < amount < _AMOUNT_MAX:
        raise bad_request(field, f"must be greater than 0 and less than {_AMOUNT_MAX:f}")
    return amount


def units_for(amount: Decimal, currency: str, token: Token) -> int:
    """What a priced amount costs in the token's base units, rounded up to a whole unit."""
    with localcontext(prec=_PRECISION):
        dollars = amount / (ONE if currency == DOLLAR else FIATS[currency].per_usd)
        return int(token.units(dollars).to_integral_value(ROUND_UP))


def exact_units(field: str, text: str, token: Token) -> int:
    """A decimal string of the token's own amount in base units, or 400 when it has more digits."""
    with localcontext(prec=_PRECISION):
        units = token.units(decimal_of(field, text))
        if units != units.to_integral_value():
            raise bad_request(field, f"{token.symbol} has {token.decimals} decimal places here")
        return int(units)


def human(units: int, token: Token) -> str:
    """Base units as a decimal string with all of the token's digits."""
    with localcontext(prec=_PRECISION):
        return format(Decimal(units).scaleb(-token.decimals), "f")


def prorated(amount: Decimal, currency: str, *, left: int, whole: int) -> Decimal:
    """The share of an amount for what is left of a period, half up to the minor unit."""
    with localcontext(prec=_PRECISION):
        return (amount * left / whole).quantize(_unit(currency), ROUND_HALF_UP)


def _unit(currency: str) -> Decimal:
    return ONE.scaleb(-digits_of(currency))
