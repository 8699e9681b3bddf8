"""Rows in the forms people ask for: a table to read, CSV and JSON to work with, Markdown to paste.

Belongs here: the layout of each form. CSV and JSON carry every row as it comes and hold none back.
Stays out: asking the query, and the text of a single value (see `cells`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TextIO

from pipelines.reading.cells import cell_text, json_value, screen_text
from pipelines.reading.queries import Answer

Row = tuple[Any, ...]
_NEEDS_QUOTES = frozenset(',"\r\n')
_WHOLE_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_NUMBERS = {"DECIMAL", "DOUBLE", "FLOAT", *_WHOLE_NUMBERS, *(f"U{kind}" for kind in _WHOLE_NUMBERS)}
_PLAN = ("explain_key", "explain_value")
_ANY_WIDTH = 1_000_000
# Text from data begins neither a column nor a tag where the table is pasted.
_MARKDOWN = str.maketrans({"\\": "\\\\", "|": "\\|", "<": "&lt;", "&": "&amp;"})


def write(answer: Answer, out: TextIO, *, form: str, limit: int) -> None:
    """Write an answer as `table`, `csv`, `json` or `markdown`; `limit` is for tables only."""
    if form == "csv":
        write_csv(answer, out)
    elif form == "json":
        write_json(answer, out)
    elif form == "markdown":
        write_markdown(answer, out)
    else:
        write_table(answer, out, limit=limit)


def write_csv(answer: Answer, out: TextIO) -> None:
    """RFC 4180 with plain line ends; NULL is an empty field, an empty text stands in quotes."""
    out.write(",".join(map(_csv_field, answer.columns)) + "\n")
    for row in answer.rows:
        out.write(",".join(_csv_field(cell_text(value)) for value in row) + "\n")


def write_json(answer: Answer, out: TextIO) -> None:
    """One array of objects; exact decimals are text. Repeated names get a number."""
    names = _unique(answer.columns)
    separator = "\n"
    out.write("[")
    for row in answer.rows:
        record = {name: json_value(value) for name, value in zip(names, row, strict=True)}
        out.write(separator + "  " + json.dumps(record))
        separator = ",\n"
    out.write("]\n" if separator == "\n" else "\n]\n")


def write_markdown(answer: Answer, out: TextIO) -> None:
    """A Markdown table of every row; numbers stand to the right."""
    rules = ["---:" if _is_number(kind) else "---" for kind in answer.types]
    out.write(markdown_line(answer.columns))
    out.write("| " + " | ".join(rules) + " |\n")
    for row in answer.rows:
        out.write(markdown_line("" if value is None else screen_text(value) for value in row))


def write_table(answer: Answer, out: TextIO, *, limit: int) -> None:
    """The first `limit` rows as a table (0: all), with a note when there are more.

    On a terminal too narrow for the table, each row is written as a list of its columns. Where
    there is no terminal, nothing is cut or folded.
    """
    if answer.columns == _PLAN:
        out.writelines(f"{plan}\n" for _, plan in answer.rows)
        return
    shown = list(islice(answer.rows, limit or None))
    is_cut = bool(limit) and next(answer.rows, None) is not None
    _write_shown(answer, shown, out)
    if is_cut:
        out.write(f"Only the first {len(shown):,} rows are shown; --limit 0 shows all.\n")
    else:
        out.write(f"{len(shown):,} {'row' if len(shown) == 1 else 'rows'}\n")


def _write_shown(answer: Answer, rows: Sequence[Row], out: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, kind in zip(answer.columns, answer.types, strict=True):
        table.add_column(Text(screen_text(name)), justify="right" if _is_number(kind) else "left")
    for row in rows:
        table.add_row(*(Text(screen_text(value)) for value in row))
    screen = Console(file=out, highlight=False, width=None if out.isatty() else _ANY_WIDTH)
    unbounded = screen.options.update(width=_ANY_WIDTH)
    if Measurement.get(screen, unbounded, table).maximum > screen.width:
        out.writelines(_records(answer.columns, rows))
    else:
        screen.print(table, crop=False)


def _records(columns: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    names = [screen_text(name) for name in columns]
    widest = max(map(len, names))
    for number, row in enumerate(rows, start=1):
        yield f"-- row {number} --\n"
        for name, value in zip(names, row, strict=True):
            yield f"{name.ljust(widest)}  {screen_text(value)}\n"


def _csv_field(text: str | None) -> str:
    if text is None:
        return ""
    if not text or not _NEEDS_QUOTES.isdisjoint(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def markdown_line(cells: Iterable[str]) -> str:
    """One line of a Markdown table; nothing in a cell begins a column or a tag."""
    return "| " + " | ".join(cell.translate(_MARKDOWN) for cell in cells) + " |\n"


def _unique(names: Sequence[str]) -> list[str]:
    unique: dict[str, None] = {}
    for name in names:
        free, number = name, 1
        while free in unique:
            free, number = f"{name}_{number}", number + 1
        unique[free] = None
    return list(unique)


def _is_number(kind: str) -> bool:
    return not kind.endswith("]") and kind.partition("(")[0] in _NUMBERS
