"""The formats of order exports: each opens bytes strictly and gives text cells with their lines.

    csv_text ── delimited text, in the form that was declared; plain_csv ── its short way
    ndjson ──── an object a line
    parquet ─── columns of types that lose nothing
    xlsx ────── one sheet of a workbook; package and sheet ── its parts
    text ────── encodings; typed ── values with types; headers ── columns of any format

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

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
OBJECT_SUFFIXES = (".ndjson", ".jsonl")
_WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".xltx", ".xltm", ".ods")
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst", ".lz4", ".br")
_READ = ".csv, .ndjson, .parquet or .xlsx"
_SIGNS = (
    (b"PK\x03\x04", "a ZIP archive or a workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "packed by gzip"),
    (b"BZh", "packed by bzip2"),
    (b"\xfd7zXZ\x00", "packed by xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted workbook"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
)


def open_source(name: str, content: bytes, form: Form) -> Source:
    """Open an export by the format that its name tells, or raise `OrderFileRefused`."""
    suffix = PurePath(name).suffix.lower()
    if not content:
        raise OrderFileRefused(
            shown_name(name),
            "the file is empty, it has not even a header.",
            remedy="Export the file again and drop it whole.",
        )
    if suffix in TEXT_SUFFIXES or suffix in OBJECT_SUFFIXES:
        _refuse_packed(name, content, suffix)
    if suffix in TEXT_SUFFIXES:
        return CsvFile(name, content, form)
    if suffix in OBJECT_SUFFIXES:
        from pipelines.orders.formats.ndjson import NdjsonFile

        return NdjsonFile(name, content, form)
    if suffix == ".parquet":
        from pipelines.orders.formats.parquet import ParquetFile

        return ParquetFile(name, content)
    if suffix == ".xlsx":
        from pipelines.orders.formats.xlsx import XlsxFile

        return XlsxFile(name, content, form)
    raise _unread(name, suffix)


def _unread(name: str, suffix: str) -> OrderFileRefused:
    if suffix in _ARCHIVES:
        sentence, remedy = "archives are not opened.", "Unpack it and drop the files themselves."
    elif suffix in _WORKBOOKS:
        sentence, remedy = f"workbooks that end in {suffix} are not read.", "Save it as .xlsx."
    else:
        sentence = f"exports that end in {shown(suffix)} are not read."
        remedy = f"Drop the orders as {_READ}."
    return OrderFileRefused(shown_name(name), sentence, remedy=remedy)


def _refuse_packed(name: str, content: bytes, suffix: str) -> None:
    for sign, what in _SIGNS:
        if content.startswith(sign):
            raise OrderFileRefused(
                shown_name(name),
                f"it ends in {suffix}, but is {what}.",
                remedy=f"Unpack it, or name it as what it is, and drop it as {_READ}.",
            )
