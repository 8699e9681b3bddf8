"""CSV to text cells: the structure of the file is either exactly right or the file is refused.

Belongs here: line ends, quoting, header, field count. Stays out: the encoding (`text`), what a cell
means (`layouts`, `values`), and any guess. Nothing is found out from the file, skipped, padded or
trimmed, and no cell is null.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Protocol

import polars as pl

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats.headers import refuse_unfit_header
from pipelines.orders.formats.plain_csv import plain_frame
from pipelines.orders.formats.text import decoded
from pipelines.orders.layouts.layout import Form, Wanted
from pipelines.orders.names import shown_name
from pipelines.orders.table import SOURCE_ROW, Table, places_of

MAX_ROWS = 2_000_000
# Few enough to stay in the processor's cache: 50,000 at once take half as long again.
_ROWS_AT_ONCE = 5_000
_EXPORT_AGAIN = "Export the file again and drop it whole."


class _Reader(Protocol):
    """What the csv module's reader is, which has no name there."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


class CsvFile:
    """One CSV file: its header is read when it is opened, its rows when a layout fits it."""

    is_positional = True

    def __init__(self, name: str, content: bytes, form: Form) -> None:
        self._name = shown_name(name)
        self._delimiter, self._quote = form.delimiter, form.quote
        text = decoded(self._name, content, encoding=form.encoding)
        self._content, self.form = text.content, text.form
        first_line = self._content[: self._content.find(b"\n") + 1]
        self.line_end = "CRLF" if first_line.endswith(b"\r\n") else "LF"
        has_quotes = bool(form.quote) and form.quote.encode() in self._content
        self._is_plain = not has_quotes and self._has_even_line_ends()
        self._record = _record(form)
        self._header = self._read_header()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns; a name that stands there twice refuses the file."""
        return self._header

    def table(self, wanted: Sequence[Wanted]) -> Table:
        """Read every record of the file, or raise `OrderFileRefused` with line and remedy."""
        frame = self._plain_frame()
        if frame is None:
            empty = pl.DataFrame(schema=dict.fromkeys(self._places().values(), pl.String))
            lines = pl.Series(SOURCE_ROW, [], dtype=pl.Int64)
            frame = pl.concat([empty.with_columns(lines), *self._frames()], rechunk=True)
        places = self._places()
        kept = {column.name: places[column.name] for column in wanted}
        return Table(frame.select(*kept.values()), kept, frame[SOURCE_ROW], {})

    def _places(self) -> dict[str, str]:
        return places_of(self._header)

    def _read_header(self) -> tuple[str, ...]:
        raw: list[str] = []
        reader = self._reader(raw)
        records = self._next_records(reader, 1)
        header = tuple(records[0]) if records else ()
        self._refuse_loose_form(raw, [reader.line_num], 1)
        refuse_unfit_header(self._name, header, line=1)
        return header

    def _plain_frame(self) -> pl.DataFrame | None:
        """Give all records at once where the file is simple and whole, None where it is not."""
        if not self._is_plain or self._content.count(b"\n") > MAX_ROWS + 1:
            return None
        frame = plain_frame(self._content, header=self._header, delimiter=self._delimiter)
        if frame is None:
            return None
        lines = pl.int_range(2, frame.height + 2, dtype=pl.Int64, eager=True)
        return frame.with_columns(lines.alias(SOURCE_ROW))

    def _frames(self) -> Iterator[pl.DataFrame]:
        """Give the records in frames of bounded length, each checked against the raw lines."""
        raw: list[str] = []
        reader = self._reader(raw)
        self._next_records(reader, 1)
        received = 0
        while True:
            raw.clear()
            first_line = reader.line_num + 1
            records = self._next_records(reader, _ROWS_AT_ONCE)
            if not records:
                return
            received += len(records)
            if received > MAX_ROWS:
                raise self._refused(
                    f"the file has more than {MAX_ROWS:,} rows.",
                    None,
                    remedy="Split the export by date and drop the parts.",
                )
            spans = _line_spans(records, reader.line_num + 1 - first_line)
            lines = list(accumulate(spans, initial=first_line))[:-1]
            self._refuse_other_field_counts(records, lines, expected=len(self._header))
            self._refuse_loose_form(raw, spans, first_line)
            yield _frame(records, lines, columns=list(self._places().values()))

    def _reader(self, raw: list[str]) -> _Reader:
        return csv.reader(
            self._lines(raw),
            delimiter=self._delimiter,
            quotechar=self._quote or None,
            quoting=csv.QUOTE_MINIMAL if self._quote else csv.QUOTE_NONE,
            strict=True,
        )

    def _lines(self, raw: list[str]) -> Iterator[str]:
        text = io.TextIOWrapper(io.BytesIO(self._content), encoding="utf-8", newline="\n")
        if self._is_plain:
            return iter(text)
        return _remembered(text, raw)

    def _next_records(self, reader: Iterator[list[str]], count: int) -> list[list[str]]:
        try:
            return list(islice(reader, count))
        except csv.Error:
            # The records before the broken one are lost with the error: walk again to name it.
            raise self._refused(
                "the record that begins here has broken quotes or line ends.",
                self._line_of_broken_record(),
                remedy="Quote every field that holds a quote, comma or line end, double the"
                " quotes inside it, and drop the file again.",
            ) from None

    def _line_of_broken_record(self) -> int:
        reader = self._reader([])
        line = 1
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error:
            return line
        return line

    def _refuse_other_field_counts(
        self, records: list[list[str]], lines: list[int], *, expected: int
    ) -> None:
        for record, line in zip(records, lines, strict=True):
            if len(record) != expected:
                found = "an empty line" if not record else f"{len(record)} fields"
                raise self._refused(f"{found} instead of {expected} fields.", line)

    def _refuse_loose_form(self, raw: list[str], spans: Sequence[int], first_line: int) -> None:
        """Refuse bare quotes and mixed line ends, which the csv module lets through."""
        at = 0
        ends_in_crlf = self.line_end == "CRLF"
        for span in spans if raw else ():
            record = raw[at] if span == 1 else "".join(raw[at : at + span])
            line = first_line + at
            at += span
            if self._quote and self._quote in record and self._record.fullmatch(record) is None:
                raise self._refused(
                    "a quote stands inside a field that is not quoted.",
                    line,
                    remedy="Quote the field, double the quotes inside it, and drop the file again.",
                )
            if record.endswith("\r\r\n") or record.endswith("\r\n") != ends_in_crlf:
                raise self._refused(
                    f"this line does not end in {self.line_end} as the first one does.",
                    first_line + at - 1,
                )

    def _has_even_line_ends(self) -> bool:
        returns = self._content.count(b"\r")
        if returns == 0:
            return True
        return returns == self._content.count(b"\r\n") == self._content.count(b"\n")

    def _line_of(self, place: int) -> int:
        return self._content.count(b"\n", 0, place) + 1

    def _refused(
        self, sentence: str, line: int | None, *, remedy: str = _EXPORT_AGAIN
    ) -> OrderFileRefused:
        return OrderFileRefused(self._name, sentence, remedy=remedy, line=line)


def _remembered(lines: Iterator[str], raw: list[str]) -> Iterator[str]:
    for line in lines:
        raw.append(line)
        yield line


def _line_spans(records: list[list[str]], lines: int) -> list[int]:
    """Physical lines of each record: one, and one more for every line end inside quotes."""
    if lines == len(records):
        return [1] * len(records)
    return [1 + sum(cell.count("\n") for cell in record) for record in records]


def _frame(records: list[list[str]], lines: list[int], *, columns: Sequence[str]) -> pl.DataFrame:
    series = [
        pl.Series(column, cells, dtype=pl.String)
        for column, cells in zip(columns, zip(*records, strict=True), strict=True)
    ]
    return pl.DataFrame([*series, pl.Series(SOURCE_ROW, lines, dtype=pl.Int64)])


def _record(form: Form) -> re.Pattern[str]:
    """What a record looks like whose quotes all stand where quotes may."""
    quote, delimiter = re.escape(form.quote), re.escape(form.delimiter)
    bare = rf"[^{quote}{delimiter}\r\n]*"
    if not form.quote:
        return re.compile(rf"{bare}(?:{delimiter}{bare})*\r?\n")
    field = rf"(?:{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*{quote}|{bare})"
    return re.compile(rf"{field}(?:{delimiter}{field})*\r?\n")
