"""Turns one object of the gateway into one flat row of text columns.

Names, wrappings and cases vary, so a column lists the names it may have. Values are neither
judged nor converted here: a bad one passes as text to the contract stage, which quarantines it.
Numbers keep the digits they had on the wire. Which columns a stream has is said in `streams`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from operator import itemgetter
from typing import Any

from pipelines.gateway.envelopes import Item

Row = dict[str, str | None]

_UPPER_LETTER = re.compile(r"(?<=[a-z0-9])([A-Z])")
_EXPONENT = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?[eE][+-]?[0-9]{1,2}")
_PLANS_MOST = 1000
_TEXT_OR_NOTHING = frozenset({str, type(None)})


class Kind(Enum):
    """What is done to a value on its way in."""

    TEXT = "as sent"
    NUMBER = "as sent, an exponent written out"
    PRIVATE = "as sent, and repeated nowhere else"
    WORD = "trimmed and upper-cased: states, coins, networks"


@dataclass(frozen=True, slots=True)
class Field:
    """A column, and the names under which its value may come; the first that has one wins.

    A name may be dotted, `price.uid`: the member of an object that stands in the row.
    """

    column: str
    names: tuple[str, ...]
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Doubled:
    """A column whose value came under several names, or inside an object."""

    field: Field
    names: tuple[str, ...]
    values: Callable[[Item], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read objects with one and the same list of keys.

    `columns` are those with one name, which stands in `sent` at the same place.
    """

    blank: Row
    columns: tuple[str, ...]
    sent: tuple[str, ...]
    kinds: tuple[tuple[str, Kind], ...]
    values: Callable[[Item], tuple[Any, ...]]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    doubled: tuple[Doubled, ...]


class FieldTable:
    """The columns of a stream, compiled once per list of keys that the gateway sends.

    `unused` names fields that are known and deliberately not read; every other field that no
    column claims is listed in `unknown_fields`. A row that lacks one of `needed` is short.
    """

    def __init__(
        self,
        fields: tuple[Field, ...],
        *,
        unused: Iterable[str] = (),
        needed: Iterable[str] = (),
    ) -> None:
        self.fields = tuple(
            Field(field.column, _with_snake_case(field.names), field.kind) for field in fields
        )
        known = {_outer(name) for field in self.fields for name in field.names}
        self._known = known | set(_with_snake_case(tuple(unused)))
        self._needed = frozenset(needed)
        self._plans: dict[tuple[str, ...], Plan] = {}
        own = ("disagreements", "is_short", "unknown_fields", "source", "fetched_at")
        self.columns = (*(field.column for field in fields), *own)

    def rows(self, items: list[Item], *, ref: str, fetched_at: str) -> list[Row]:
        """One row per object; `ref` is the answer they stand in, rows are counted from 1."""
        return [
            self.row(item, source=f"{ref}#{number}", fetched_at=fetched_at)
            for number, item in enumerate(items, 1)
        ]

    def row(self, item: Item, *, source: str, fetched_at: str) -> Row:
        """The row of one object, always with every column, in one order."""
        plan = self.plan(tuple(item))
        row = plan.blank.copy()
        row.update(zip(plan.columns, plan.values(item), strict=True))
        for each in plan.doubled:
            # As one and the same value under every name, or to be looked at below.
            first, *others = each.values(item)
            row[each.field.column] = first if others.count(first) == len(others) else None
        if not _TEXT_OR_NOTHING.issuperset(map(type, row.values())) or "" in row.values():
            row.update({column: _as_text(value) for column, value in row.items()})
        for column in plan.numbers:
            value = row[column]
            if value is not None and ("e" in value or "E" in value):
                row[column] = _number(value)
        for column in plan.words:
            value = row[column]
            if value is not None:
                row[column] = value.strip().upper() or None
        if plan.doubled:
            _read_doubled(row, item, plan.doubled)
        row["source"] = source
        row["fetched_at"] = fetched_at
        return row

    def plan(self, keys: tuple[str, ...]) -> Plan:
        """How objects with these keys are read."""
        plan = self._plans.get(keys)
        if plan is None:
            if len(self._plans) >= _PLANS_MOST:
                self._plans.clear()
            plan = self._plans[keys] = self._made(keys)
        return plan

    def _made(self, keys: tuple[str, ...]) -> Plan:
        present = set(keys)
        single: list[tuple[Field, str]] = []
        doubled: list[Doubled] = []
        for field in self.fields:
            names = tuple(name for name in field.names if _outer(name) in present)
            if len(names) == 1 and "." not in names[0]:
                single.append((field, names[0]))
            elif names:
                doubled.append(Doubled(field, names, _getter(names)))
        found = [field for field, _ in single] + [each.field for each in doubled]
        covered = {field.column for field in found}
        blank: Row = dict.fromkeys(self.columns)
        blank["unknown_fields"] = ",".join(sorted(present - self._known)) or None
        blank["is_short"] = None if self._needed <= covered else "true"
        return Plan(
            blank,
            tuple(field.column for field, _ in single),
            tuple(name for _, name in single),
            tuple((field.column, field.kind) for field in found),
            _getter(tuple(name for _, name in single)),
            tuple(field.column for field in found if field.kind is Kind.NUMBER),
            tuple(field.column for field in found if field.kind is Kind.WORD),
            tuple(doubled),
        )


def from_answer(rows: list[Row], *, ref: str, fetched_at: str) -> list[Row]:
    """The same rows with their source and instant; rows are counted from 1."""
    for number, row in enumerate(rows, 1):
        row["source"] = f"{ref}#{number}"
        row["fetched_at"] = fetched_at
    return rows


def _read_doubled(row: Row, item: Item, doubled: tuple[Doubled, ...]) -> None:
    """Columns that came under several names: the first value wins, a contradiction is told."""
    told: list[str] = []
    for each in doubled:
        column, kind = each.field.column, each.field.kind
        sent = each.values(item)
        if sent.count(sent[0]) == len(sent):
            continue
        values = {name: _value(value, kind) for name, value in zip(each.names, sent, strict=True)}
        given = {name: value for name, value in values.items() if value is not None}
        row[column] = chosen = next(iter(given.values()), None)
        if any(not _is_same(chosen, other, kind) for other in given.values()):
            stated = given if kind is Kind.PRIVATE else [f"{name}={given[name]}" for name in given]
            told.append(f"{column}: {', '.join(stated)}")
    if told:
        row["disagreements"] = "; ".join(told)


def _is_same(one: str | None, other: str | None, kind: Kind) -> bool:
    if one == other:
        return True
    if kind is not Kind.NUMBER or one is None or other is None:
        return False
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _value(value: Any, kind: Kind) -> str | None:
    if kind is Kind.WORD:
        return _word(value)
    return _number(value) if kind is Kind.NUMBER else _as_text(value)


def _number(value: Any) -> str | None:
    text = _as_text(value)
    if text is not None and ("e" in text or "E" in text) and _EXPONENT.fullmatch(text):
        return format(Decimal(text), "f")
    return text


def _word(value: Any) -> str | None:
    text = _as_text(value)
    return (text.strip().upper() or None) if text is not None else None


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _outer(name: str) -> str:
    """The member of a row that a name stands for, or stands in."""
    return name.partition(".")[0]


def _inner(item: Item, name: str) -> Any:
    """The value of a name, None where an object on the way to it is none."""
    found: Any = item
    for member in name.split("."):
        found = found.get(member) if isinstance(found, dict) else None
    return found


def _getter(names: tuple[str, ...]) -> Callable[[Item], tuple[Any, ...]]:
    """All values of these names at once; `itemgetter` gives tuples only from two names on."""
    if any("." in name for name in names):
        return lambda item: tuple(_inner(item, name) for name in names)
    if len(names) > 1:
        return itemgetter(*names)
    return lambda item: tuple(item[name] for name in names)


def _with_snake_case(names: tuple[str, ...]) -> tuple[str, ...]:
    """Each name followed by its snake-case form."""
    both = (form for name in names for form in (name, _UPPER_LETTER.sub(r"_\1", name).lower()))
    return tuple(dict.fromkeys(both))
