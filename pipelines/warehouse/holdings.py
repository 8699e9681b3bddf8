"""What the working file holds and cannot compute again: rows and digests of the tables that grow.

Belongs here: which tables these are, and their control totals for the control chain.
Stays out: the published tables' digest (`publication`), and comparing (`verification`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import duckdb

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


def totals(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Columns and digest of every held table; the order of rows does not matter."""
    lasting = {
        table: [column for column in columns if column not in WALL_CLOCK.get(table, ())]
        for table, columns in _columns_by_table(connection).items()
    }
    return {
        table: {"columns": columns, "digest": _digest(connection, table, columns)}
        for table, columns in lasting.items()
    }


def tables_that_differ(
    connection: duckdb.DuckDBPyConnection, noted: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Tables whose noted columns no longer give the noted digest, with the digest they give.

    A column that came later is no difference; a table or column that went is.
    """
    there = _columns_by_table(connection)
    found = []
    for table, total in noted.items():
        columns = total["columns"]
        is_there = table in there and set(columns) <= set(there[table])
        digest = _digest(connection, table, columns) if is_there else "missing"
        if digest != total["digest"]:
            found.append((table, digest))
    return found


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
    # Nothing that is held contains the two control characters; JSON would cost twice as much.
    cells = ", '\x1f', ".join(f"coalesce(\"{column}\"::varchar, '\x00')" for column in columns)
    row = first_row(
        connection, f"select count(*), sum(md5_number_lower(concat({cells})))::varchar from {table}"
    )
    return hashlib.sha256(f"{table}:{row}".encode()).hexdigest()[:16]
