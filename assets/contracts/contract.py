"""A pandera schema over text columns, with reasons a person can read and an alarm that is tested.

Belongs here: running a schema eagerly over collected frames, in chunks.
Stays out: the rules of a stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pandera.errors
import pandera.polars as pa
import polars as pl

from pipelines.faults import ClaimBroken

CHUNK_ROWS = 100_000
PRODUCT_DIGITS_MOST = 18
_SHOWN = 40

# Spelled out because \d also means the digits of other scripts, which no cast accepts.
AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,18})?$"
PERCENT = r"^(100(\.0{1,5})?|[0-9]{1,2}(\.[0-9]{1,5})?)$"
INSTANT = (
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]"
    r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])$"
)
CURRENCY = r"^[A-Z]{3}$"
COIN = r"^[A-Z0-9._-]{1,32}$"
NAME = r"^[^\x00-\x1f\x7f]{1,200}$"
WORD = r"^[A-Z0-9_ -]{1,64}$"
_UNIX_SECONDS = r"^[0-9]{10}$"


def text(pattern: str, *, meaning: str, required: bool = False) -> pa.Column:
    """A text column whose values match a pattern; `meaning` completes "must be …"."""
    return pa.Column(
        pl.String,
        pa.Check.str_matches(pattern, error=meaning),
        nullable=not required,
    )


@dataclass(frozen=True, eq=False)
class StreamContract:
    """The schema of one stream, a row it must refuse, and what a pattern alone cannot say."""

    stream: str
    schema: pa.DataFrameSchema
    known_bad: Mapping[str, object]
    instants: tuple[str, ...] = ()
    products: tuple[tuple[str, str], ...] = ()

    def refusals(self, rows: pl.DataFrame) -> dict[int, str]:
        """Reasons by row position; the first fault of a row is named, further ones counted."""
        found: dict[int, list[str]] = {}
        for start in range(0, rows.height, CHUNK_ROWS):
            chunk = rows.slice(start, CHUNK_ROWS)
            for place, fault in (
                *self._schema_faults(chunk),
                *self._calendar_faults(chunk),
                *self._size_faults(chunk),
            ):
                found.setdefault(start + place, []).append(fault)
        return {
            place: faults[0] + (f" (and {len(faults) - 1} more)" if len(faults) > 1 else "")
            for place, faults in sorted(found.items())
        }

    @cache  # noqa: B019  # contracts are made once and never die
    def require_alert(self) -> None:
        """Feed the known-bad row, once a process: a contract that lets it pass checks nothing."""
        columns = self.schema.columns
        bad = pl.DataFrame(
            {name: [self.known_bad.get(name)] for name in columns},
            schema=dict.fromkeys(columns, pl.String),
        )
        if not self.refusals(bad):
            raise ClaimBroken(
                f"The contract of {self.stream} lets a known-bad row pass.",
                "Do not publish; report this with the versions of pandera and polars.",
            )

    def _schema_faults(self, chunk: pl.DataFrame) -> Iterator[tuple[int, str]]:
        judged = chunk.select(list(self.schema.columns))
        try:
            self.schema.validate(judged, lazy=True)
        except pandera.errors.SchemaErrors as broken:
            for case in broken.failure_cases.iter_rows(named=True):
                place = case["index"]
                if place is None:
                    raise ClaimBroken(
                        f"The {self.stream} cannot be checked: {case['check']}.",
                        "Report this with the landing of the night.",
                    ) from None
                column = str(case["column"])
                yield int(place), _sentence(column, judged[column][int(place)], case["check"])

    def _calendar_faults(self, chunk: pl.DataFrame) -> Iterator[tuple[int, str]]:
        """Instants that look right and are not, such as 30 February."""
        for column in self.instants:
            values = chunk[column]
            parsed = values.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
            is_dated = values.is_not_null() & ~values.str.contains(_UNIX_SECONDS)
            for place in (is_dated & parsed.is_null()).arg_true().to_list():
                yield place, _sentence(column, values[place], "a date of the calendar")

    def _size_faults(self, chunk: pl.DataFrame) -> Iterator[tuple[int, str]]:
        """Factors whose product the engine's 38 digits cannot hold exactly."""
        for one, other in self.products:
            digits = _digits_before_point(chunk[one]) + _digits_before_point(chunk[other])
            for place in (digits > PRODUCT_DIGITS_MOST).fill_null(value=False).arg_true().to_list():
                yield (
                    place,
                    (
                        f"{one} and {other} are {chunk[one][place]!a} and "
                        f"{chunk[other][place]!a}; their product is too large to be money."
                    ),
                )


def _digits_before_point(values: pl.Series) -> pl.Series:
    return values.str.split(".").list.first().str.strip_chars_start("0").str.len_chars()


def _sentence(column: str, value: object, check: object) -> str:
    if value is None:
        return f"{column} is missing."
    shown = ascii(str(value)[:_SHOWN])
    return f"{column} is {shown} and must be {check}."
