"""Tables that sum up business dates: whole, or only the dates that something has touched.

Both ways run the same queries and leave the same rows, unless something else altered a row of an
untouched date, which `publication` and a claim find. What a date sums up are its own orders and
payments, straight from the validated tables, and the cases that stand on it.

Belongs here: which tables these are, and the parts their queries need of a few dates. Stays out:
the queries, and which rows are touched (`judgement`).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from pipelines.warehouse.parts import count_rows, create_part, drop_parts, rows_of
from pipelines.warehouse.queries import materialise, script, text_over

DATED = ("reconciled.proof_of_money", "reconciled.rows_by_status")

DATES = "touched_dates"
"""The working table of dates."""

_TOUCHED = f"select business_date from {DATES}"
_MEMBERS = "reconciled.members"
_FOUND = f'temp."{_MEMBERS}"'

PARTS: Mapping[str, Mapping[str, str]] = {
    _MEMBERS: {"own_date": _TOUCHED, "case_date": _TOUCHED},
    "reconciled.order_facts": {"business_date": _TOUCHED},
    "reconciled.transaction_facts": {"business_date": _TOUCHED},
    "reconciled.case_statuses": {"case_id": f"select case_id from {_FOUND}"},
    "reconciled.matches": {
        "business_date": _TOUCHED,
        "case_id": f"select case_id from {_FOUND} where case_date not in ({_TOUCHED})",
    },
    "validated.orders": {
        "business_date": _TOUCHED,
        "order_id": f"select id from {_FOUND} where own_date not in ({_TOUCHED})",
    },
    "validated.transactions": {
        "business_date": _TOUCHED,
        "transaction_id": f"select id from {_FOUND} where own_date not in ({_TOUCHED})",
    },
}
"""What those dates sum up: rows of theirs, and rows of other dates whose case stands on them."""


def sum_dates_up(connection: duckdb.DuckDBPyConnection, *, at_any_share: bool) -> None:
    """Compute anew the dates on which touched rows and their cases stood, and stand now.

    Whole when every second member or more stands on one of them, but at any share if so asked.
    """
    create_part(connection, DATES, script("touched/dates"))
    if not at_any_share and _are_most(connection):
        for table in DATED:
            materialise(connection, table)
        return
    for table, ids in PARTS.items():
        create_part(connection, table, f"from {rows_of(table, ids)}")
    for table in DATED:
        query = f"from ({text_over(table, frozenset(PARTS))}) where business_date in ({_TOUCHED})"
        create_part(connection, table, query)
        connection.execute(f"delete from {table} where business_date in ({_TOUCHED})")
        connection.execute(f'insert into {table} by name from temp."{table}"')


def end_dates(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what was worked with."""
    drop_parts(connection, (DATES, *PARTS, *DATED))


def _are_most(connection: duckdb.DuckDBPyConnection) -> bool:
    found = count_rows(connection, f"{_MEMBERS} where own_date in ({_TOUCHED})")
    return 2 * found >= count_rows(connection, _MEMBERS)
