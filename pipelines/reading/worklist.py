"""The file that people edit: breaks as rows, locked but for four columns, as workbook or CSV.

In a workbook every cell is text, so that ids and amounts stay to the digit and nothing is a
formula; in CSV a mark stands before text that a spreadsheet would run. Each row carries the version
of its break, which tells at the import whether the break is still the one that was looked at.

Belongs here: the columns, and writing. Stays out: reading the file back (`night.importing`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.faults import ConfigurationFault
from pipelines.reading.cells import cell_text
from pipelines.reading.exceptions import Row, with_amounts_as_text
from reports.cells import safe_cell
from reports.wording import plain

SHEET = "Breaks"
EDITABLE = ("action", "assign_to", "reason", "by")
VERSIONED = (
    "code",
    "state",
    "assignee",
    "currency",
    "expected_amount",
    "actual_amount",
    "money_impact",
)
"""Locked columns whose value the version stands for: they must come back as they were written."""
LOCKED = (
    "break_id",
    "version",
    *VERSIONED,
    "severity",
    "business_date",
    "age_days",
    "order_id",
    "transaction_id",
    "detail",
)
HEADER = (*LOCKED, *EDITABLE)
ACTIONS = {
    "note": "note",
    "assign": "assign",
    "wait": "wait",
    "resolve": "resolve",
    "write-off": "write_off",
    "reopen": "reopen",
}
"""The words of the column action, with the verbs that they stand for."""
AMOUNTS = ("expected_amount", "actual_amount", "money_impact")
ROWS_MAXIMUM = 100_000
_WIDTHS = {"break_id": 26, "version": 19, "code": 24, "detail": 80, "reason": 50, "assignee": 16}
_WIDTH = 16
_HOW = {
    "action": f"One of: {', '.join(ACTIONS)}. Empty: the row is left alone.",
    "assign_to": "Whom to give the break to; with the action assign only.",
    "reason": "Why, in one sentence. Needed with every action.",
    "by": "Who decided; empty: whoever takes the file in.",
}


def locked_cells(row: Mapping[str, Any]) -> dict[str, str]:
    """The text of every locked cell of a break, exact, on one line."""
    texts = with_amounts_as_text(row)
    return {name: _text(texts[name]) for name in LOCKED}


def as_csv(rows: Sequence[Row]) -> bytes:
    """The breaks as CSV; numbers stay numbers, and no text can start a formula."""
    _require_few(rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for row in rows:
        cells = locked_cells(row)
        kept = [text if name in AMOUNTS else safe_cell(text) for name, text in cells.items()]
        writer.writerow([*kept, *("" for _ in EDITABLE)])
    # Excel takes UTF-8 for another encoding without its mark.
    return out.getvalue().encode("utf-8-sig")


def as_workbook(rows: Sequence[Row]) -> bytes:
    """The breaks as a workbook: one sheet, protected, its last four columns open for editing."""
    import xlsxwriter

    _require_few(rows)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _AS_TEXT) as book:
        _fill(book, book.add_worksheet(SHEET), rows)
    return out.getvalue()


_AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def _fill(book: Any, sheet: Any, rows: Sequence[Row]) -> None:
    heading = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    locked = book.add_format({"num_format": "@", "font_color": "#555555"})
    amount = book.add_format({"num_format": "@", "align": "right", "font_color": "#555555"})
    editable = book.add_format({"num_format": "@", "locked": False, "bg_color": "#FFF8DC"})
    for place, name in enumerate(HEADER):
        sheet.set_column(place, place, _WIDTHS.get(name, _WIDTH))
        sheet.write_string(0, place, name, heading)
    for number, row in enumerate(rows, 1):
        for place, (name, text) in enumerate(locked_cells(row).items()):
            sheet.write_string(number, place, text, amount if name in AMOUNTS else locked)
        for place in range(len(LOCKED), len(HEADER)):
            sheet.write_blank(number, place, None, editable)
    _guide(sheet, last=max(len(rows), 1))
    sheet.freeze_panes(1, 1)
    # Without a password: it keeps slips away, the import everything else.
    sheet.protect("", {"format_columns": True, "autofilter": True})
    sheet.autofilter(0, 0, max(len(rows), 1), len(HEADER) - 1)


def _guide(sheet: Any, *, last: int) -> None:
    """What belongs into the open columns, shown where it is filled in."""
    for place, name in enumerate(EDITABLE, len(LOCKED)):
        rule: dict[str, Any] = {"validate": "any", "input_title": name, "input_message": _HOW[name]}
        if name == "action":
            rule |= {"validate": "list", "source": list(ACTIONS)}
        sheet.data_validation(1, place, last, place, rule)


def _text(value: object) -> str:
    """One line without anything that a workbook or a reader of CSV would not give back."""
    return plain(cell_text(value) or "").replace("\N{REPLACEMENT CHARACTER}", "?")


def _require_few(rows: Sequence[Row]) -> None:
    if len(rows) > ROWS_MAXIMUM:
        raise ConfigurationFault(
            f"{len(rows):,} breaks are more than the {ROWS_MAXIMUM:,} that one file may hold.",
            "Choose fewer with --state, --code or --date.",
        )
