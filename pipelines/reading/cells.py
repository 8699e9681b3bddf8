"""Values of the snapshot as text: exact, in one form everywhere, never through a float of ours.

Belongs here: one value to its text, its JSON, and its form on a screen.
Stays out: the layout of rows.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from reports.wording import plain

Json = Any


def json_value(value: object) -> Json:
    """The value for JSON: decimals as text, instants in UTC, NULL as null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): json_value(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(held) for held in value]
    return _scalar_text(value)


def cell_text(value: object) -> str | None:
    """The value as text; None for NULL. Lists and structures are JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(json_value(value), ensure_ascii=False)
    return _scalar_text(value)


def screen_text(value: object) -> str:
    """The value on one line, with nothing in it that could steer a terminal.

    Decimals keep two places and every digit that is not a needless zero.
    """
    text = _without_zeros(value) if isinstance(value, Decimal) else cell_text(value)
    return "NULL" if text is None else plain(text)


def _without_zeros(value: Decimal) -> str:
    whole, _, places = format(value, "f").partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}" if len(places) > 2 else format(value, "f")


def _scalar_text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.isoformat()
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
