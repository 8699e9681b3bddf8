"""Columns that a computed column is worked out from, read off the real queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pipelines.warehouse.derivation import derived, origins
from pipelines.warehouse.queries import tables_of

COMPUTED = [table for stage in ("reconciled", "marts") for table in tables_of(stage)]


@pytest.mark.parametrize("table", COMPUTED)
def test_every_column_is_known_and_comes_from_columns_that_are_there(
    books: Sequence[Any], table: str
) -> None:
    rows = (
        books[0]
        .execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where not internal"
        )
        .fetchall()
    )
    there = {f"{held}.{column}" for held, column in rows}
    own = [column for held, column in rows if held == table]
    assert list(derived(table)) == own
    assert {name for names in derived(table).values() for name in names} - there == set()


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("marts.fees.fee_amount", {"validated.transactions.fee_amount"}),
        ("marts.fees.payments", set()),
        (
            "marts.fees.scheduled_fee_amount",
            {
                "reconciled.fee_schedule.rate",
                "validated.minor_units.minor_units",
                "validated.transactions.fiat_amount",
            },
        ),
        # A union by name, one side with a star that replaces.
        (
            "reconciled.breaks.rule_version",
            {"reconciled.basis.rule_version", "reconciled.closed_breaks.rule_version"},
        ),
        # A union by place.
        (
            "reconciled.refunds_due.reason",
            {"validated.orders.status", "validated.transactions.status"},
        ),
        # What was received is where it ends.
        ("validated.orders.amount", {"validated.orders.amount"}),
    ],
)
def test_a_column_is_followed_to_what_was_received(column: str, expected: set[str]) -> None:
    assert origins(column) == expected
