"""A workbook to text cells: what is stored is read, never what a spreadsheet shows.

Belongs here: sheets, shared texts, number formats, and what each kind of cell may stand for. Lines
are rows of the sheet. The parts are read with the standard library alone, because readers of
workbooks hand on numbers without their digits and formulas without saying so.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from pipelines.orders.formats.escapes import unescaped
from pipelines.orders.formats.headers import refuse_unfit_header
from pipelines.orders.formats.package import Element, Package
from pipelines.orders.formats.sheet import Cell, SheetWalk
from pipelines.orders.formats.typed import CellFault, Gathered, Typed, number_text
from pipelines.orders.layouts.layout import Form, Kind, Wanted
from pipelines.orders.names import shown_name
from pipelines.orders.table import Table
from pipelines.orders.wording import shown

MAX_TEXT_CHARACTERS = 256 * 1024 * 1024
_WORKBOOK = "xl/workbook.xml"
_BUILT_IN_DATES = frozenset(
    str(number) for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
)
_LITERAL = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_MILLISECONDS_A_DAY = 86_400_000
_SERIAL = re.compile(r"\d{1,7}(?:\.\d+)?(?:E[+-]?\d{1,2})?")


class _Enough(Exception):
    """The first row was seen."""


class XlsxFile:
    """One workbook, of which one sheet is read: its only one, or the one that is declared."""

    is_positional = True
    form = "XLSX"

    def __init__(self, name: str, content: bytes, form: Form) -> None:
        self._name = shown_name(name)
        self._package = Package(self._name, content)
        self._has_1904 = False
        self._path = self._sheet(form.sheet)
        self._texts = self._shared_texts()
        self._dates = self._date_styles()
        self._header = self._read_header()

    @property
    def header(self) -> tuple[str, ...]:
        """The texts of the first row."""
        return self._header

    def table(self, wanted: Sequence[Wanted]) -> Table:
        """Read every row, or raise `OrderFileRefused` with row and remedy."""
        gathered = Gathered(wanted)
        places = {name: place for place, name in enumerate(self._header, 1)}
        expected = 1

        def take(row: int, cells: list[Cell]) -> None:
            nonlocal expected
            by_column = {cell.column: cell for cell in cells if self._is_there(cell)}
            # Rows that were only ever formatted have no cell with anything in it.
            if not by_column:
                return
            if row != expected:
                raise self._package.refused("an empty row stands between rows.", expected)
            expected += 1
            if max(by_column) > len(self._header):
                raise self._package.refused("a cell stands beyond the last column.", row)
            if row > 1:
                gathered.add(row, *self._cells(by_column, places, wanted))

        SheetWalk(self._package, self._path, take).run()
        return gathered.table()

    def _sheet(self, declared: str | None) -> str:
        sheets: dict[str, str] = {}

        def start(element: Element) -> None:
            if element.name == "sheet":
                sheets[element.attributes.get("name", "")] = element.attributes.get("id", "")
            elif element.name == "workbookPr":
                self._has_1904 = element.attributes.get("date1904") in ("1", "true")

        self._package.read(_WORKBOOK, start=start)
        if declared is None and len(sheets) != 1:
            raise self._package.refused(
                f"it has {len(sheets)} sheets; name the one with the orders as sheet under"
                " [orders.NAME] in recon.toml."
            )
        name = next(iter(sheets)) if declared is None else declared
        if name not in sheets:
            raise self._package.refused(f"it has no sheet {shown(name)}.")
        target = self._package.targets(_WORKBOOK).get(sheets[name], "")
        if not target.startswith("xl/worksheets/"):
            raise self._package.refused("its sheet is no worksheet.")
        return target

    def _shared_texts(self) -> list[str]:
        texts: list[list[str]] = []
        run: list[str] = []
        path = "xl/sharedStrings.xml"
        inside = {"t": False, "rPh": False}
        characters = 0

        def start(element: Element) -> None:
            if element.name == "si":
                texts.append([])
            elif element.name in inside:
                inside[element.name] = True

        def end(name: str) -> None:
            if name in inside:
                inside[name] = False
            # An escape does not reach from one run of letters into the next.
            if name == "t" and run:
                texts[-1].append(unescaped("".join(run)))
                run.clear()

        def text(piece: str) -> None:
            nonlocal characters
            characters += len(piece)
            if characters > MAX_TEXT_CHARACTERS:
                raise self._package.refused("its texts are too long.")
            if texts and inside["t"] and not inside["rPh"]:
                run.append(piece)

        if self._package.has(path):
            self._package.read(path, start=start, end=end, text=text)
        return ["".join(pieces) for pieces in texts]

    def _date_styles(self) -> frozenset[int]:
        """The styles, by their number, in which a number is shown as a date or a time."""
        codes: dict[str, str] = {}
        styles: list[str] = []
        inside: list[str] = []

        def start(element: Element) -> None:
            inside.append(element.name)
            if element.name == "numFmt":
                codes[element.attributes.get("numFmtId", "")] = element.attributes.get(
                    "formatCode", ""
                )
            elif element.name == "xf" and "cellXfs" in inside:
                styles.append(element.attributes.get("numFmtId", "0"))

        if self._package.has("xl/styles.xml"):
            self._package.read("xl/styles.xml", start=start, end=lambda _: _popped(inside))
        return frozenset(
            place for place, number in enumerate(styles) if _is_date(number, codes.get(number))
        )

    def _read_header(self) -> tuple[str, ...]:
        first: list[Cell] = []

        def take(row: int, cells: list[Cell]) -> None:
            first.extend(cells if row == 1 else ())
            raise _Enough

        with contextlib.suppress(_Enough):
            SheetWalk(self._package, self._path, take).run()
        while first and not self._is_there(first[-1]):
            first.pop()
        if not first:
            raise self._package.refused("its first row is empty, it has no header.", 1)
        header: list[str] = []
        for cell in first:
            if cell.column != len(header) + 1 or not self._is_text(cell) or cell.has_formula:
                raise self._package.refused("the header has a gap, or a cell that is no text.", 1)
            header.append(self._stored(cell))
        refuse_unfit_header(self._name, header, line=1)
        return tuple(header)

    def _cells(
        self, by_column: dict[int, Cell], places: dict[str, int], wanted: Sequence[Wanted]
    ) -> tuple[list[str], str | None]:
        texts: list[str] = []
        fault = None
        for column in wanted:
            cell = by_column.get(places[column.name])
            try:
                texts.append("" if cell is None else self._text(cell, column.kind))
            except CellFault as wrong:
                texts.append(wrong.text)
                fault = fault or wrong.of(column.name)
        return texts, fault

    def _text(self, cell: Cell, kind: Kind) -> str:
        stored = self._stored(cell)
        if cell.has_formula and not cell.pieces and cell.kind != "str":
            raise CellFault(
                stored, "is a formula whose value the workbook does not keep; paste values."
            )
        if cell.has_formula:
            raise CellFault(
                stored, "is what a formula gave when somebody last looked; paste values."
            )
        if self._is_text(cell):
            return stored
        if cell.kind == "d":
            return Typed(stored)
        if cell.kind != "n":
            raise CellFault(stored, "is neither text nor a number.")
        if cell.style in self._dates:
            if kind is not Kind.INSTANT:
                raise CellFault(stored, "is stored as a date.")
            return Typed(self._moment(stored))
        if kind is Kind.INSTANT:
            raise CellFault(stored, "is a number that is not formatted as a date.")
        return number_text(stored, kind, is_double=True)

    def _moment(self, serial: str) -> str:
        """Date and time of a serial number, to the millisecond, in no zone at all."""
        if _SERIAL.fullmatch(serial) is None:
            raise CellFault(serial, "is no date.")
        days = Decimal(serial)
        # 1900 has a 29 February in workbooks, so their days are counted from a day before.
        if not self._has_1904 and days < 61:
            raise CellFault(serial, "is no date.")
        epoch = datetime(1904, 1, 1) if self._has_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        try:
            moment = epoch + timedelta(milliseconds=round(days * _MILLISECONDS_A_DAY))
        except OverflowError:
            raise CellFault(serial, "is no date.") from None
        return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")

    def _is_text(self, cell: Cell) -> bool:
        return cell.kind in ("s", "str", "inlineStr")

    def _is_there(self, cell: Cell) -> bool:
        return bool(cell.pieces) or cell.has_formula

    def _stored(self, cell: Cell) -> str:
        if cell.kind != "s":
            return cell.text
        place = int(cell.text) if cell.text.isdecimal() and len(cell.text) < 9 else -1
        if not 0 <= place < len(self._texts):
            raise self._package.refused("a cell refers to a text that is not there.")
        return self._texts[place]


def _popped(names: list[str]) -> None:
    names.pop()


def _is_date(number: str, code: str | None) -> bool:
    if code is None:
        return number in _BUILT_IN_DATES
    return re.search(r"[dmyhs]", _LITERAL.sub("", code), re.IGNORECASE) is not None
