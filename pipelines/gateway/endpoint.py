"""What the table of endpoints says about one stream.

Belongs here: the shape of an entry. Stays out: the entries (`endpoints`), and reading (`walk`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from pipelines.gateway.records import Field, FieldTable, Kind

_LISTED = "listed_under_"
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Strategy(Enum):
    """How a stream is pulled each night."""

    WINDOW = "by gaps in the store and the last days again; what is not settled again by its id"
    NAMED = "by the ids that other streams name, until it is over"
    SNAPSHOT = "the whole list, every night"
    CHILDREN = "the whole list of every parent that is new, changed or not over"
    QUOTES = "one answer for each pair that is asked for, every night and every asking a new row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One stream: how it is pulled, where it is listed, where one of it is read, what rows hold.

    `list_path` is None where the gateway has no list, `detail_path` where it reads no single
    row. `{id}` in a path is the row's own id; every other place is a column of the parent's row,
    or of the pair asked for, and is kept with each row (see `listed_under`). `key` is the column
    that identifies a row; a row whose object lacks it has None there. `state` is the column that
    holds the row's state, and a row whose state is one of `final` is not read again by itself.
    `asked` names what a question about a pair says in its query. `meaning` says what is kept.
    """

    stream: str
    meaning: str
    strategy: Strategy
    key: str
    table: FieldTable
    list_path: str | None = None
    detail_path: str | None = None
    list_keys: tuple[str, ...] = ()
    object_keys: tuple[str, ...] = ()
    state: str | None = None
    final: frozenset[str] = field(default=frozenset())
    parent: str | None = None
    asked: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of a row of this stream, in order."""
        return (*self.table.columns, *self.listed_under)

    @property
    def places(self) -> tuple[str, ...]:
        """The columns that the path or the question names, in their order."""
        path = self.list_path or self.detail_path or ""
        return (*(name for name in _PLACE.findall(path) if name != "id"), *self.asked)

    @property
    def listed_under(self) -> tuple[str, ...]:
        """The columns that say under which parent, or for which pair, a row was found."""
        return tuple(map(_listed_under, self.places))

    def found_under(self, places: Mapping[str, str]) -> dict[str, str]:
        """The columns that are the same for all that was found under one parent or pair."""
        return {_listed_under(name): places[name] for name in self.places}


def _listed_under(name: str) -> str:
    return _LISTED + name.removeprefix(_LISTED)


def text(column: str, *names: str) -> Field:
    """A column of text, as sent."""
    return Field(column, names)


def number(column: str, *names: str) -> Field:
    """A column of decimal text."""
    return Field(column, names, Kind.NUMBER)


def word(column: str, *names: str) -> Field:
    """A column of upper-cased words: states, coins, networks, and TRUE or FALSE."""
    return Field(column, names, Kind.WORD)


def private(column: str, *names: str) -> Field:
    """A column whose values are repeated nowhere else."""
    return Field(column, names, Kind.PRIVATE)
