"""What a warehouse holds, table by table, so that two files can be compared.

Belongs here: row counts and digests of content, and naming where two files differ.
Stays out: what a difference means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from pipelines.warehouse.holdings import WALL_CLOCK
from pipelines.warehouse.queries import first_row

RUN_RECORDS = (
    "ops.runs",
    "ops.turn",
    "ops.kept_sums",
    "ops.unasked",
    "ops.published",
    "ops.unpublished",
    "validated.built",
    "reconciled.judged",
)
"""Tables that say which runs were tried, also those that left nothing behind, and what a run leaves
to the next: sums that need not be added up again, rows that no claim was asked of or that no reader
has, the file to carry on, and what was computed last, which a person's acceptance has forgotten."""


@dataclass(frozen=True)
class Content:
    """How many rows a table has, and one digest over them in any order."""

    rows: int
    digest: str


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, Content]:
    """Every table but those of `RUN_RECORDS`, without the columns of `WALL_CLOCK`."""
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and not internal "
        "order by schema_name, table_name, column_name"
    ).fetchall():
        if table not in RUN_RECORDS and column not in WALL_CLOCK.get(table, ()):
            columns.setdefault(table, []).append(column)
    return {table: _content(connection, table, names) for table, names in columns.items()}


def differences(former: Mapping[str, Content], rebuilt: Mapping[str, Content]) -> list[str]:
    """One sentence for every table that is not the same in both."""
    told = []
    for table in sorted({*former, *rebuilt}):
        one, other = former.get(table), rebuilt.get(table)
        if one is None or other is None:
            told.append(f"{table} stands only in the {'rebuilt' if one is None else 'former'} file")
        elif one.rows != other.rows:
            told.append(f"{table} had {one.rows} rows and has {other.rows}")
        elif one != other:
            told.append(f"{table} has other values in its {one.rows} rows")
    return told


def _content(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> Content:
    kept = ", ".join(f'"{column}"' for column in columns)
    row = first_row(
        connection,
        "select count(*), coalesce(sum(md5_number_lower(rows_of::varchar)), 0)::varchar "
        f"from (select {kept} from {table}) as rows_of",
    )
    rows, digest = row or (0, "0")
    return Content(int(rows), str(digest))
