"""Instants as an export writes them, turned into ISO-8601 with an offset.

A time without an offset is read in a declared zone only; one that this zone skips, or has twice
when its clocks go back, is no instant. What cannot be turned stays as it is and is told apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

_SPACED = r"^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?) ?(Z|[+-]\d{2}:?\d{2})$"
_NAIVE = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?$"
# What each part of a form looks like: the parser forgives missing zeros and any offset.
_WRITTEN = {
    "%Y": r"\d{4}",
    "%m": r"\d{2}",
    "%d": r"\d{2}",
    "%H": r"[0-2]\d",
    "%M": r"[0-5]\d",
    "%S": r"[0-5]\d",
    "%T": r"[0-2]\d:[0-5]\d:[0-5]\d",
    ".%f": r"\.\d{1,6}",
    "%z": r"[+-](?:0\d|1[0-4]):?[0-5]\d",
    "%%": "%",
}
_PARTS = re.compile("|".join(map(re.escape, _WRITTEN)))
_UTC_TEXT = "%Y-%m-%dT%H:%M:%S%.6fZ"


@dataclass(frozen=True)
class Moment:
    """An instant in ISO-8601, or the text as it was, and the two ways in which it cannot be one."""

    text: pl.Expr
    is_otherwise_written: pl.Expr
    is_no_time_there: pl.Expr

    def unless(self, holds: pl.Expr, other: Moment) -> Moment:
        """Give the other moment in the rows where a condition holds."""
        return Moment(
            pl.when(holds).then(other.text).otherwise(self.text),
            pl.when(holds).then(other.is_otherwise_written).otherwise(self.is_otherwise_written),
            pl.when(holds).then(other.is_no_time_there).otherwise(self.is_no_time_there),
        )


def with_offset(text: pl.Expr, *, form: str, zone: str | None) -> Moment:
    """Turn text written in `form` (ISO-8601 where it is empty) in `zone` where it has no offset."""
    never = pl.lit(value=False)
    if form:
        return _in_form(text, form, zone)
    spaced = text.str.replace(_SPACED, "${1}T${2}${3}")
    if zone is None:
        return Moment(spaced, never, never)
    is_naive = text.str.contains(_NAIVE)
    clock = (
        pl.when(is_naive)
        .then(text.str.replace(" ", "T", literal=True))
        .str.replace(r"(T\d{2}:\d{2})$", "${1}:00")
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    )
    turned = _in_zone(clock, zone)
    return Moment(
        pl.when(is_naive & turned.is_not_null()).then(turned).otherwise(spaced),
        never,
        is_naive & clock.is_not_null() & turned.is_null(),
    )


def _in_form(text: pl.Expr, form: str, zone: str | None) -> Moment:
    has_offset = "%z" in form
    clock = text.str.to_datetime(
        # The parser takes %f for nanoseconds, and a fraction of a second only with its point.
        form.replace(".%f", "%.f"),
        time_unit="us",
        time_zone="UTC" if has_offset else None,
        strict=False,
    )
    is_so_written = clock.is_not_null() & text.str.contains(_written(form))
    turned = clock.dt.to_string(_UTC_TEXT) if has_offset else _in_zone(clock, zone or "UTC")
    return Moment(
        pl.when(is_so_written & turned.is_not_null()).then(turned).otherwise(text),
        ~is_so_written & (text != ""),
        is_so_written & turned.is_null(),
    )


def _written(form: str) -> str:
    """Give the pattern of all texts that are written in a form to the last zero."""
    between = [re.escape(text) for text in _PARTS.split(form)]
    parts = [_WRITTEN[part] for part in _PARTS.findall(form)]
    pieces = [piece for pair in zip(between, [*parts, ""], strict=True) for piece in pair]
    return f"^{''.join(pieces)}$"


def _in_zone(clock: pl.Expr, zone: str) -> pl.Expr:
    placed = clock.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    return placed.dt.convert_time_zone("UTC").dt.to_string(_UTC_TEXT)
