"""The packs of months that a closing ends late: their last date was missed, it catches up.

Belongs here: which months those are, and their figures from the book cut off at the month's end;
what is known of its dates is what is known now. Stays out: how a report is drawn (`figures`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from pipelines.policy import Policy
from pipelines.warehouse.drawn import store_report
from pipelines.warehouse.figures import figures_of, heading_of
from pipelines.warehouse.parts import create_part, drop_parts
from pipelines.warehouse.queries import first_row, script, text_over

PACK = "month"
_OF_BREAKS = frozenset({"reconciled.basis", "reconciled.breaks", "reconciled.closed_breaks"})
_MOVED = "reconciled.movements"
_PROVED = "reconciled.proof"
_REVENUE = "marts.subscription_revenue"
PARTS = _OF_BREAKS | {_MOVED, _PROVED, _REVENUE}
"""The tables that stand beside the book's own, under their names, while a pack is drawn."""


def store_packs(
    connection: duckdb.DuckDBPyConnection, policy: Policy, *, reasons: list[str]
) -> dict[str, str]:
    """Store the pack of each of those months after the reports of the date; digests by month end.

    A date that is closed again draws the packs of its first closing again, with what changed since.
    """
    ends = months_caught_up(connection)
    return {end.isoformat(): store_pack(connection, policy, end, reasons=reasons) for end in ends}


def months_caught_up(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """The last dates of those months, in order of time."""
    query = script("work/months_caught_up")
    return [row[0] for row in connection.execute(query, {"name": PACK}).fetchall()]


def store_pack(
    connection: duckdb.DuckDBPyConnection, policy: Policy, end: date, *, reasons: list[str]
) -> str:
    """Store the pack of the month that ends on a date; its digest."""
    heading = heading_of(connection, policy, reasons=reasons)
    told = {"closed_with": heading["business_date"], "business_date": end.isoformat()}
    with _cut_off(connection, end):
        pack = figures_of(connection, PACK, heading | told, drawn={}, parts=PARTS)
        if not pack["revenue"] and _read_too_late(connection, end):
            pack["unknown"] = ["revenue"]
    return store_report(connection, pack)


@contextmanager
def _cut_off(connection: duckdb.DuckDBPyConnection, end: date) -> Iterator[None]:
    """Let `PARTS` be those of the month inside, which goes on from the one before it."""
    former = [one for one in months_caught_up(connection) if one < end][-1:]
    drop_parts(connection, PARTS)
    try:
        for each in (*former, end):
            connection.execute(script("work/month_basis"), {"month_end": each})
            connection.execute(script("work/month_breaks"))
        create_part(connection, _MOVED, text_over(_MOVED, _OF_BREAKS))
        create_part(connection, _PROVED, text_over(_PROVED, frozenset({_MOVED})))
        create_part(connection, _REVENUE, text_over(_REVENUE, frozenset({"reconciled.basis"})))
        yield
    finally:
        drop_parts(connection, PARTS)


def _read_too_late(connection: duckdb.DuckDBPyConnection, end: date) -> bool:
    """Whether subscriptions that were there at the end of a month were first read after it."""
    row = first_row(connection, script("work/subscriptions_read_late"), {"month_end": end})
    return bool(row and row[0])
