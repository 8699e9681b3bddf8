"""What every format gives and every layout takes: text cells, and the line each row begins on.

Cells are text exactly as the file has it, never null, under names of ours: a column of a stranger's
file may be called `*` or `^a$`, which polars would take for a search. Stays out: what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from pipelines.orders.layouts.layout import Wanted

SOURCE_ROW = "source_row"
MAX_COLUMNS = 500


@dataclass(frozen=True)
class Table:
    """The wanted columns of a file; `places` has our name for each of theirs.

    `lines` counts physical lines of text files, rows of workbooks, and rows from 1 of Parquet.
    `faults` has a sentence for each row, by its position, that cannot be read at all. `typed` are
    the places with a further column that tells which of their cells came as numbers or moments: how
    a shop writes its text says nothing about those.
    """

    frame: pl.DataFrame
    places: dict[str, str]
    lines: pl.Series
    faults: dict[int, str]
    typed: frozenset[str] = frozenset()

    def cell(self, column: str) -> pl.Expr:
        """Give the text of a column."""
        return pl.col(self.places[column])

    def has_type(self, column: str) -> pl.Expr:
        """Tell the cells of a column that were no text in the file."""
        place = self.places[column]
        return pl.col(mark_of(place)) if place in self.typed else pl.lit(value=False)


class Source(Protocol):
    """A file opened by its format: the header first, the rows only for a layout that fits it."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns, none of them twice."""

    @property
    def is_positional(self) -> bool:
        """Whether the order of its columns means something, as without names at each cell."""

    @property
    def form(self) -> str:
        """How the file is written, for people: the encoding of text, the name of the format."""

    def table(self, wanted: Sequence[Wanted]) -> Table:
        """Read every row, or raise `OrderFileRefused` with place, reason and remedy."""


def mark_of(place: str) -> str:
    """Give the name of the column that tells which cells of a place had a type."""
    return f"{place}_typed"


def places_of(columns: Iterable[str]) -> dict[str, str]:
    """Give our names for columns of theirs."""
    return {column: f"cell_{place}" for place, column in enumerate(columns)}
