"""Reads a page whose objects all have the same members, column by column instead of one by one.

What it reads is exactly what `strict_json`, `envelopes` and `records` read, several times faster;
whatever it cannot show to be so is left to them, and is `None` here. The shape of a page is
learned from the one before it. Stays out: what columns there are, and what a bad answer is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import Any

import msgspec

from pipelines.faults import AnswerUnusable
from pipelines.gateway import envelopes, strict_json
from pipelines.gateway.envelopes import Listing
from pipelines.gateway.records import FieldTable, Kind, Plan, Row

_LEARNT_MOST = 8
# What may stand where no text does, one a line; an exponent is left to the exact way.
_NUMBERS = re.compile(r"(?:(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|null)\n)+", re.ASCII)
_BARE = re.compile(
    r"(?:(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|null|true|false|\[\]|\{\})\n)+", re.ASCII
)
_BLANKS = (b" ", b"\t", b"\r", b"\n")
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANY = msgspec.json.Decoder()


class _NotAlike(Exception):
    """This page is to be read the exact way."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The members of every object of a page, and how they become columns."""

    keys: tuple[str, ...]
    plan: Plan
    decoder: msgspec.json.Decoder[list[Any]]
    texts: frozenset[str]
    spare: tuple[str, ...]


class AlikePages:
    """The pages of one walk over one list."""

    def __init__(self, table: FieldTable, list_keys: tuple[str, ...]) -> None:
        self._table = table
        self._list_keys = list_keys
        self._shape: _Shape | None = None
        self._learnt = 0

    def read(self, body: bytes) -> Listing | None:
        """The page's rows without source and instant, or None when it is not shown to be plain."""
        try:
            if self._shape is not None:
                return self._read(body, self._shape)
        except (
            *(_NotAlike, AnswerUnusable, msgspec.MsgspecError),
            *(UnicodeDecodeError, RecursionError),
        ):
            pass
        if self._learnt < _LEARNT_MOST:
            self._learnt += 1
            self._shape = _learned(self._table, body)
        return None

    def _read(self, body: bytes, shape: _Shape) -> Listing:
        members = _MEMBERS.decode(body)
        data = members.pop("data", None)
        if data is None or _has_loose_colons(body):
            raise _NotAlike
        objects = shape.decoder.decode(data)
        # Every object has all of the members, so as many colons as members show: each once, and
        # no others. A colon behind a quote inside a text makes them more.
        found = len(objects) * len(shape.keys) + len(members) + 1
        if body.count(b'":') != found + sum(bytes(raw).count(b'":') for raw in members.values()):
            raise _NotAlike
        rest = b",".join(b"%b:%b" % (_quoted(name), bytes(raw)) for name, raw in members.items())
        payload = strict_json.parse_exactly(b'{"data":[]%b%b}' % (b"," if rest else b"", rest))
        total = envelopes.listing(payload, self._list_keys).declared_total
        rows = _rows(objects, shape, self._table) if objects else []
        return Listing(rows, total, are_rows=True)


def _has_loose_colons(body: bytes) -> bool:
    """Whether blanks stand between a key and its colon; looked for only where they may."""
    may = any(blank in body and blank + b":" in body for blank in _BLANKS)
    return may and strict_json.LOOSE_COLON.search(body) is not None


def _learned(table: FieldTable, body: bytes) -> _Shape | None:
    """The shape of a page's first object, None when there is none to learn from."""
    try:
        page = _ANY.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    objects = page.get("data") if isinstance(page, dict) else None
    if not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects[:1]):
        return None
    if not objects or not objects[0]:
        return None
    keys = tuple(objects[0])
    plan = table.plan(keys)
    read = {*plan.sent, *(name for each in plan.doubled for name in each.names)}
    if any("." in name for name in read) or not all(map(_is_plain, keys)):
        return None
    numbers = {name for name, kind in _kinds(plan) if kind is Kind.NUMBER}
    texts = frozenset(
        key
        for key in keys
        if isinstance(objects[0][key], str) or (objects[0][key] is None and key not in numbers)
    )
    # The members' own names may be no names of Python.
    fields = [
        (f"m{place}", str | None if key in texts else msgspec.Raw, msgspec.field(name=key))
        for place, key in enumerate(keys)
    ]
    struct = msgspec.defstruct("AlikeObject", fields, gc=False)
    spare = tuple(key for key in keys if key not in read and key not in texts)
    return _Shape(keys, plan, msgspec.json.Decoder(list[struct]), texts, spare)  # type: ignore[valid-type]


def _is_plain(name: str) -> bool:
    """Whether the decoder takes a member's name as it is."""
    return name.isprintable() and '"' not in name and "\\" not in name


def _kinds(plan: Plan) -> Iterable[tuple[str, Kind]]:
    kinds = dict(plan.kinds)
    yield from ((name, kinds[column]) for name, column in zip(plan.sent, plan.columns, strict=True))
    yield from ((name, each.field.kind) for each in plan.doubled for name in each.names)


def _rows(objects: list[Any], shape: _Shape, table: FieldTable) -> list[Row]:
    plan = shape.plan
    wanted = [*plan.sent, *(name for each in plan.doubled for name in each.names)]
    members = _members(objects, shape, [*wanted, *shape.spare])
    for name in shape.spare:
        if not _BARE.fullmatch(_lines(members[name])):
            raise _NotAlike
    values = {
        name: members[name] if name in shape.texts else _numbers(members[name]) for name in wanted
    }
    columns = {column: values[name] for name, column in zip(plan.sent, plan.columns, strict=True)}
    for each in plan.doubled:
        first, *others = (values[name] for name in each.names)
        if any(other != first for other in others):
            raise _NotAlike
        columns[each.field.column] = first
    kinds = dict(plan.kinds)
    finished: list[Iterable[str | None]] = [
        _finished(columns[column], kinds[column])
        if column in columns
        else repeat(plan.blank[column], len(objects))
        for column in table.columns
    ]
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*finished, strict=True)]


def _members(objects: list[Any], shape: _Shape, names: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    places = {key: f"m{place}" for place, key in enumerate(shape.keys)}
    if len(names) == 1:
        get = attrgetter(places[names[0]])
        return {names[0]: tuple(map(get, objects))}
    columns = zip(*map(attrgetter(*(places[name] for name in names)), objects), strict=True)
    return dict(zip(names, columns, strict=True))


def _lines(raws: Sequence[msgspec.Raw]) -> str:
    return (b"\n".join(raws) + b"\n").decode("ascii")


def _numbers(raws: Sequence[msgspec.Raw]) -> list[str | None]:
    """The digits as they were sent."""
    lines = _lines(raws)
    if not _NUMBERS.fullmatch(lines):
        raise _NotAlike
    return [None if text == "null" else text for text in lines[:-1].split("\n")]


def _finished(values: Sequence[str | None], kind: Kind) -> Sequence[str | None]:
    """As `records` leaves a value of this kind: nothing for empty text, words in upper case."""
    if kind is Kind.WORD:
        words = {value: value and (value.strip().upper() or None) for value in set(values)}
        return [words[value] or None for value in values]
    if kind is Kind.NUMBER:
        digits = "".join(filter(None, values))
        if "e" in digits or "E" in digits:
            raise _NotAlike
    return [value or None for value in values] if "" in values else values


def _quoted(name: str) -> bytes:
    return msgspec.json.encode(name)
