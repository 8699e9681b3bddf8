"""The kinds of columns that streams are made of, each with the words that a refusal says.

Belongs here: what an id, an amount or an instant must look like to be cast exactly.
Stays out: which columns a stream has.
"""

from __future__ import annotations

import pandera.polars as pa

from assets.contracts.contract import AMOUNT, COIN, CURRENCY, INSTANT, NAME, PERCENT, WORD, text

_COUNT = r"^[0-9]{1,9}$"
_FLAG = r"^(TRUE|FALSE)$"
_DIGITS = r"^[0-9]{1,18}$"
# 2^256 - 1, the allowance of those who set no limit, has 78 digits.
_ALLOWANCE = r"^[0-9]{1,78}$"
_UNITS = r"^[0-9]{1,38}$"
_DATE = r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_UNIX_SECONDS = r"[0-9]{10}"
_MOMENT = rf"{INSTANT}|^{_DATE}$|^{_UNIX_SECONDS}$"


def identifier(*, required: bool = False) -> pa.Column:
    """An id, opaque."""
    meaning = "an id of at most 200 printable characters"
    return text(NAME, meaning=meaning, required=required)


def state(*, required: bool = False) -> pa.Column:
    """A word for a state or a kind; vocabularies are open."""
    return text(WORD, meaning="a state in capital letters", required=required)


def amount(*, required: bool = False) -> pa.Column:
    """Money in major units."""
    meaning = "an amount below 10^12 with at most 18 decimals"
    return text(AMOUNT, meaning=meaning, required=required)


def coins(*, required: bool = False) -> pa.Column:
    """An amount of coins."""
    meaning = "an amount of coins below 10^12 with at most 18 decimals"
    return text(AMOUNT, meaning=meaning, required=required)


def rate() -> pa.Column:
    """Fiat for one coin."""
    return text(AMOUNT, meaning="a rate below 10^12 with at most 18 decimals")


def percentage() -> pa.Column:
    """A percentage up to 100."""
    return text(PERCENT, meaning="a percentage with at most 5 decimals")


def fiat(*, required: bool = False) -> pa.Column:
    """A fiat currency."""
    return text(CURRENCY, meaning="a currency of three capital letters", required=required)


def coin(*, required: bool = False) -> pa.Column:
    """A ticker or a network, or the code of a currency that may be either fiat or a coin."""
    return text(COIN, meaning="the ticker or network of a coin", required=required)


def count() -> pa.Column:
    """A whole number of things."""
    return text(_COUNT, meaning="a whole number of at most 9 digits")


def chain() -> pa.Column:
    """The number of a chain."""
    return text(_DIGITS, meaning="a whole number of at most 18 digits")


def flag() -> pa.Column:
    """True or false."""
    return text(_FLAG, meaning="true or false")


def units() -> pa.Column:
    """A token's base units."""
    return text(_UNITS, meaning="a whole number of at most 38 digits")


def allowance() -> pa.Column:
    """A token's base units, or the greatest number a chain knows."""
    return text(_ALLOWANCE, meaning="a whole number of at most 78 digits")


def instant(*, required: bool = False) -> pa.Column:
    """An instant with its offset."""
    meaning = "an instant with offset, such as 2026-01-31T09:30:00Z"
    return text(INSTANT, meaning=meaning, required=required)


def moment(*, required: bool = False) -> pa.Column:
    """An instant with its offset, a bare date, or Unix seconds."""
    meaning = "an instant with offset, a date or Unix seconds"
    return text(_MOMENT, meaning=meaning, required=required)
