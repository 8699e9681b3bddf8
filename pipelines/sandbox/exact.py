"""JSON in and out without losing a digit: numbers are `Decimal` or `int`, never floats.

Only the conversion lives here; which members an answer has is decided by those who make it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_sorting_encoder = msgspec.json.Encoder(
    decimal_format="number", enc_hook=str, order="deterministic"
)
_EXPONENTS = frozenset("eE")


def encode(value: Any) -> bytes:
    """Compact JSON, members in their order, decimals as plain numbers with all their digits."""
    return _encoder.encode(_plain(value))


def canonical(value: Any) -> bytes:
    """The same JSON for the same value, whatever the order of its members."""
    return _sorting_encoder.encode(_plain(value))


def _plain(value: Any) -> Any:
    """The value with every decimal in a form whose text has no exponent."""
    if isinstance(value, Decimal):
        text = str(value)
        return msgspec.Raw(format(value, "f").encode()) if _EXPONENTS & set(text) else value
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def decode(raw: bytes | str) -> Any:
    """The value of a JSON text; ValueError when it is none, or holds NaN or a repeated member."""
    try:
        return json.loads(
            raw,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repeats,
        )
    except (ArithmeticError, RecursionError) as broken:
        raise ValueError(str(broken)) from broken


def _refuse_constant(word: str) -> Decimal:
    raise ValueError(f"{word} is not JSON")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice in one object")
    return members
