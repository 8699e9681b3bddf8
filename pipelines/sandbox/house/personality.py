"""How a sandbox differs from the contract on purpose: one switch for each assumption of a client.

Only the switches, their bounds and their words; lists, gate and spoiling act on them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any

from pipelines.sandbox.house.calls import bad_request

LATENCY_MS_MAX = 60_000
LIMIT_MAX = 1_000_000
_WORDS = {
    "ignore_paging": ("", "first", "all"),
    "envelope": ("data", "object", "items", "bare"),
    "totals": ("true", "lying", "zero", "none"),
    "field_style": ("camel", "snake"),
}
_BOUNDS = {
    "cap_limit": (0, LIMIT_MAX),
    "latency_ms": (0, LATENCY_MS_MAX),
    "seed": (-(2**63), 2**63 - 1),
}
_SHARES = ("missing_by_id", "rate_429", "rate_5xx", "cut_rate", "no_answer_rate")
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_PERCENTAGE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,30})?")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Personality:
    """The switches; shares and rates are percent of the requests, all off by default."""

    seed: int = 0
    ignore_filters: bool = False
    ignore_order: bool = False
    ignore_paging: str = ""
    cap_limit: int = 0
    refuse_limit: bool = False
    shuffle: bool = False
    repeat_pages: bool = False
    short_rows: bool = False
    lowercase: bool = False
    envelope: str = "data"
    totals: str = "true"
    field_style: str = "camel"
    unknown_fields: bool = False
    unknown_words: bool = False
    missing_by_id: Decimal = Decimal(0)
    latency_ms: int = 0
    rate_429: Decimal = Decimal(0)
    rate_5xx: Decimal = Decimal(0)
    cut_rate: Decimal = Decimal(0)
    no_answer_rate: Decimal = Decimal(0)

    @classmethod
    def from_flags(cls, words: Sequence[str]) -> Personality:
        """From `name` and `name=value` words, as the command line gives them."""
        changes: dict[str, Any] = {}
        for word in words:
            name, told, value = word.partition("=")
            changes[name] = value if told else True
        return cls().changed(changes)

    def changed(self, changes: Mapping[str, Any]) -> Personality:
        """With some switches set otherwise; an unknown name or value is refused by name."""
        known = {field.name for field in fields(self)}
        for name in changes:
            if name not in known:
                raise bad_request(name, f"is none of {', '.join(sorted(known))}")
        return replace(self, **{name: _value(name, changes[name]) for name in changes})

    def as_data(self) -> dict[str, Any]:
        """The switches by name."""
        return asdict(self)

    def hides(self, name: str) -> bool:
        """Whether a read by this id finds nothing, though lists show it."""
        share = self.missing_by_id
        return bool(share) and thrown(f"{self.seed}/missing/{name}") < share

    @property
    def changes_rows(self) -> bool:
        """Whether rows are other than the rooms render them."""
        return (
            self.short_rows
            or self.lowercase
            or self.field_style != "camel"
            or self.unknown_fields
            or self.unknown_words
        )


def _value(name: str, given: Any) -> Any:
    if name in _WORDS:
        return _word(name, given)
    if name in _BOUNDS:
        return _whole(name, given)
    return _share(name, given) if name in _SHARES else _switch(name, given)


def _word(name: str, given: Any) -> str:
    if given not in _WORDS[name]:
        words = ", ".join(word or "nothing" for word in _WORDS[name])
        raise bad_request(name, f"must be one of {words}")
    return str(given)


def _whole(name: str, given: Any) -> int:
    low, high = _BOUNDS[name]
    # What int() takes besides, such as underscores and other digits, no other client means.
    if not _WHOLE.fullmatch(str(given)) or not low <= int(given) <= high:
        raise bad_request(name, f"must be a whole number from {low} to {high}")
    return int(given)


def _share(name: str, given: Any) -> Decimal:
    text = format(given, "f") if isinstance(given, Decimal) else str(given)
    if not _PERCENTAGE.fullmatch(text) or Decimal(text) > _HUNDRED:
        raise bad_request(name, "must be a percentage from 0 to 100")
    return Decimal(text)


def _switch(name: str, given: Any) -> bool:
    known = {True: True, False: False, "true": True, "false": False}
    if not isinstance(given, bool | str) or given not in known:
        raise bad_request(name, "must be true or false")
    return known[given]


def thrown(name: str) -> Decimal:
    """A number from 0 to below 100, the same for the same name."""
    digest = hashlib.sha256(name.encode()).digest()
    return Decimal(int.from_bytes(digest[:4], "big")).scaleb(2) / 2**32
