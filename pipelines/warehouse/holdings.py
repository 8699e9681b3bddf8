"""What the working file holds and cannot compute again: rows and digests of the tables that grow.

Belongs here: which tables these are, and their control totals for the control chain.
Stays out: the published tables' digest (`publication`), and comparing (`verification`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import duckdb

from pipelines.warehouse.digests import ENGINE, Sum, keep_sum, kept_sum, quick_sums, sum_of
from pipelines.warehouse.queries import columns_of, first_row

BESIDE_RAW = (
    "validated.quarantine",
    "reconciled.postings",
    "reconciled.closed_breaks",
    "reconciled.closed_versions",
    "reconciled.closed_figures",
    "ops.pulls",
    "ops.files",
    "ops.orders_aside",
    "ops.closings",
    "ops.gateway",
    "ops.actions",
)
"""Tables outside `raw` that change only within a commit of the control chain."""

WALL_CLOCK = {"ops.pulls": ("started_at", "finished_at"), "ops.files": ("seen_at",)}
"""Columns that hold when this machine did something: no evidence gives them a second time."""


def row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of every held table; tables that are not there yet are left out."""
    counts = [f"select '{table}', count(*) from {table}" for table in _tables(connection)]
    return dict(connection.execute(" union all ".join(counts)).fetchall()) if counts else {}


def totals(
    connection: duckdb.DuckDBPyConnection, *, whole: bool = False
) -> dict[str, dict[str, Any]]:
    """Columns, digest and quick checksum of every held table; the order of rows does not matter.

    Of a raw table, rows that were digested by a former closing are not read again for the digest,
    unless the whole is asked for: what they say was checked when the run began.
    """
    lasting = {
        table: [column for column in columns if column not in WALL_CLOCK.get(table, ())]
        for table, columns in _columns_by_table(connection).items()
    }
    quick = quick_sums(connection, lasting)
    return {
        table: {
            "columns": columns,
            "digest": _told(table, _grown(connection, table, columns, whole=whole)),
            "quick": {ENGINE: str(quick[table][1])},
        }
        for table, columns in lasting.items()
    }


def tables_that_differ(
    connection: duckdb.DuckDBPyConnection,
    noted: Mapping[str, Mapping[str, Any]],
    *,
    quickly: bool = False,
) -> list[tuple[str, str]]:
    """Tables whose noted columns no longer give the noted digest, with the digest they give.

    A column that came later is no difference; a table or column that went is. Quickly is by the
    checksum, where the same release of the database made it.
    """
    there = _columns_by_table(connection)
    held = {
        table: total["columns"]
        for table, total in noted.items()
        if table in there and set(total["columns"]) <= set(there[table])
    }
    same = _same_by_checksum(connection, noted, held) if quickly else frozenset[str]()
    digests = {
        table: _digest(connection, table, held[table]) if table in held else "missing"
        for table in noted
        if table not in same
    }
    return [
        (table, digest) for table, digest in digests.items() if digest != noted[table]["digest"]
    ]


def _same_by_checksum(
    connection: duckdb.DuckDBPyConnection,
    noted: Mapping[str, Mapping[str, Any]],
    held: Mapping[str, list[str]],
) -> frozenset[str]:
    """Tables whose checksum is the one noted by this release of the database."""
    told = {table: noted[table].get("quick", {}).get(ENGINE) for table in held}
    summed = {table: held[table] for table, checksum in told.items() if checksum is not None}
    sums = quick_sums(connection, summed) if summed else {}
    return frozenset(table for table, (_, total) in sums.items() if str(total) == told[table])


def _grown(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], *, whole: bool
) -> Sum:
    """The sum of a table; of a raw one, what arrived since is added to the sum that was kept."""
    if not table.startswith("raw."):
        return sum_of(connection, table, columns)
    name = f"{table} ({', '.join(columns)})"
    kept = None if whole else kept_sum(connection, name)
    by_file = table == "raw.orders"
    arrivals = "ops.files" if by_file else table
    newest = (first_row(connection, f"select max(arrival) from {arrivals}") or (None,))[0] or 0
    if kept is not None:
        since = f"arrival > {kept.upto}"
        if by_file:
            since = f"file_digest in (select file_digest from ops.files where {since})"
        fresh = sum_of(connection, f"{table} where {since}", columns)
        kept = Sum(kept.rows + fresh.rows, kept.total + fresh.total, newest)
    held = first_row(connection, f"select count(*) from {table}")
    if kept is None or (kept.rows,) != held:
        kept = Sum(*sum_of(connection, table, columns)[:2], newest)
    keep_sum(connection, name, kept)
    return kept


def _columns_by_table(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    return {table: columns_of(connection, table) for table in _tables(connection)}


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select schema_name || '.' || table_name as name from duckdb_tables() "
        "where database_name = current_database() "
        "and (schema_name = 'raw' or schema_name || '.' || table_name in (select unnest(?))) "
        "order by name",
        [list(BESIDE_RAW)],
    ).fetchall()
    return [row[0] for row in rows]


def _digest(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> str:
    return _told(table, sum_of(connection, table, columns))


def _told(table: str, found: Sum) -> str:
    told = (found.rows, str(found.total) if found.rows else None)
    return hashlib.sha256(f"{table}:{told}".encode()).hexdigest()[:16]
