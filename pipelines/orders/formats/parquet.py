"""Parquet to text cells: types that lose digits are refused, and the footer is not believed.

Belongs here: sizes before anything is unpacked, types, and rows counted against the footer. Lines
are row numbers, from 1. Stays out: what a value means.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats.headers import refuse_unfit_header
from pipelines.orders.layouts.layout import Kind, Wanted
from pipelines.orders.names import shown_name
from pipelines.orders.table import SOURCE_ROW, Table, mark_of, places_of

MAX_ROWS = 2_000_000
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
MAX_RATIO = 200
_ROWS_AT_ONCE = 50_000
_EXPORT_AGAIN = "Export the file again and drop it whole."
_UTC_TEXT = "%Y-%m-%dT%H:%M:%S%.6fZ"
_NAIVE_TEXT = "%Y-%m-%dT%H:%M:%S%.6f"


class ParquetFile:
    """One Parquet file; its columns are named, so their order does not matter."""

    is_positional = False
    form = "Parquet"

    def __init__(self, name: str, content: bytes) -> None:
        self._name = shown_name(name)
        try:
            self._file = pq.ParquetFile(
                pa.BufferReader(content), page_checksum_verification=True, pre_buffer=False
            )
            self._schema = self._file.schema_arrow
            self._names = tuple(self._schema.names)
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise self._unreadable(error) from None
        self._refuse_bombs(len(content))
        refuse_unfit_header(self._name, self.header, line=None)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the outermost columns."""
        return self._names

    def table(self, wanted: Sequence[Wanted]) -> Table:
        """Read every row, or raise `OrderFileRefused`; no value is ever made to fit."""
        for column in wanted:
            self._refuse_lossy_type(column)
        places = places_of(column.name for column in wanted)
        frames = [pl.DataFrame(schema=dict.fromkeys(places.values(), pl.String))]
        typed = [places[column.name] for column in wanted if self._has_type(column)]
        rows = 0
        try:
            for batch in self._file.iter_batches(
                _ROWS_AT_ONCE, columns=[column.name for column in wanted], use_threads=False
            ):
                rows += batch.num_rows
                batch.validate(full=True)
                frames.append(
                    pl.DataFrame(
                        [_text(batch, column).alias(places[column.name]) for column in wanted]
                    )
                )
        except (pa.ArrowException, OSError, UnicodeError, pl.exceptions.PolarsError) as error:
            raise self._unreadable(error) from None
        if rows != self._file.metadata.num_rows:
            stated = self._file.metadata.num_rows
            raise self._refused(f"its footer says {stated} rows, there are {rows}.")
        lines = pl.int_range(1, rows + 1, dtype=pl.Int64, eager=True).alias(SOURCE_ROW)
        frame = pl.concat(frames, rechunk=True).with_columns(
            pl.lit(value=True).alias(mark_of(place)) for place in typed
        )
        return Table(frame, places, lines, {}, frozenset(typed))

    def _has_type(self, column: Wanted) -> bool:
        kind = self._schema.field(column.name).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        return column.kind in (Kind.MONEY, Kind.INSTANT) and not _is_text(kind)

    def _refuse_bombs(self, size: int) -> None:
        """Refuse by what the footer admits; what it hides meets the limits of the process."""
        stated = self._file.metadata
        groups = [stated.row_group(group) for group in range(stated.num_row_groups)]
        if not 0 <= stated.num_rows <= MAX_ROWS or any(group.num_rows < 0 for group in groups):
            raise self._refused(f"its footer says {stated.num_rows:,} rows.")
        if sum(group.num_rows for group in groups) != stated.num_rows:
            raise self._refused("the rows of its parts do not add up to those of its footer.")
        unpacked = sum(group.total_byte_size for group in groups)
        if not 0 <= unpacked <= min(MAX_UNPACKED_BYTES, max(size, 4096) * MAX_RATIO):
            raise self._refused(f"it would unpack to {unpacked:,} bytes from {size:,}.")

    def _refuse_lossy_type(self, column: Wanted) -> None:
        kind = self._schema.field(column.name).type
        if not _is_kept(kind, column.kind):
            raise OrderFileRefused(
                self._name,
                f"{column.name} is stored as {kind}, which does not keep it as it was.",
                remedy=_TYPES[column.kind],
            )

    def _unreadable(self, error: Exception) -> OrderFileRefused:
        told = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return self._refused(f"it is no complete Parquet file ({told}).")

    def _refused(self, sentence: str) -> OrderFileRefused:
        return OrderFileRefused(self._name, sentence, remedy=_EXPORT_AGAIN)


_TYPES = {
    Kind.TEXT: "Cast it to text in the query that writes the file.",
    Kind.MONEY: "Cast it to a decimal or to text in the query that writes the file.",
    Kind.INSTANT: "Cast it to a timestamp with time zone, or to ISO-8601 text.",
    Kind.IDS: "Cast it to a list of texts, or to text with semicolons between.",
}


def _is_kept(kind: pa.DataType, wanted: Kind) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind) or _is_text(kind):
        return True
    if wanted is Kind.MONEY:
        is_exact = pa.types.is_decimal128(kind) and kind.scale >= 0
        return bool(pa.types.is_integer(kind) or is_exact)
    if wanted is Kind.INSTANT:
        return bool(pa.types.is_timestamp(kind))
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return bool(wanted is Kind.IDS and is_list and _is_text(kind.value_type))


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _text(batch: pa.RecordBatch, column: Wanted) -> pl.Series:
    values = batch.column(batch.schema.get_field_index(column.name))
    kind = values.type
    if pa.types.is_timestamp(kind):
        zone = "UTC" if kind.tz else None
        # Safe: nanoseconds that microseconds cannot hold are an error, not a rounding.
        moments = pl.Series(values.cast(pa.timestamp("us", kind.tz)))
        told = moments.dt.convert_time_zone("UTC") if zone else moments
        series = told.dt.to_string(_UTC_TEXT if zone else _NAIVE_TEXT)
    elif pa.types.is_decimal(kind):
        text = pl.Series(values).cast(pl.String)
        series = text.str.replace(r"(\.\d*?)0+$", "${1}").str.strip_suffix(".")
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        # An id with a semicolon would pass for two, one that is not there for none: a NUL byte
        # makes their row a faulty one.
        one = pl.element().str.replace_all(";", "\0", literal=True).fill_null("\0")
        ids = pl.Series(values).list.eval(one.replace("", "\0"))
        series = ids.list.join(";", ignore_nulls=False)
    else:
        series = pl.Series(values).cast(pl.String)
    return series.fill_null("")
