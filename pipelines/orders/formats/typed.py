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
from pipelines.orders.table import SOURCE_ROW, Table, mark_of, places_of
from pipelines.orders.wording import shown

# A double keeps fifteen decimal digits; whoever writes more shows its noise, as Excel does, whose
# 19.99 is stored as 19.989999999999998.
DOUBLE_DIGITS = 15
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_MAX_EXPONENT = 30
_ROWS_AT_ONCE = 20_000


class Typed(str):
    """Text of a cell that was no text in the file: no form that a shop declares applies to it."""

    __slots__ = ()


class Gathered:
    """Rows of wanted columns as they come, packed into frames before they become too many."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._places = places_of(column.name for column in wanted)
        self._typed = frozenset(
            self._places[column.name]
            for column in wanted
            if column.kind in (Kind.MONEY, Kind.INSTANT)
        )
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
        frame = pl.concat(self._frames, rechunk=True)
        return Table(frame, self._places, lines, self._faults, self._typed)

    def _pack(self) -> None:
        columns = list(zip(*self._rows, strict=True)) if self._rows else [()] * len(self._places)
        cells_of = dict(zip(self._places.values(), columns, strict=True))
        texts = [pl.Series(place, cells, dtype=pl.String) for place, cells in cells_of.items()]
        marks = [
            pl.Series(
                mark_of(place), [type(cell) is Typed for cell in cells_of[place]], dtype=pl.Boolean
            )
            for place in sorted(self._typed)
        ]
        self._frames.append(pl.DataFrame([*texts, *marks]))
        self._rows = []


class CellFault(Exception):
    """A value that cannot stand in its column; `text` is how the file writes it."""

    def __init__(self, text: str, says: str) -> None:
        super().__init__(says)
        self.text = Typed(text)
        self.says = says

    def of(self, column: str) -> str:
        """Give the sentence about the cell."""
        return f"{column} {shown(self.text)} {self.says}"


def number_text(text: str, kind: Kind, *, is_double: bool) -> Typed:
    """Give a number of a typed file as decimal text, or raise `CellFault`.

    Ids and words are text: as a number, 00123 was 123 before anybody could say so.
    """
    if kind is not Kind.MONEY:
        raise CellFault(text, "is stored as a number, where only text keeps every digit.")
    if _PLAIN.fullmatch(text) is None:
        text = _without_exponent(text)
    digits = text.lstrip("-").replace(".", "").strip("0")
    if is_double and len(digits) > DOUBLE_DIGITS:
        return Typed(_without_noise(text))
    return Typed(text)


def _without_noise(text: str) -> str:
    """Give the one decimal of few enough digits that is stored as the same double, if one is."""
    # Nothing is reckoned with the doubles: they only tell whether both texts are the same cell.
    short = f"{float(text):.{DOUBLE_DIGITS}g}"
    if float(short) != float(text):
        raise CellFault(text, f"has more than the {DOUBLE_DIGITS} digits that its kind can hold.")
    return _without_exponent(short)


def _without_exponent(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CellFault(text, "is no number.") from None
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        raise CellFault(text, "is no amount.")
    return f"{number:f}"
