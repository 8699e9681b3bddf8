"""What a layout is: a description of where an order's parts stand in an export, and in what words.

Belongs here: the form of the description. Stays out: the layouts (one module each), and how a
description is carried out (`turning`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

ORDER_COLUMNS = (
    "order_id",
    "status",
    "amount",
    "currency",
    "placed_at",
    "paid_at",
    "session_ids",
    "transaction_ref",
    "customer_email",
)
REQUIRED = ("order_id", "status", "amount", "currency", "placed_at")
ASIDE = "not_an_order"
"""The word for rows that are no order to reconcile: drafts, tests, other ways of paying."""

MAX_SLIPS = 2
SESSION_ID = r"\b((?:cs|sess)_[0-9A-Za-z]+)\b"
"""What the gateway's session ids look like, live and in its documentation."""

FURTHER_REFS = "further_refs"
"""References beside `transaction_ref`, of an order paid in parts: a list, empty for most."""

BETWEEN_REFS = " + "
"""What stands between several references in one cell, in every layout. A plus without blanks around
it is a part of a reference."""

BUSINESS_ZONE = "the business day's"


class Kind(Enum):
    """What a column is for: formats with types of their own refuse the ones that would lie."""

    TEXT = "text"
    MONEY = "money"
    INSTANT = "instant"
    IDS = "ids"


@dataclass(frozen=True)
class Wanted:
    """A column that a layout reads."""

    name: str
    kind: Kind = Kind.TEXT


_KINDS = {
    "amount": Kind.MONEY,
    "placed_at": Kind.INSTANT,
    "paid_at": Kind.INSTANT,
    "session_ids": Kind.IDS,
}


@dataclass(frozen=True)
class Form:
    """How a text file is written; nothing of it is ever found out from the file."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    sheet: str | None = None


@dataclass(frozen=True)
class Holds:
    """A condition on one column: one of the words, or, where there are none, anything at all.

    `between` parts a cell into several words, each of which may be the one.
    """

    column: str
    words: tuple[str, ...] = ()
    between: str = ""


@dataclass(frozen=True)
class Case:
    """A status, and the conditions that must all hold for it."""

    status: str
    when: tuple[Holds, ...]


@dataclass(frozen=True)
class Sessions:
    """Session ids standing within other text: the columns, and the pattern that finds one id.

    A column that ends in `*` is every column that begins so. The pattern's first group is the id,
    or all of it where it has none.
    """

    columns: tuple[str, ...]
    pattern: str


@dataclass(frozen=True)
class Layout:
    """One kind of export; `columns` has their name for each of our columns that they have.

    The first of `aside`, `words` and `cases` that holds gives the status; `known` lists all words
    that a column may have, so that a damaged one does not pass for an absence. Every column named
    anywhere must be there, unless it is `optional`. `neighbours` are columns of the shop's own that
    nobody reads and that are spelled nearly like an optional one.
    """

    name: str
    columns: Mapping[str, str]
    has_exact_header: bool = False
    has_several_lines: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    aside: tuple[Case, ...] = ()
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sessions: tuple[Sessions, ...] = ()
    optional: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    time_zone: str | None = None
    instants: str = ""
    decimal_mark: str = "."
    thousands_mark: str = ""
    may_have_surplus_zeros: bool = False
    prefix: str = ""
    store_column: str = ""
    stores: Mapping[str, str] = field(default_factory=dict)
    form: Form = Form()

    @property
    def words_left(self) -> Mapping[str, str]:
        """The words that the turned rows still have: where there are cases, none of a file's own.

        Asked a second time, the words would translate what the cases gave.
        """
        return {} if self.cases else self.words

    @property
    def is_plain(self) -> bool:
        """Whether every cell already stands as an order row wants it, status words aside."""
        plain = Layout(
            self.name,
            self.columns,
            has_exact_header=self.has_exact_header,
            words=self.words,
            form=self.form,
        )
        return (
            self == plain
            and self.columns.keys() == set(ORDER_COLUMNS)
            and ASIDE not in self.words.values()
        )

    def wanted(self, header: Sequence[str]) -> list[Wanted]:
        """Give every column to read of an export with this header."""
        kinds = {theirs: _KINDS.get(ours, Kind.TEXT) for ours, theirs in self.columns.items()}
        for name in self._beside(header):
            kinds.setdefault(name, Kind.TEXT)
        return [
            Wanted(name, kind)
            for name, kind in kinds.items()
            if name in header or name not in self.optional
        ]

    def missing(self, header: Sequence[str]) -> list[str]:
        """Give the columns that an export with this header would have to have."""
        return [column.name for column in self.wanted(header) if column.name not in header]

    def fits(self, header: Sequence[str], *, is_positional: bool = True) -> bool:
        """Tell whether an export with this header is in this layout."""
        if self.has_exact_header:
            expected = list(self.columns.values())
            return list(header) == expected or (
                not is_positional and sorted(header) == sorted(expected)
            )
        return not self.missing(header)

    def lookalikes(self, header: Sequence[str]) -> list[tuple[str, str]]:
        """Give columns that are nearly one that may be absent: damage, not absence."""
        ours = {*self.columns.values(), *self._beside(header), *self.neighbours}
        absent = [name for name in self.optional if name not in header]
        strangers = [name for name in header if name not in ours]
        return [
            (stranger, name) for name in absent for stranger in strangers if _alike(stranger, name)
        ]

    def session_columns(self, sessions: Sessions, header: Sequence[str]) -> list[str]:
        """Give the columns of a search, those of a family (`meta:*`) as the header has them."""
        named = [name for name in sessions.columns if not name.endswith("*")]
        families = tuple(name[:-1] for name in sessions.columns if name.endswith("*"))
        return [*named, *(name for name in header if families and name.startswith(families))]

    def _beside(self, header: Sequence[str]) -> list[str]:
        return [
            *(one.column for case in (*self.cases, *self.aside) for one in case.when),
            *self.known,
            *self.only,
            *(name for one in self.sessions for name in self.session_columns(one, header)),
            *([self.store_column] if self.store_column else []),
        ]


def _alike(stranger: str, name: str) -> bool:
    """Tell a slip of the pen from another word: at most two marks differ, in a short name one."""
    written, meant = stranger.strip().casefold(), name.casefold()
    slips = min(MAX_SLIPS, len(meant) // 4)
    return abs(len(written) - len(meant)) <= slips and _distance(written, meant) <= slips


def _distance(written: str, meant: str) -> int:
    """Count the marks to put in, take out or replace to get from one to the other."""
    above = list(range(len(meant) + 1))
    for row, mark in enumerate(written, 1):
        here = [row]
        for column, other in enumerate(meant, 1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (mark != other)))
        above = here
    return above[-1]
