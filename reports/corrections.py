"""What a correction says: every figure that differs from those a reader has, old and new.

Belongs here: telling two sets of figures of one report apart, row by row. What a reader has is
known to the outbox; how the difference looks, to mail.py and text.py. Nothing is computed here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reports.amounts import NOTHING, grouped
from reports.figures import Change
from reports.kinds import REPORTS
from reports.kinds.daily import DAILY
from reports.tables import Column, Table, decimals_of

NONE = "none"
_DECIMAL = re.compile(r"-?\d{1,40}\.\d{1,40}", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)
# The note itself, and what an auditor needs to find figures again: neither is a figure.
_NO_FIGURES = ("changes", "control", "policy")
_WORDS = {
    "totals": "",
    "day": "of the day",
    "breaks": "break",
    "rows": "rows of",
    "roll_forward": "roll-forward",
    "trend": "chart",
}
# Figures that stand in no table of their own: those of a chart, and rows that sources mended.
_UNTABLED = {
    "trend": ("business_date", "currency"),
    "mended": ("stream", "source", "source_row"),
}
# A row whose key is a number that no reader knows is named by what it is about.
_OPAQUE = ("break_id", "action_no")
_SHOWN = ("code", "currency", "order_id", "transaction_id", "invoice_id", "subscription_id")
# On each row of a cut table: how many there are, a figure of the table and not of the row.
_TOTAL = "total"
_IN_SHORT = ("money_impact", "amount", "owed_amount", "expected", "closing_amount")


class _Naming(NamedTuple):
    """What tells the rows of a table apart, what its figures are, and how many decimals they have.

    The key and the columns come from what the report declares, so that no table can be forgotten.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    minor: Mapping[str, int]

    def text(self, row: Mapping[str, Any], column: str) -> str:
        """The figure of a row as people read it elsewhere."""
        value, declared = row.get(column), self.columns.get(column)
        in_what = row.get(declared.currency if declared else "currency") or ""
        is_amount = declared is not None and declared.kind in ("money", "percent")
        if is_amount and isinstance(value, str) and _AMOUNT.fullmatch(value):
            return grouped(value, least=self.minor.get(str(in_what), 2))
        return _text(value, self.minor.get(str(in_what), 2))


def said_in(figures: Mapping[str, Any]) -> str:
    """Return the digest of what a report says: the same for the same figures, however found."""
    said = {key: value for key, value in figures.items() if key not in _NO_FIGURES}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode("ascii")).hexdigest()


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return each figure that differs, the headline first; empty exactly when nothing does.

    After the verdict come the tables in the order in which the report shows them.
    """
    declared = {table.name: table for table in _tables(str(after.get("name")))}
    names = dict.fromkeys(("verdict", *declared, *after, *before))
    minor = {**decimals_of(before), **decimals_of(after)}
    found: list[Change] = []
    for name in [one for one in names if one not in _NO_FIGURES]:
        old, new = before.get(name), after.get(name)
        if name == "verdict":
            found += _section(old, new, naming=_naming(name, None, minor))
            old, new = (len(one.get("breaks") or ()) for one in (before, after))
            found += [_change("open breaks", str(old), str(new))] if old != new else []
        elif old != new:
            found += _section(old, new, naming=_naming(name, declared.get(name), minor))
    return found


def _tables(name: str) -> tuple[Table, ...]:
    return DAILY.tables if name == DAILY.name else REPORTS[name].tables if name in REPORTS else ()


def _naming(name: str, table: Table | None, minor: Mapping[str, int]) -> _Naming:
    columns = {column.name: column for column in table.columns} if table else {}
    return _Naming(name, table.key if table else _UNTABLED.get(name, ()), columns, minor)


def _section(old: object, new: object, *, naming: _Naming) -> list[Change]:
    name = naming.name
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            _change(
                name if key == "state" else f"{name} {_words(key)}",
                _text(old.get(key)),
                _text(new.get(key)),
            )
            for key in dict.fromkeys((*new, *old))
            if old.get(key) != new.get(key)
        ]
    if old == new:
        return []
    if _is_table(old) and _is_table(new):
        rows = list(_rows(_listed(old), _listed(new), naming))
        # Nothing but the order of the rows, which a reader sees as well.
        return rows or [_change(f"order of {_words(name)}", "as it was", "another")]
    return [_change(_words(name), _text(old), _text(new))]


def _is_table(value: object) -> bool:
    is_list = isinstance(value, list) and all(isinstance(row, Mapping) for row in value)
    return value is None or is_list


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return value or []


def _rows(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], naming: _Naming
) -> Iterator[Change]:
    """Compare two versions of a table: what differs in each row, which came and which are gone."""
    totals = [rows[0].get(_TOTAL) if rows else None for rows in (old, new)]
    if totals[0] != totals[1]:
        yield _change(f"number of {_words(naming.name)}", *(_text(one) for one in totals))
    before, after = _by_key(old, naming.key), _by_key(new, naming.key)
    for key in dict.fromkeys((*after, *before)):
        was, now = _unlike(before.get(key, []), after.get(key, []))
        if len(before.get(key, [])) == len(after.get(key, [])) == 1 and was:
            yield from _figures(was[0], now[0], naming)
            continue
        # Of several rows with one key nobody can tell which became which.
        for row in was:
            yield _change(f"gone: {_about(row, naming)}", _in_short(row, naming), NONE)
        for row in now:
            yield _change(f"new: {_about(row, naming)}", NONE, _in_short(row, naming))


def _by_key(
    rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        named = json.dumps([row.get(one) for one in key] if key else row, sort_keys=True)
        found.setdefault(named, []).append(
            {name: value for name, value in row.items() if name != _TOTAL}
        )
    return found


def _unlike(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The rows of either side that have no equal on the other."""
    was, now = list(old), []
    for row in new:
        if row in was:
            was.remove(row)
        else:
            now.append(row)
    return was, now


def _figures(was: Mapping[str, Any], now: Mapping[str, Any], naming: _Naming) -> Iterator[Change]:
    about = _about(now, naming)
    in_order = [column for column in naming.columns if column in now or column in was]
    for column in dict.fromkeys((*in_order, *now, *was)):
        old, new = was.get(column), now.get(column)
        if old == new:
            continue
        figure = f"{about} {_words(column)}".strip()
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            for one in [one for one in dict.fromkeys((*new, *old)) if old.get(one) != new.get(one)]:
                least = naming.minor.get(one, 2)
                yield _change(
                    f"{figure} {one}", _text(old.get(one), least), _text(new.get(one), least)
                )
        else:
            yield _change(figure, naming.text(was, column), naming.text(now, column))


def _about(row: Mapping[str, Any], naming: _Naming) -> str:
    shown = _SHOWN if not naming.key or naming.key[0] in _OPAQUE else naming.key
    parts = [_named(row, key, naming) for key in shown]
    return " ".join(part for part in (_WORDS.get(naming.name, _words(naming.name)), *parts) if part)


def _named(row: Mapping[str, Any], key: str, naming: _Naming) -> str:
    if row.get(key) not in (None, ""):
        return str(row[key])
    declared = naming.columns.get(key)
    # "nobody yet" says something, a dash does not.
    return declared.absent if declared and key in naming.key and declared.absent != NOTHING else ""


def _in_short(row: Mapping[str, Any], naming: _Naming) -> str:
    """What a row that came or went holds: its amount where it has one, else all of it."""
    for column in _IN_SHORT:
        if row.get(column) is not None:
            return naming.text(row, column)
    rest = [
        f"{_words(column)} {naming.text(row, column)}" for column in row if column not in naming.key
    ]
    return ", ".join(rest)[:200] or "there"


def _change(figure: str, old: str, new: str) -> Change:
    return {"figure": figure, "old": old, "new": new}


def _text(value: object, least: int = 2) -> str:
    if value is None or value in ("", []):
        return NONE
    if isinstance(value, list):
        return ", ".join(_text(one, least) for one in value)
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return grouped(value, least=least)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
