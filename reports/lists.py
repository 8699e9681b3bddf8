"""A declared report as CSV and as text: every table in its order, every column in its place.

Belongs here: the two forms that need no layout. Stays out: what a report is (`reports.tables`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from reports import wording
from reports.figures import refuse_floats
from reports.footing import footing
from reports.page import shown_columns
from reports.tables import Cell, Figures, Report, Table, cells_of, rows_of, said_of_none, totals_of
from reports.text import aligned, heading
from reports.wording import plain


def render_list(report: Report, figures: Figures) -> str:
    """Return all tables as CSV: one block a table, named by its first line, an empty line between.

    A report of one table is that table alone. Totals are left out: a list is added up by whoever
    reads it.
    """
    refuse_floats(figures)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    tables = report.tables
    for place, table in enumerate(tables):
        if place:
            writer.writerow([])
        if len(tables) > 1:
            writer.writerow([table.name])
        writer.writerow([column.name for column in table.columns])
        for row in rows_of(table, figures):
            writer.writerow([cell.listed for cell in cells_of(table, row, figures)])
    return out.getvalue()


def render_plain(report: Report, figures: Figures) -> str:
    """Return the report as text for a terminal or a mail that shows no HTML."""
    refuse_floats(figures)
    day = figures["business_date"]
    when = wording.long_month(day) if report.is_monthly else wording.long_date(day)
    state = "GREEN" if figures["verdict"]["state"] == "green" else "RED"
    lines = [
        f"KuvarPay reconciliation, {report.title.lower()}, {when}",
        "",
        f"{state}: {report.headline(figures)}",
        *(f"  - {plain(reason)}" for reason in figures["verdict"]["reasons"]),
        f"As of {plain(wording.both_clocks(figures['as_of'], figures['timezone']))}",
        *_changes(figures),
    ]
    for section in report.sections:
        lines += heading(section.title)
        lines += [
            f"  {plain(one.finding)}" for one in (section.draw(figures) if section.draw else [])
        ]
        for table in section.tables:
            lines += [f"  {table.caption}:", *_table(table, figures), ""]
    return "\n".join([*lines[:-1], *_control(figures)]) + "\n"


def render_changes(figures: Figures) -> str:
    """Return every change of a correction as text, one a line, however many there are."""
    said = [
        f"{plain(row['figure'])}: was {plain(row['old'])}, is {plain(row['new'])}"
        for row in figures["changes"]
    ]
    return "\n".join([f"Changed figures: {len(said):,}", "", *said]) + "\n"


def _table(table: Table, figures: Figures) -> list[str]:
    rows = [*rows_of(table, figures), *totals_of(table, figures)]
    if not rows:
        return [f"  {said_of_none(table, figures)}"]
    columns = [table.columns[shown.place] for shown in shown_columns(table)]
    names = {column.name for column in columns}
    left = next((n for n, column in enumerate(columns) if _is_number(column.kind)), len(columns))
    lines = [[column.title for column in columns]]
    beneath: list[list[str]] = [[]]
    for row in rows:
        cells = list(cells_of(table, row, figures))
        lines.append([cell.shown for cell in cells if cell.column.name in names])
        beneath.append(_beneath(cells))
    found: list[str] = []
    for line, below in zip(aligned(lines, left=left), beneath, strict=True):
        found += [line, *(f"      {text}" for text in below)]
    return found


def _beneath(cells: Sequence[Cell]) -> list[str]:
    return [cell.shown for cell in cells if cell.column.under and cell.value]


def _is_number(kind: str) -> bool:
    return kind in ("money", "count", "days", "percent")


def _changes(figures: Figures) -> Iterator[str]:
    if figures["changes"]:
        yield from heading("Changed since this report was last delivered")
        table = [("figure", "was", "is")]
        table += [(row["figure"], row["old"], row["new"]) for row in figures["changes"]]
        yield from aligned(table)


def _control(figures: Figures) -> list[str]:
    return [*heading("How to find these figures again"), *aligned(footing(figures), left=2)]
