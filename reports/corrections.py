"""What a correction says: every figure that differs from those a reader has, old and new.

Belongs here: telling two sets of figures of one report apart, row by row. What a reader has is
known to the outbox; how the difference looks, to mail.py and text.py. Nothing is computed here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.amounts import digits
from reports.figures import Change
from reports.tables import decimals_of

NONE = "none"
_MONEY = re.compile(r"-?\d{1,40}\.\d{1,40}", re.ASCII)
# The note itself, and what an auditor needs to find figures again: neither is a figure.
_NO_FIGURES = ("changes", "control", "policy")
_FIRST = ("verdict", "breaks", "totals", "day")
_WORDS = {
    "totals": "",
    "day": "of the day",
    "breaks": "break",
    "rows": "rows of",
    "roll_forward": "roll-forward",
    "trend": "chart",
}
# What names a row within its table; the first of these that all its rows have.
_NAMES: tuple[tuple[str, ...], ...] = (
    ("break_id",),
    ("action_no",),
    ("currency", "code", "band"),
    ("currency", "code"),
    ("business_date", "currency"),
    ("side", "status"),
    ("stream", "window_from"),
    ("source", "source_row", "figure"),
    ("source", "source_row", "reason"),
    ("stream", "source"),
    ("case_id",),
    ("order_id",),
    ("currency",),
    ("name",),
)
# Where a row is a thing with a name of its own, these say which in the reader's words.
_SHOWN = ("code", "currency", "order_id", "transaction_id", "invoice_id", "subscription_id")


def said_in(figures: Mapping[str, Any]) -> str:
    """Return the digest of what a report says: the same for the same figures, however found."""
    said = {key: value for key, value in figures.items() if key not in _NO_FIGURES}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode("ascii")).hexdigest()


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return each figure that differs, the headline first; empty exactly when nothing does."""
    names = dict.fromkeys((*_FIRST, *after, *before))
    found: list[Change] = []
    minor = {**decimals_of(before), **decimals_of(after)}
    for name in names:
        if name in _NO_FIGURES:
            continue
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name == "breaks" and len(old or ()) != len(new or ()):
            found.append(_change("open breaks", len(old or ()), len(new or ())))
        found += _section(name, old, new, minor=minor)
    return found


def _section(name: str, old: object, new: object, *, minor: Mapping[str, int]) -> list[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            _change(name if key == "state" else f"{name} {_words(key)}", old.get(key), new.get(key))
            for key in dict.fromkeys((*new, *old))
            if old.get(key) != new.get(key)
        ]
    if _is_table(old) and _is_table(new):
        rows = list(_rows(name, old or [], new or [], minor=minor))
        # Nothing but the order of the rows, which a reader sees as well.
        return rows or [_change(f"order of {_words(name)}", "as it was", "another")]
    return [_change(_words(name), old, new)]


def _is_table(value: object) -> bool:
    is_list = isinstance(value, list) and all(isinstance(row, Mapping) for row in value)
    return value is None or is_list


def _rows(name: str, old: Any, new: Any, *, minor: Mapping[str, int]) -> Iterator[Change]:
    """Compare two versions of a table, row by row under the names of its rows."""
    naming = next(
        (keys for keys in _NAMES if all(key in row for row in (*old, *new) for key in keys)), ()
    )
    before, after = _named(old, naming), _named(new, naming)
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        row = now or was or {}
        about, least = _about(name, naming, row), minor.get(row.get("currency", ""), 2)
        if was is None or now is None:
            old_text, new_text = (one and _in_short(one, naming) for one in (was, now))
            yield _change(about, old_text, new_text, least=least)
            continue
        for column in dict.fromkeys((*now, *was)):
            if was.get(column) != now.get(column):
                figure = f"{about} {_words(column)}".strip()
                yield _change(figure, was.get(column), now.get(column), least=least)


def _named(rows: Sequence[Mapping[str, Any]], naming: Sequence[str]) -> dict[Any, Any]:
    """The rows by name; those that share one are told apart by their place among themselves."""
    found: dict[Any, Any] = {}
    seen: dict[Any, int] = {}
    for row in rows:
        key = json.dumps([row[one] for one in naming] if naming else row, sort_keys=True)
        seen[key] = seen.get(key, 0) + 1
        found[key, seen[key]] = row
    return found


def _about(name: str, naming: Sequence[str], row: Mapping[str, Any]) -> str:
    shown = naming if naming and naming != ("break_id",) else _SHOWN
    parts = [str(row[key]) for key in shown if row.get(key) not in (None, "")]
    return " ".join(part for part in (_WORDS.get(name, _words(name)), *parts) if part)


def _in_short(row: Mapping[str, Any], naming: Sequence[str]) -> str:
    """What a row that came or went holds: its amount where it has one, else all of it."""
    for key in ("money_impact", "amount", "expected", "closing_amount"):
        if row.get(key) is not None:
            return str(row[key])
    rest = [f"{_words(key)} {_text(value)}" for key, value in row.items() if key not in naming]
    return ", ".join(rest)[:200] or "there"


def _change(figure: str, old: object, new: object, *, least: int = 2) -> Change:
    return {"figure": figure, "old": _text(old, least), "new": _text(new, least)}


def _text(value: object, least: int = 2) -> str:
    if value is None or value in ("", []):
        return NONE
    if isinstance(value, list):
        return ", ".join(_text(one, least) for one in value)
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, str) and _MONEY.fullmatch(value):
        return digits(value, least=least)
    return str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
