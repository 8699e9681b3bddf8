"""Reading the file of `recon exceptions export` back: all of it, or a list of what is wrong.

Rows without an action are left alone, and so are rows that were taken in before: each asks with a
key of its own. Everything else must hold to the letter, or nothing is done.

Belongs here: rows, their faults by row and column, and the decisions they come to. Stays out: the
columns and writing (`reading.worklist`), what may be decided (`deciding`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.faults import ConfigurationFault
from pipelines.night.deciding import Asked, Limits, Row, decision_of, fault_of, one_line
from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats.csv_text import CsvFile
from pipelines.orders.formats.xlsx import XlsxFile
from pipelines.orders.layouts.layout import Form, Wanted
from pipelines.orders.table import Source, Table
from pipelines.reading.exceptions import exceptions_on
from pipelines.reading.worklist import ACTIONS, EDITABLE, HEADER, SHEET, VERSIONED, locked_cells
from pipelines.warehouse.decisions import Decision

BYTES_MAXIMUM = 64 * 1024 * 1024
FAULTS_SHOWN = 20
# Spreadsheets rewrite amounts, dates and ids in CSV when they save; these they leave alone.
_KEPT_IN_CSV = ("code", "state", "currency")


@dataclass(frozen=True)
class ImportedRow:
    """One row with an action: its place in the file, its cells, and the columns to compare."""

    number: int
    cells: dict[str, str]
    compared: tuple[str, ...]

    def says(self, column: str, what: str) -> str:
        """A sentence about one of its cells."""
        return f"row {self.number}, column {column}: {what}"


@dataclass
class Imported:
    """What a file asks for, and how many of its rows were taken in before."""

    decisions: list[Decision] = field(default_factory=list)
    before: int = 0

    @property
    def summary(self) -> str:
        """What became of the rows, in a sentence."""
        taken = f"{len(self.decisions):,} rows taken in"
        if not self.before:
            return f"{taken}."
        if not self.decisions:
            return f"All {self.before:,} rows were taken in before; nothing was changed."
        return f"{taken}, {self.before:,} were taken in before."


def read_worklist(path: Path) -> list[ImportedRow]:
    """Every row of the file that has an action.

    Raises ConfigurationFault with the places of all cells that cannot be.
    """
    content = _content(path)
    try:
        source, is_csv = _source(path, content)
        _require_header(path, source)
        table = source.table([Wanted(name) for name in HEADER])
    except OrderFileRefused as refused:
        place = f", row {refused.line}" if refused.line else ""
        raise ConfigurationFault(
            f"{path.name}{place}: {refused.sentence} Nothing was taken in.",
            "Export the breaks again with `recon exceptions export`, and save the file in the "
            "same format.",
        ) from None
    rows, faults = [], []
    for row, fault in _rows(table, compared=_KEPT_IN_CSV if is_csv else VERSIONED):
        if not any(row.cells[name] for name in EDITABLE) and fault is None:
            continue
        faults += _faults_alone(row, fault)
        rows.append(row)
    faults += _twice(rows)
    _require_none(path, faults)
    return rows


def decisions_in(
    published: duckdb.DuckDBPyConnection, rows: Sequence[ImportedRow], *, by: str, limits: Limits
) -> Imported:
    """What the rows ask for, less what was taken in before; all of it, or a ConfigurationFault."""
    known = {row["break_id"]: row for row in exceptions_on(published, _ids(rows))}
    taken = _keys_taken(published, [key_of(row) for row in rows])
    imported, faults = Imported(), []
    for row in rows:
        if key_of(row) in taken:
            imported.before += 1
            continue
        there = known.get(row.cells["break_id"])
        asked = _asked(row, by)
        fault = _fault_against(row, there) or _named(row, fault_of(asked, there, limits=limits))
        if fault or there is None:
            faults.append(fault or row.says("break_id", "is unknown."))
        else:
            imported.decisions.append(decision_of(asked, there))
    _require_none(None, faults)
    return imported


def key_of(row: ImportedRow) -> str:
    """The digest of what a row asks for of which version of its break."""
    asked = [row.cells[name] for name in ("break_id", "version", "assign_to", "reason")]
    asked.append(row.cells["action"].lower())
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAXIMUM + 1)
    except OSError as unread:
        raise ConfigurationFault(
            f"{path} cannot be read: {(unread.strerror or 'unknown reason').lower()}.",
            "Name a file that `recon exceptions export` wrote.",
        ) from unread
    if len(content) > BYTES_MAXIMUM:
        raise ConfigurationFault(
            f"{path.name} is larger than {BYTES_MAXIMUM:,} bytes.", "Export fewer breaks."
        )
    return content


def _source(path: Path, content: bytes) -> tuple[Source, bool]:
    """The file opened by its name; in some countries spreadsheets part fields by semicolons."""
    if path.suffix.lower() == ".xlsx":
        return XlsxFile(path.name, content, Form(sheet=SHEET)), False
    if path.suffix.lower() != ".csv":
        raise ConfigurationFault(
            f"{path.name} is neither a workbook nor CSV.", "Save it as .xlsx or .csv."
        )
    first = (
        content.split(b"\n", 1)[0].removeprefix(b"\xef\xbb\xbf").strip().decode("utf-8", "replace")
    )
    has_semicolons = first.replace('"', "") == ";".join(HEADER)
    return CsvFile(path.name, content, Form(delimiter=";" if has_semicolons else ",")), True


def _require_header(path: Path, source: Source) -> None:
    if source.header != HEADER:
        raise ConfigurationFault(
            f"The columns of {path.name} are not those of an export. Nothing was taken in.",
            "Leave the first row and the order of the columns as `recon exceptions export` "
            "wrote them.",
        )


def _rows(table: Table, *, compared: tuple[str, ...]) -> list[tuple[ImportedRow, str | None]]:
    columns = {name: table.frame[table.places[name]].to_list() for name in HEADER}
    return [
        (
            ImportedRow(number, {name: columns[name][place].strip() for name in HEADER}, compared),
            table.faults.get(place),
        )
        for place, number in enumerate(table.lines.to_list())
    ]


def _faults_alone(row: ImportedRow, fault: str | None) -> list[str]:
    """What is wrong with a row whatever the book says."""
    if fault is not None:
        return [f"row {row.number}, column {fault}"]
    action = row.cells["action"]
    if not action:
        filled = next(name for name in EDITABLE if row.cells[name])
        return [row.says("action", f"is empty, and {filled} is filled in.")]
    if action.lower() not in ACTIONS:
        return [row.says("action", f"{action!r} is none of {', '.join(ACTIONS)}.")]
    needed = ["reason", *(["assign_to"] if action.lower() == "assign" else [])]
    faults = [
        row.says(name, f"is empty, and {action} needs it.")
        for name in needed
        if not row.cells[name]
    ]
    if action.lower() != "assign" and row.cells["assign_to"]:
        faults.append(row.says("assign_to", f"is filled in, and {action} assigns nothing."))
    for name in ("assign_to", "reason", "by"):
        try:
            row.cells[name] = row.cells[name] and one_line(row.cells[name], name)
        except ConfigurationFault as unfit:
            faults.append(row.says(name, unfit.sentence))
    return faults


def _twice(rows: Sequence[ImportedRow]) -> list[str]:
    counts = Counter(_ids(rows))
    return [
        row.says("break_id", f"{row.cells['break_id']} has an action in more than one row.")
        for row in rows
        if counts[row.cells["break_id"]] > 1
    ]


def _fault_against(row: ImportedRow, there: Row | None) -> str | None:
    """What of a row is not as it was exported, or is not so any more."""
    if there is None:
        return row.says("break_id", f"there is no break {row.cells['break_id']}.")
    if row.cells["version"] != there["version"]:
        return row.says(
            "version",
            f"break {there['break_id']} has changed since the export; it is now "
            f"{there['state'].replace('_', ' ')}, {there['code']}.",
        )
    locked = locked_cells(there)
    for name in row.compared:
        if row.cells[name] != locked[name].strip():
            return row.says(name, "was edited; only action, assign_to, reason and by may be.")
    return None


def _named(row: ImportedRow, fault: str | None) -> str | None:
    return row.says("action", fault) if fault else None


def _asked(row: ImportedRow, by: str) -> Asked:
    cells = row.cells
    return Asked(
        verb=ACTIONS[cells["action"].lower()],
        break_id=cells["break_id"],
        reason=cells["reason"],
        by=cells["by"] or by,
        assignee=cells["assign_to"] or None,
        request_key=key_of(row),
    )


def _keys_taken(published: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> set[str]:
    rows = published.execute(
        "select distinct request_key from ops.actions "
        "where list_contains(?::varchar[], request_key)",
        [list(keys)],
    ).fetchall()
    return {row[0] for row in rows}


def _ids(rows: Sequence[ImportedRow]) -> list[str]:
    return [row.cells["break_id"] for row in rows]


def _require_none(path: Path | None, faults: Sequence[str]) -> None:
    if not faults:
        return
    file = path.name if path else "the file"
    shown = "\n".join(f"  {fault}" for fault in faults[:FAULTS_SHOWN])
    more = len(faults) - FAULTS_SHOWN
    rest = f"\n  … and {more:,} more" if more > 0 else ""
    raise ConfigurationFault(
        f"Nothing of {file} was taken in:\n{shown}{rest}\n",
        "Correct these cells, or export the breaks again, and import the file once more.",
    )
