"""Instants as an export writes them, turned into ISO-8601 with an offset.

A time without an offset is read in a declared zone only; one that this zone skips, or has twice
when its clocks go back, is no instant. What cannot be turned stays as it is and is told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_SPACED = r"^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?) ?(Z|[+-]\d{2}:?\d{2})$"
_NAIVE = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?$"
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
        form, time_unit="us", time_zone="UTC" if has_offset else None, strict=False
    )
    # The parser forgives missing zeros and signs; written out again, they would be missed.
    again = clock.dt.to_string(form)
    is_so_written = clock.is_not_null() & (pl.lit(value=has_offset) | (again == text))
    turned = clock.dt.to_string(_UTC_TEXT) if has_offset else _in_zone(clock, zone or "UTC")
    return Moment(
        pl.when(is_so_written & turned.is_not_null()).then(turned).otherwise(text),
        ~is_so_written & (text != ""),
        is_so_written & turned.is_null(),
    )


def _in_zone(clock: pl.Expr, zone: str) -> pl.Expr:
    placed = clock.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    return placed.dt.convert_time_zone("UTC").dt.to_string(_UTC_TEXT)
