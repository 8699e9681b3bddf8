"""The cells of one worksheet as they are stored: type, raw text, style, formula; row after row.

Belongs here: the grid (rows in order, no cell twice, no merged cells) and its caps. Stays out: what
a cell stands for (`xlsx`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from pipelines.orders.formats.escapes import unescaped
from pipelines.orders.formats.package import Element, Package

MAX_CELLS = 5_000_000
MAX_CELL_CHARACTERS = 131_072
# Longer numbers are no place in a sheet, and the longest end in an error of their own.
_PLACE = re.compile(r"[0-9]{1,7}")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


@dataclass(slots=True)
class Cell:
    """One cell that is there: `kind` is how it is stored (n, s, str, inlineStr, b, e, d)."""

    column: int
    kind: str
    style: int
    has_formula: bool = False
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is stored, as text."""
        return "".join(self.pieces)

    def end_piece(self, begun: int) -> None:
        """Read the escapes of a text that ends here; they do not reach from one into the next."""
        if self.kind in ("inlineStr", "str") and self.pieces[begun:]:
            self.pieces[begun:] = [unescaped("".join(self.pieces[begun:]))]


class SheetWalk:
    """A walk over a sheet's XML that hands on every row with a cell in it."""

    def __init__(
        self, package: Package, path: str, hand_on: Callable[[int, list[Cell]], None]
    ) -> None:
        self._package = package
        self._path = path
        self._hand_on = hand_on
        self._row = 0
        self._cells: list[Cell] = []
        self._cell: Cell | None = None
        self._is_in_text = False
        self._begun = 0
        self._is_in_phonetic = False
        self._count = 0

    def run(self) -> None:
        """Walk to the end, or raise `OrderFileRefused`."""
        self._package.read(self._path, start=self._start, end=self._end, text=self._text)

    def _start(self, element: Element) -> None:
        if element.name == "row":
            self._begin_row(element.attributes.get("r"))
        elif element.name == "c":
            self._begin_cell(element.attributes)
        elif element.name == "f" and self._cell is not None:
            self._cell.has_formula = True
        elif element.name in ("v", "t") and self._cell is not None:
            self._is_in_text = not self._is_in_phonetic
            self._begun = len(self._cell.pieces)
        elif element.name == "rPh":
            self._is_in_phonetic = True
        elif element.name == "mergeCell":
            raise self._package.refused("cells of it are merged.")

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            if self._is_in_text and self._cell is not None:
                self._cell.end_piece(self._begun)
            self._is_in_text = False
        elif name == "rPh":
            self._is_in_phonetic = False
        elif name == "c":
            self._cell = None
        elif name == "row" and self._cells:
            self._hand_on(self._row, self._cells)

    def _text(self, text: str) -> None:
        if self._is_in_text and self._cell is not None:
            self._cell.pieces.append(text)
            if len(self._cell.text) > MAX_CELL_CHARACTERS:
                sentence = f"a cell has more than {MAX_CELL_CHARACTERS:,} characters."
                raise self._package.refused(sentence, self._row)

    def _begin_row(self, stated: str | None) -> None:
        row = self._row + 1 if stated is None else _place(stated)
        if row <= self._row:
            raise self._package.refused("its rows are out of order.", self._row)
        self._row = row
        self._cells = []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_CELLS:
            raise self._package.refused(f"it has more than {MAX_CELLS:,} cells.")
        last = self._cells[-1].column if self._cells else 0
        column = self._column(attributes.get("r"), last)
        if column <= last:
            raise self._package.refused("its cells are out of order.", self._row)
        style = attributes.get("s", "0")
        self._cell = Cell(column, attributes.get("t", "n"), _place(style))
        self._cells.append(self._cell)

    def _column(self, reference: str | None, last: int) -> int:
        if reference is None:
            return last + 1
        match = _REFERENCE.fullmatch(reference)
        if match is None or int(match.group(2)) != self._row:
            raise self._package.refused("a cell stands in another row than its own.", self._row)
        number = 0
        for letter in match.group(1):
            number = number * 26 + ord(letter) - ord("A") + 1
        return number


def _place(text: str) -> int:
    return int(text) if _PLACE.fullmatch(text) else 0
