"""Breaks and pairs that people work on, as the published database has them.

Belongs here: asking for them, and amounts as exact text. Stays out: how they are shown (`formats`),
the file that people edit (`worklist`), and what may be decided (`night.deciding`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.currencies import minor_units
from pipelines.faults import ConfigurationFault
from pipelines.reading.queries import Answer
from pipelines.warehouse.queries import script

OPEN = ("open", "assigned", "waiting", "reopened")
OVER = ("resolved", "written_off", "auto_resolved")
Row = dict[str, Any]
_AFTER_ALL = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than every closing: the breaks as they stand."""
_LISTED = (
    "break_id",
    "code",
    "severity",
    "state",
    "assignee",
    "business_date",
    "age_days",
    "currency",
    "money_impact",
    "order_id",
    "transaction_id",
    "detail",
)
_PAIRS = (
    "case_id",
    "match_status",
    "order_id",
    "transaction_id",
    "currency",
    "amount",
    "placed_at",
    "created_at",
)
_AMOUNTS = {
    "expected_amount": "currency",
    "actual_amount": "currency",
    "money_impact": "currency",
    "amount": "currency",
    "received_amount": "received_currency",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which breaks are asked for; what is None does not matter."""

    states: Sequence[str] | None = OPEN
    code: str | None = None
    business_date: date | None = None
    assignee: str | None = None
    break_ids: Sequence[str] | None = None
    as_of: datetime | None = None


def exceptions_in(published: duckdb.DuckDBPyConnection, wanted: Wanted) -> list[Row]:
    """Every break that fits, most severe first, with the version that a file carries of it."""
    return _rows(
        published,
        "work/exceptions",
        break_ids=None if wanted.break_ids is None else list(wanted.break_ids),
        states=None if wanted.states is None else list(wanted.states),
        code=wanted.code,
        business_date=wanted.business_date,
        assignee=wanted.assignee,
        as_of=wanted.as_of or _AFTER_ALL,
    )


def exceptions_on(published: duckdb.DuckDBPyConnection, break_ids: Sequence[str]) -> list[Row]:
    """These breaks, whatever their state; unknown ones are left out."""
    return exceptions_in(published, Wanted(states=None, break_ids=break_ids))


def actions_on(published: duckdb.DuckDBPyConnection, break_id: str) -> list[Row]:
    """What people did about a break, oldest first."""
    return _rows(published, "work/actions_on", break_id=break_id)


def pairs_waiting(
    published: duckdb.DuckDBPyConnection, case_ids: Sequence[str] | None = None
) -> list[Row]:
    """Every suggested pair, and all pairs of ambiguous cases."""
    return _rows(
        published, "work/waiting_matches", case_ids=None if case_ids is None else list(case_ids)
    )


def pair_of(published: duckdb.DuckDBPyConnection, order_id: str, transaction_id: str) -> Row:
    """What is known of an order and a transaction together; ids are None where there is none."""
    (row,) = _rows(published, "work/pair", order_id=order_id, transaction_id=transaction_id)
    return row


def listed(rows: Sequence[Row]) -> Answer:
    """Breaks as a table of a few columns."""
    return _answer(rows, _LISTED)


def listed_pairs(rows: Sequence[Row]) -> Answer:
    """Pairs as a table."""
    return _answer(rows, _PAIRS)


def amount_text(amount: Decimal | None, currency: str) -> str:
    """The exact amount with the currency's minor units, and more digits only where there are."""
    if amount is None:
        return ""
    units = minor_units(currency) if currency else None
    whole, _, fraction = format(amount, "f").partition(".")
    fraction = fraction.rstrip("0").ljust(2 if units is None else units, "0")
    return f"{whole}.{fraction}" if fraction else whole


def with_amounts_as_text(row: Mapping[str, Any]) -> Row:
    """The row with each amount as exact text."""
    texts = {
        name: amount_text(row[name], row[currency] or "")
        for name, currency in _AMOUNTS.items()
        if name in row
    }
    return {**row, **texts}


def _answer(rows: Sequence[Row], columns: tuple[str, ...]) -> Answer:
    texts = [with_amounts_as_text(row) for row in rows]
    types = tuple("DECIMAL" if name in _AMOUNTS else "VARCHAR" for name in columns)
    return Answer(columns, types, iter([tuple(row[name] for name in columns) for row in texts]))


def _rows(published: duckdb.DuckDBPyConnection, name: str, **asked: object) -> list[Row]:
    try:
        answer = published.execute(script(name), asked)
    except (duckdb.BinderException, duckdb.CatalogException) as unknown:
        raise ConfigurationFault(
            "The published database was written by a version that knew nothing of this.",
            "Run `recon nightly` first.",
        ) from unknown
    columns = [column[0] for column in answer.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
