"""CSV to text cells: the structure of the file is either exactly right or the file is refused.

Belongs here: bytes, encoding, line ends, quoting, header, field count. Stays out: what a cell means
(`values`), and any guess. Nothing is sniffed, skipped, padded or trimmed, and no cell is null.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

import polars as pl

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.names import shown_name
from pipelines.orders.plain_csv import plain_frame
from pipelines.orders.wording import shown

MAX_ROWS = 2_000_000
SOURCE_ROW = "source_row"
# Few enough to stay in the processor's cache: 50,000 at once take half as long again.
_ROWS_AT_ONCE = 5_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_REPLACEMENT_CHARACTER = "\ufffd".encode()
_FIELD = r'(?:"[^"]*(?:""[^"]*)*"|[^",\r\n]*)'
_RECORD = re.compile(rf"{_FIELD}(?:,{_FIELD})*\r?\n")
_EXPORT_AGAIN = "Export the file again and drop it whole."


@dataclass(frozen=True)
class Cells:
    """The cells of a file as text, one row a record, and how the file was written.

    `frame` has the header's columns and `source_row`, the physical line where the record begins.
    """

    frame: pl.DataFrame
    encoding: str
    line_end: str


def read_cells(name: str, content: bytes, *, header: Sequence[str]) -> Cells:
    """Read every record of the file, or raise `OrderFileRefused` with line, reason and remedy."""
    file = _CsvFile(shown_name(name), content)
    file.refuse_unreadable_bytes()
    frame = file.plain_frame(header)
    if frame is None:
        frame = pl.concat([_empty_frame(header), *file.frames(header)], rechunk=True)
    return Cells(frame=frame, encoding=file.encoding, line_end=file.line_end)


class _CsvFile:
    """One walk over one file; it holds what the refusals need to name the place."""

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._has_mark = content.startswith(_BYTE_ORDER_MARK)
        self._content = content[len(_BYTE_ORDER_MARK) :] if self._has_mark else content
        first_line = self._content[: self._content.find(b"\n") + 1]
        self.encoding = "UTF-8 with byte order mark" if self._has_mark else "UTF-8"
        self.line_end = "CRLF" if first_line.endswith(b"\r\n") else "LF"
        self._is_plain = b'"' not in self._content and self._has_even_line_ends()

    def refuse_unreadable_bytes(self) -> None:
        """Refuse what makes the bytes no complete UTF-8 text."""
        content = self._content
        if not content:
            raise self._refused("the file is empty, it has not even a header.", None)
        for mark, what in ((b"\0", "a NUL byte"), (_REPLACEMENT_CHARACTER, "the character U+FFFD")):
            place = content.find(mark)
            if place >= 0:
                raise self._refused(
                    f"{what} stands here: text was lost on the way.", self._line_of(place)
                )
        if not content.isascii():
            self._refuse_other_encodings()
        if not content.endswith(b"\n"):
            line = self._line_of(len(content))
            raise self._refused("the last line has no line end: the file is cut.", line)

    def _refuse_other_encodings(self) -> None:
        try:
            self._content.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = self._content[error.start]
            raise self._refused(
                f"byte 0x{byte:02X} is not UTF-8.",
                self._line_of(error.start),
                remedy="Save the export as UTF-8 and drop it again.",
            ) from None

    def plain_frame(self, header: Sequence[str]) -> pl.DataFrame | None:
        """Give all records at once where the file is simple and whole, None where it is not."""
        if not self._is_plain or self._content.count(b"\n") > MAX_ROWS + 1:
            return None
        frame = plain_frame(self._content, header=header)
        if frame is None:
            return None
        lines = pl.int_range(2, frame.height + 2, dtype=pl.Int64, eager=True)
        return frame.with_columns(lines.alias(SOURCE_ROW))

    def frames(self, header: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Give the records in frames of bounded length, each checked against the raw lines."""
        raw: list[str] = []
        reader = csv.reader(self._lines(raw), strict=True)
        self._refuse_other_header(self._next_records(reader, 1), header)
        self._refuse_loose_form(raw, [reader.line_num], 1)
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
            self._refuse_other_field_counts(records, lines, expected=len(header))
            self._refuse_loose_form(raw, spans, first_line)
            yield _frame(records, lines, header=header)

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
        reader = csv.reader(self._lines([]), strict=True)
        line = 1
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error:
            return line
        return line

    def _refuse_other_header(self, records: list[list[str]], header: Sequence[str]) -> None:
        found = records[0] if records else []
        if found != list(header):
            raise self._refused(
                _header_difference(found, header),
                1,
                remedy=f"The first line must be exactly: {','.join(header)}",
            )

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
            if '"' in record and _RECORD.fullmatch(record) is None:
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


def _header_difference(found: Sequence[str], header: Sequence[str]) -> str:
    missing = [column for column in header if column not in found]
    surplus = [column for column in found if column not in header]
    if missing or surplus:
        words = [f"{column} is missing" for column in missing]
        words += [f"{shown(column)} is not expected" for column in surplus[:3]]
        return f"the header differs: {', '.join(words)}."
    if sorted(found) == sorted(header):
        return "the header has the right columns in another order."
    return "the header repeats a column."


def _empty_frame(header: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(header, pl.String), SOURCE_ROW: pl.Int64})


def _frame(records: list[list[str]], lines: list[int], *, header: Sequence[str]) -> pl.DataFrame:
    columns = [
        pl.Series(column, cells, dtype=pl.String)
        for column, cells in zip(header, zip(*records, strict=True), strict=True)
    ]
    return pl.DataFrame([*columns, pl.Series(SOURCE_ROW, lines, dtype=pl.Int64)])
