"""Makers of figures for any declared report: quiet, or busy from a seed, to the last digit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.figures import quiet_day
from reports.tables import Column, Report, Table

MINOR_UNITS = {"KES": 2, "NGN": 2, "RWF": 0, "USDT": 6}
BANDS = ("0\N{EN DASH}1", "2\N{EN DASH}7", "8\N{EN DASH}30")


def quiet_report(report: Report) -> dict[str, Any]:
    """The figures of a night on which nothing of this kind happened."""
    quiet = quiet_day()
    kept = ("business_date", "as_of", "timezone", "verdict", "policy", "control", "changes")
    empty = {name: [] for table in report.tables for name in _sections(table)}
    return {key: quiet[key] for key in kept} | empty | {"name": report.name, "minor_units": {}}


def busy_report(report: Report, seed: int, *, rows: int = 4) -> dict[str, Any]:
    """The same with rows in every table, made up by what kind of value a column holds."""
    draw = random.Random(f"{report.name} {seed}")
    figures = quiet_report(report) | {"minor_units": MINOR_UNITS}
    for table in report.tables:
        for section in _sections(table):
            figures[section] = list(_rows(draw, table, rows))
    return figures


def _sections(table: Table) -> Iterator[str]:
    yield table.name
    if table.totals:
        yield table.totals


def _rows(draw: random.Random, table: Table, number: int) -> Iterator[dict[str, Any]]:
    for place in range(number):
        currency = draw.choice(list(MINOR_UNITS))
        row = {column.name: _value(draw, column, currency, place) for column in table.columns}
        yield row | {
            column.currency: currency for column in table.columns if column.kind == "money"
        }


def _value(draw: random.Random, column: Column, currency: str, place: int) -> Any:
    if column.kind == "money":
        units = draw.randint(-(10**11) if column.is_signed else 0, 10**11)
        return format(Decimal(units).scaleb(-MINOR_UNITS[currency]), "f")
    if column.kind in ("count", "days"):
        return draw.randint(0, 20_000)
    if column.kind == "percent":
        return format(Decimal(draw.randint(0, 999_999)).scaleb(-4), "f")
    if column.kind == "date":
        return f"2026-11-{draw.randint(1, 28):02d}"
    if column.kind == "instant":
        return f"2026-11-{draw.randint(1, 28):02d}T08:00:00Z"
    if column.name.endswith("band"):
        return BANDS[place % len(BANDS)]
    return f"{column.name} {draw.randint(1, 99)} of <b>\N{LATIN SMALL LETTER E WITH ACUTE}</b>"
