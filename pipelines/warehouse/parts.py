"""Parts of tables: the rows of some ids, in temporary tables that stand in for the tables.

Belongs here: making parts, putting them in the place of former rows, and dropping them.
Stays out: which ids, and which tables (`renewal`, `judgement`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from pipelines.warehouse.digests import sum_kept_up
from pipelines.warehouse.queries import fill, first_row

KEYS = "touched_keys"
"""The working table of ids: `value`, and in `field` the column that holds it."""


def create_part(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Keep the rows of a query in a temporary table, which may bear a table's name."""
    fill(connection, f'temp."{name}"', f'create or replace temp table "{name}" as {query}')


def rows_of(table: str, ids: Mapping[str, str]) -> str:
    """The rows of a table with the ids of a query in a column, as what stands after `from`.

    Of several columns, one is enough. Nothing but these columns is searched, and the others are
    read of the rows that were found: a semi join would read them of every row.
    """
    found = " union ".join(
        f"select rowid from {table} where {column} in ({query})" for column, query in ids.items()
    )
    return f"{table} where rowid in ({found})"


def replace_parts(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> None:
    """Put the parts of tables in the place of the rows with the working ids, by column of ids."""
    for table, column in tables.items():
        gone = rows_of(table, {column: f"select value from {KEYS} where field = '{column}'"})
        come = f'temp."{table}"'
        with sum_kept_up(connection, table, gone=gone, come=come):
            connection.execute(f"delete from {gone}")
            connection.execute(f"insert into {table} by name from {come}")


def note_computed(connection: duckdb.DuckDBPyConnection, stage: str, *, ids: str | None) -> None:
    """Keep which ids of a stage were computed, by a query; None for every row.

    They add up until the claims have held, and until readers have them: a night that a claim
    stopped, or that was killed, leaves its ids to the next one.
    """
    for table in ("ops.unasked", "ops.unpublished"):
        if ids is None:
            connection.execute(f"delete from {table} where stage = ?", [stage])
            connection.execute(f"insert into {table} values (?, null, null)", [stage])
        else:
            connection.execute(f"insert into {table} select distinct '{stage}', * from ({ids})")


def note_asked(connection: duckdb.DuckDBPyConnection, stage: str) -> None:
    """Keep that the claims of a stage held for every row."""
    connection.execute("delete from ops.unasked where stage = ?", [stage])


def unasked_parts(
    connection: duckdb.DuckDBPyConnection, stage: str, tables: Mapping[str, Sequence[str]]
) -> frozenset[str]:
    """Keep the rows that no claim of a stage was asked of in parts, by the columns of their ids.

    Gives the tables that a part stands beside: none when every row has to be asked.
    """
    query = "select 1 from ops.unasked where stage = ? and field is null"
    if first_row(connection, query, [stage]) is not None:
        return frozenset()
    for table, columns in tables.items():
        ids = {
            column: f"select value from ops.unasked where stage = '{stage}' and field = '{column}'"
            for column in columns
        }
        create_part(connection, table, f"from {rows_of(table, ids)}")
    return frozenset(tables)


def drop_parts(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Drop temporary tables that may be there."""
    for name in names:
        connection.execute(f'drop table if exists temp."{name}"')


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has."""
    row = first_row(connection, f"select count(*) from {table}")
    return int(row[0]) if row else 0
