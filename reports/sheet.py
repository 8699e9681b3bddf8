"""A report as a workbook: a sheet about it, then one sheet a table.

Money is a number in its currency's format, with the exact text beside it where a double would lose
digits. Text is always text. A total is a formula, with the exact figure as text beneath it. Stays
out: what a report is (`reports.tables`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reports import amounts, wording
from reports.cells import safe_cell
from reports.figures import refuse_floats
from reports.footing import footing
from reports.tables import (
    NUMBERS,
    Cell,
    Column,
    Figures,
    Report,
    Table,
    cells_of,
    rows_of,
    said_of_none,
    totals_of,
)

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

EXACT_DIGITS = 15  # a double keeps every decimal of so many digits
_CELL_LENGTH = 32_000  # of 32,767 that a cell holds
_WIDTHS = {"money": 18, "count": 10, "days": 8, "percent": 10, "date": 12}
_TEXT_WIDTH = 30
_WIDEST = 80


def render_sheet(report: Report, figures: Figures) -> bytes:
    """Return the workbook; the same figures give the same bytes."""
    import xlsxwriter

    refuse_floats(figures)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        moment = wording.instant(figures["as_of"]).astimezone(UTC).replace(tzinfo=None)
        title = f"{report.title}, {figures['business_date']}"
        book.set_properties({"title": title, "created": moment, "author": ""})
        looks = _Looks(book, title)
        _write_about(looks, report, figures)
        for table in report.tables:
            _Sheet(looks, table, figures).write()
    return out.getvalue()


class _Looks:
    """The title of one workbook and its formats, each made once."""

    def __init__(self, book: Workbook, title: str) -> None:
        self.book = book
        self.title = title
        self._made: dict[tuple[Any, ...], Any] = {}

    def look(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({"valign": "top", **properties})
        return self._made[key]

    def head(self, column: Column | None) -> Any:
        align = "right" if column and column.kind in NUMBERS else "left"
        return self.look(bold=True, text_wrap=True, bottom=1, bg_color="#F1EFE9", align=align)

    def text(self, text: str, **properties: Any) -> Any:
        """Text that would start a formula when somebody edits the cell is marked as text."""
        quoted = {"quote_prefix": True} if safe_cell(text) != text else {}
        return self.look(**quoted, **properties)

    def number(self, cell: Cell) -> Any:
        kind = cell.column.kind
        if kind == "percent":
            return self.look(num_format='#,##0.00####" %"')
        if kind != "money":
            return self.look(num_format="#,##0")
        plain = "#,##0" + (f".{'0' * cell.least}" if cell.least else "")
        signed = f"+{plain};-{plain};{plain}"
        return self.look(num_format=signed if cell.column.is_signed else f"{plain};-{plain}")


class _Sheet:
    """One table on its sheet: head, rows, then totals by currency."""

    def __init__(self, looks: _Looks, table: Table, figures: Figures) -> None:
        self._looks = looks
        self._table = table
        self._rows = [list(cells_of(table, row, figures)) for row in rows_of(table, figures)]
        self._foot = [list(cells_of(table, row, figures)) for row in totals_of(table, figures)]
        self._empty = said_of_none(table, figures)
        self._places = self._columns()
        self._sheet = looks.book.add_worksheet(table.name)
        self._widest: dict[int, int] = {}

    def write(self) -> None:
        sheet = self._sheet
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_header(f"&L{self._table.caption}&R{self._looks.title}")
        sheet.set_footer("&RPage &P of &N")
        for column, place in zip(self._table.columns, self._places, strict=True):
            sheet.write_string(0, place, column.title, self._looks.head(column))
            if column.name in self._long:
                sheet.set_column(place + 1, place + 1, _TEXT_WIDTH)
                sheet.write_string(0, place + 1, f"{column.title}, exact", self._looks.head(None))
        for number, cells in enumerate(self._rows, start=1):
            self._write_row(number, cells)
        # Nothing is wrapped: not every program gives a row the height that its text needs.
        for column, place in zip(self._table.columns, self._places, strict=True):
            needed = max(self._widest.get(place, 0), _WIDTHS.get(column.kind, 0) - 2)
            needed = max(needed, len(column.title)) + 2
            sheet.set_column(place, place, min(needed, _WIDEST))
        if not self._rows:
            sheet.write_string(1, 0, self._empty, self._looks.look())
            return
        sheet.autofilter(0, 0, len(self._rows), max(self._places))
        self._write_totals(len(self._rows) + 2)

    def _columns(self) -> list[int]:
        """Where each column stands: one further on behind each with its exact text beside it."""
        places, at = [], 0
        for column in self._table.columns:
            places.append(at)
            at += 2 if column.name in self._long else 1
        return places

    @cached_property
    def _long(self) -> set[str]:
        """The columns of which a double would lose digits."""
        return {
            cell.column.name
            for row in (*self._rows, *self._foot)
            for cell in row
            if cell.column.kind in ("money", "percent") and _is_long(cell)
        }

    def _write_row(self, number: int, cells: Sequence[Cell]) -> None:
        for cell, place in zip(cells, self._places, strict=True):
            self._write(number, place, cell)
            if cell.column.name in self._long and cell.value is not None:
                self._sheet.write_string(number, place + 1, cell.listed, self._looks.look())

    def _write(self, number: int, place: int, cell: Cell) -> None:
        value = cell.value
        if value is None or value == "":
            return
        if cell.is_number:
            self._sheet.write_number(number, place, _double(cell), self._looks.number(cell))
            return
        day = _day(cell)
        if day is not None:
            look = self._looks.look(num_format="yyyy-mm-dd", align="left")
            self._sheet.write_datetime(number, place, day, look)
            return
        text = " ".join(value) if isinstance(value, list) else str(value)
        text = wording.plain(wording.words(text) if cell.column.kind == "word" else text)
        text = text[:_CELL_LENGTH]
        self._widest[place] = max(self._widest.get(place, 0), len(text))
        self._sheet.write_string(number, place, text, self._looks.text(text))

    def _write_totals(self, at: int) -> None:
        """For each currency a row of formulas, and beneath it the figures that it must give."""
        for currency, columns in self._by_currency().items():
            keys = {column.currency for column in columns}
            bold = self._looks.text(currency, bold=True)
            for name in keys & set(self._names):
                self._sheet.write_string(at, self._at(name), currency, bold)
            for column in columns:
                if column.currency not in self._names:
                    continue
                place, key = self._at(column.name), self._at(column.currency)
                exact = self._total(column, currency)
                self._sheet.write_formula(
                    at,
                    place,
                    f"=SUMPRODUCT(({_span(key, len(self._rows))}={_cell(at, key)})"
                    f"*{_span(place, len(self._rows))})",
                    self._looks.number(self._sample(column, currency)),
                    float(Decimal(exact)),
                )
                least = self._sample(column, currency).least
                told = amounts.digits(exact, least=least)
                look = self._looks.look(italic=True, align="right")
                self._sheet.write_string(at + 1, place, told, look)
            beside = max(self._places) + 2
            self._sheet.write_string(at, beside, "added up by the sheet", self._looks.look())
            self._sheet.write_string(at + 1, beside, "as reported, exact", self._looks.look())
            at += 2

    @cached_property
    def _names(self) -> list[str]:
        return [column.name for column in self._table.columns]

    def _at(self, name: str) -> int:
        return self._places[self._names.index(name)]

    def _by_currency(self) -> Mapping[str, list[Column]]:
        """The columns of money that hold something, by currency."""
        found: dict[str, dict[str, Column]] = {}
        for row in self._rows:
            for cell in row:
                if cell.column.kind == "money" and cell.value is not None and cell.currency:
                    found.setdefault(cell.currency, {})[cell.column.name] = cell.column
        return {currency: list(columns.values()) for currency, columns in sorted(found.items())}

    def _sample(self, column: Column, currency: str) -> Cell:
        place = self._table.columns.index(column)
        return next(row[place] for row in self._rows if row[place].currency == currency)

    def _total(self, column: Column, currency: str) -> str:
        """The total that the figures have, else the exact sum of the rows."""
        place = self._table.columns.index(column)
        foot = [row[place] for row in self._foot if row[place].currency == currency]
        if len(foot) == 1 and foot[0].value is not None:
            return str(foot[0].value)
        rows = (row[place] for row in self._rows)
        return amounts.add(
            cell.value for cell in rows if cell.currency == currency and cell.value is not None
        )


def _write_about(looks: _Looks, report: Report, figures: Figures) -> None:
    """The first sheet: verdict, reasons, what was corrected, and how to find the figures again."""
    sheet = looks.book.add_worksheet("about")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 3, 60)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    green = figures["verdict"]["state"] == "green"
    when = wording.long_month if report.is_monthly else wording.long_date
    lines: list[tuple[str, ...]] = [
        (report.title, when(figures["business_date"])),
        ("Verdict", f"{'Green' if green else 'Red'}: {report.headline(figures)}"),
        *(("Reason", reason) for reason in figures["verdict"]["reasons"]),
        ("As of", wording.both_clocks(figures["as_of"], figures["timezone"])),
        *(("Corrected", row["figure"], row["old"], row["new"]) for row in figures["changes"]),
        *footing(figures),
    ]
    for number, line in enumerate(lines):
        for place, text in enumerate(line):
            shown = wording.plain(text)[:_CELL_LENGTH]
            look = looks.text(shown, bold=place == 0)
            sheet.write_string(number, place, shown, look)


def _double(cell: Cell) -> float | int:
    if isinstance(cell.value, int):
        return cell.value
    return float(amounts.exact(cell.value))


def _is_long(cell: Cell) -> bool:
    """Whether a double would lose digits of it."""
    if cell.value is None:
        return False
    return len(amounts.exact(cell.value).normalize().as_tuple().digits) > EXACT_DIGITS


def _day(cell: Cell) -> datetime | None:
    """The date of a cell where a sheet can hold it as one."""
    if cell.column.kind != "date":
        return None
    try:
        day = date.fromisoformat(str(cell.value))
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day) if day.year >= 1900 else None  # noqa: DTZ001


def _span(place: int, rows: int) -> str:
    return f"{_cell(1, place)}:{_cell(rows, place)}"


def _cell(row: int, place: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    name: str = xl_rowcol_to_cell(row, place, row_abs=True, col_abs=True)
    return name
