"""NDJSON to text cells: one object a line, the same keys in each, every number exactly as written.

Belongs here: lines, keys, JSON values. Stays out: the encoding (`text`), what a value means.
Refused whole: a line that is no complete object, a key given twice, other keys than the first
line's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats.headers import refuse_unfit_header
from pipelines.orders.formats.text import decoded
from pipelines.orders.formats.typed import CellFault, Gathered, number_text
from pipelines.orders.layouts.layout import Form, Kind, Wanted
from pipelines.orders.names import shown_name
from pipelines.orders.table import Table
from pipelines.orders.wording import shown

MAX_ROWS = 2_000_000
_REMEDY = "Write one whole object a line, every key on each, null where there is nothing."


class _Number(str):
    """A number's own digits; the text of a string is no `_Number`."""

    __slots__ = ()


class NdjsonFile:
    """One NDJSON file; its header are the keys of its first line, in whatever order."""

    is_positional = False

    def __init__(self, name: str, content: bytes, form: Form) -> None:
        self._name = shown_name(name)
        text = decoded(self._name, content, encoding=form.encoding)
        self._content, self.form = text.content, f"NDJSON, {text.form}"
        first = next(self._objects(), None)
        self._header = tuple(first[1]) if first else ()
        refuse_unfit_header(self._name, self._header, line=1)

    @property
    def header(self) -> tuple[str, ...]:
        """The keys of every line."""
        return self._header

    def table(self, wanted: Sequence[Wanted]) -> Table:
        """Read every line, or raise `OrderFileRefused` with line and remedy."""
        gathered = Gathered(wanted)
        keys = frozenset(self._header)
        for line, found in self._objects():
            if line > MAX_ROWS:
                raise self._refused(f"the file has more than {MAX_ROWS:,} lines.", None)
            if found.keys() != keys:
                raise self._refused(_other_keys(found, keys), line)
            gathered.add(line, *_cells(found, wanted))
        return gathered.table()

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        start = 0
        line = 0
        while start < len(self._content):
            end = self._content.index(b"\n", start)
            line += 1
            yield line, self._object(self._content[start:end].removesuffix(b"\r"), line)
            start = end + 1

    def _object(self, text: bytes, line: int) -> dict[str, Any]:
        try:
            found = json.loads(
                text,
                parse_float=_Number,
                parse_int=_Number,
                parse_constant=_refuse_constant,
                object_pairs_hook=_without_repeats,
            )
        except (ValueError, RecursionError) as error:
            said = str(error) if type(error) is ValueError else "it is no complete JSON"
            raise self._refused(f"this line cannot be read: {said}.", line) from None
        if not isinstance(found, dict):
            raise self._refused("this line is no object.", line)
        return found

    def _refused(self, sentence: str, line: int | None) -> OrderFileRefused:
        return OrderFileRefused(self._name, sentence, remedy=_REMEDY, line=line)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {shown(twice)} stands there twice")
    return found


def _other_keys(found: Mapping[str, Any], keys: frozenset[str]) -> str:
    missing, surplus = sorted(keys - found.keys()), sorted(found.keys() - keys)
    what = f"{missing[0]} is missing" if missing else f"{shown(surplus[0])} is new"
    return f"this line has other keys than the first one: {what}."


def _cells(found: Mapping[str, Any], wanted: Sequence[Wanted]) -> tuple[list[str], str | None]:
    cells: list[str] = []
    fault = None
    for column in wanted:
        try:
            cells.append(_text(found[column.name], column.kind))
        except CellFault as wrong:
            cells.append(wrong.text)
            fault = fault or wrong.of(column.name)
    return cells, fault


def _text(value: Any, kind: Kind) -> str:
    if isinstance(value, _Number):
        return number_text(str(value), kind, is_double=False)
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= mark <= "\udfff" for mark in value):
            raise CellFault(value.encode("ascii", "replace").decode(), "holds half a character.")
        return value
    if value is None:
        return ""
    if kind is Kind.IDS and isinstance(value, list):
        return _joined(value)
    raise CellFault(json.dumps(value), "is neither text nor a number.")


def _joined(ids: list[Any]) -> str:
    for one in ids:
        if type(one) is not str or not one or ";" in one:
            raise CellFault(json.dumps(ids), "is no list of ids as text.")
    return ";".join(_text(one, Kind.TEXT) for one in ids)
