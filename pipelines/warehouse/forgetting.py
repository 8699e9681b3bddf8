"""Leaving in a copy of the working database only what was known at an as-of.

Belongs here: which column says since when a row is known. Stays out: making the copy, and judging
what is left (`pipelines.night`).
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from pipelines.warehouse.queries import columns_of, script

KNOWN_SINCE = {
    "ops.pulls": "as_of",
    "ops.sweeps": "as_of",
    "ops.closings": "as_of",
    "ops.runs": "as_of",
    "ops.actions": "effective_at",
    "validated.quarantine": "seen_at",
}
"""Tables of facts whose rows say otherwise than by `recorded_from` since when they are known."""


def forget_after(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Delete every fact that was taken in later. Never call it on the store itself."""
    for (table,) in connection.execute(script("work/tables_of_facts")).fetchall():
        since = KNOWN_SINCE.get(table, "recorded_from")
        if since in columns_of(connection, table):
            connection.execute(f"delete from {table} where {since} > ?", [as_of])
