"""The formats of order exports: each opens bytes strictly and gives text cells with their lines.

    csv_text ── delimited text, in the form that was declared
    text ────── its encoding; headers ── the columns of any format; plain_csv ── the short way

Belongs here: which format a file is in. Its name says so; the bytes must then agree.
"""

from __future__ import annotations

from pathlib import PurePath

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats.csv_text import CsvFile
from pipelines.orders.layouts.layout import Form
from pipelines.orders.names import shown_name
from pipelines.orders.table import Source
from pipelines.orders.wording import shown

_TEXTS = (".csv", ".tsv", ".txt")


def open_source(name: str, content: bytes, form: Form) -> Source:
    """Open an export by the format that its name tells, or raise `OrderFileRefused`."""
    suffix = PurePath(name).suffix.lower()
    if suffix in _TEXTS:
        return CsvFile(name, content, form)
    raise OrderFileRefused(
        shown_name(name),
        f"exports that end in {shown(suffix)} are not read.",
        remedy="Drop the orders as a .csv file.",
    )
