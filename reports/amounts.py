"""Exact decimal text to exact display text, and exact sums.

Only digits are moved here: nothing is rounded, nothing passes through a float, and no locale of
the machine has a say. Which currency an amount is in stays with the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation

from reports.figures import FiguresUnusable

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EM DASH}"
_DECIMAL_TEXT = re.compile(r"[+-]?\d{1,60}(\.\d{1,60})?([eE][+-]?\d{1,2})?", re.ASCII)
# Wide enough that adding never rounds; should it have to, it raises.
_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])


def exact(text: str) -> Decimal:
    """Return the decimal that the text writes; anything else is refused."""
    if not isinstance(text, str) or not _DECIMAL_TEXT.fullmatch(text):
        message = f"{text!r} is not an exact decimal amount."
        raise FiguresUnusable(message)
    return Decimal(text)


def add(amounts: Iterable[str]) -> str:
    """Return the exact sum of amounts of one currency, as decimal text."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, exact(amount))
    return format(total, "f")


def subtract(amount: str, other: str) -> str:
    """Return amount - other, exactly, as decimal text."""
    return format(_EXACT.subtract(exact(amount), exact(other)), "f")


def is_zero(text: str) -> bool:
    """Tell whether the amount is nought, however many digits it is written with."""
    return not exact(text)


def is_negative(text: str) -> bool:
    """Tell whether the amount is below nought."""
    return exact(text) < 0


def digits(text: str, *, least: int = 2) -> str:
    """Return the amount as a plain number: at least `least` decimals, no idle zeros after them."""
    amount = exact(text)
    whole, _, fraction = format(amount.copy_abs(), "f").partition(".")
    whole = whole.lstrip("0") or "0"
    fraction = fraction.rstrip("0").ljust(least, "0")
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def grouped(text: str, *, least: int = 2) -> str:
    """Return the amount for reading: thousands in groups of three and a true minus."""
    number = digits(text, least=least)
    whole, point, fraction = number.lstrip("-").partition(".")
    sign = MINUS if number.startswith("-") else ""
    return f"{sign}{int(whole):,}{point}{fraction}"


def signed(text: str, *, least: int = 2) -> str:
    """Return the amount for reading, a gain with its plus."""
    return ("+" if exact(text) > 0 else "") + grouped(text, least=least)


def share(part: str, whole: str) -> str | None:
    """Return part of whole in percent with one decimal, cut, so that 100.0 means all of it."""
    if exact(whole) <= 0:
        return None
    per_mille = exact(part).scaleb(3, _EXACT) // exact(whole)
    return f"{int(per_mille) // 10}.{int(per_mille) % 10}"
