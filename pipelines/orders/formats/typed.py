"""Cells of formats that have types of their own, gathered as text without losing anything.

Belongs here: what a value of a typed file may stand for, and the sentence where it may not. A row
with such a value is told apart, not refused: the file's structure is whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import polars as pl

from pipelines.orders.layouts.layout import Kind, Wanted
from pipelines.orders.table import SOURCE_ROW, Table, places_of
from pipelines.orders.wording import shown

# A double keeps fifteen decimal digits; whoever writes more has one and shows its noise.
DOUBLE_DIGITS = 15
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_MAX_EXPONENT = 30
_ROWS_AT_ONCE = 20_000


class Gathered:
    """Rows of wanted columns as they come, packed into frames before they become too many."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._places = places_of(column.name for column in wanted)
        self._rows: list[Sequence[str]] = []
        self._lines: list[int] = []
        self._frames: list[pl.DataFrame] = []
        self._faults: dict[int, str] = {}

    def add(self, line: int, cells: Sequence[str], fault: str | None) -> None:
        """Take one row, and what is wrong with it as a whole."""
        if fault is not None:
            self._faults[len(self._lines)] = fault
        self._rows.append(cells)
        self._lines.append(line)
        if len(self._rows) == _ROWS_AT_ONCE:
            self._pack()

    def table(self) -> Table:
        """Give the rows as a table."""
        self._pack()
        lines = pl.Series(SOURCE_ROW, self._lines, dtype=pl.Int64)
        return Table(pl.concat(self._frames, rechunk=True), self._places, lines, self._faults)

    def _pack(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(self._places)
        self._frames.append(
            pl.DataFrame(
                [
                    pl.Series(place, cells, dtype=pl.String)
                    for place, cells in zip(self._places.values(), columns, strict=True)
                ]
            )
        )
        self._rows = []


class CellFault(Exception):
    """A value that cannot stand in its column; `text` is how the file writes it."""

    def __init__(self, text: str, says: str) -> None:
        super().__init__(says)
        self.text = text
        self.says = says

    def of(self, column: str) -> str:
        """Give the sentence about the cell."""
        return f"{column} {shown(self.text)} {self.says}"


def number_text(text: str, kind: Kind, *, is_double: bool) -> str:
    """Give a number of a typed file as decimal text, or raise `CellFault`.

    Ids and words are text: as a number, 00123 was 123 before anybody could say so.
    """
    if kind is not Kind.MONEY:
        raise CellFault(text, "is stored as a number, where only text keeps every digit.")
    if _PLAIN.fullmatch(text) is None:
        text = _without_exponent(text)
    digits = text.lstrip("-").replace(".", "").strip("0")
    if is_double and len(digits) > DOUBLE_DIGITS:
        raise CellFault(text, f"has more than the {DOUBLE_DIGITS} digits that its kind can hold.")
    return text


def _without_exponent(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CellFault(text, "is no number.") from None
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        raise CellFault(text, "is no amount.")
    return f"{number:f}"
