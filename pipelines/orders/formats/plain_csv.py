"""The short way through a CSV file that holds no quote at all: five times as fast, no less strict.

Without quotes every delimiter parts fields and every line end parts records, so one equation shows
that polars gave back every byte at its place. Where it does not hold, nothing is said here: the
careful walk in `csv_text` reads the file again and names line and fault.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import polars as pl

from pipelines.orders.table import places_of


def plain_frame(content: bytes, *, header: Sequence[str], delimiter: str) -> pl.DataFrame | None:
    """Give the cells of UTF-8 text without quotes and with one line end throughout, or None.

    None means: not exactly this many fields in every line, or a delimiter of several bytes.
    """
    if not delimiter.isascii():
        return None
    text = content.replace(b"\r\n", b"\n")
    first_line = f"{delimiter.join(header)}\n".encode()
    if not text.startswith(first_line) or len(text) == len(first_line):
        return None
    frame = _split(text, list(places_of(header).values()), delimiter=delimiter)
    if frame is None or not _is_all_of(text, frame, below=len(first_line)):
        return None
    return frame


def _split(text: bytes, columns: Sequence[str], *, delimiter: str) -> pl.DataFrame | None:
    try:
        return pl.read_csv(
            io.BytesIO(text),
            has_header=False,
            skip_lines=1,
            schema=dict.fromkeys(columns, pl.String),
            infer_schema=False,
            separator=delimiter,
            quote_char=None,
            eol_char="\n",
            encoding="utf8",
            empty_string_is_null=False,
            extra_columns="raise",
            missing_columns="raise",
            glob=False,
        )
    except pl.exceptions.PolarsError:
        return None


def _is_all_of(text: bytes, frame: pl.DataFrame, *, below: int) -> bool:
    """Tell whether the cells, with a delimiter or line end behind each, are as long as the file.

    No row can have more cells than the header, so a row with fewer shows as missing delimiters.
    """
    if frame.height != text.count(b"\n") - 1:
        return False
    cells = pl.all().str.len_bytes().cast(pl.Int64)
    in_cells = frame.select(pl.sum_horizontal(cells.sum())).item()
    longest = frame.select(pl.max_horizontal(cells.max())).item()
    marks = frame.height * frame.width
    return bool(in_cells + marks == len(text) - below) and longest <= csv.field_size_limit()
