"""The queries in `sql/`: a path is a table's name, and what a query reads is read off the query.

Belongs here: finding, reading and ordering queries, and materialising one as its table.
Stays out: the queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import msgspec

SQL_FOLDER = Path(__file__).parents[2] / "sql"
SCHEMA = ("schema", "schema_of_streams", "schema_of_results")
DICTIONARY = (
    "dictionary",
    "dictionary_of_streams",
    "dictionary_of_runs",
    "dictionary_of_actions",
    "dictionary_of_history",
    "dictionary_of_fees",
    "dictionary_of_marts",
)
READERS = (
    "reading_as_of",
    "reading_between",
    "reading_story",
    "reading_views",
    "reading_sources",
    "reading_dictionary",
    "dictionary_of_readers",
)
"""Macros and views that stay in the published file, and their comments."""

ANALYZED_ROWS = 500
"""Below, any plan is quick, and looking at the table takes longer than reading it."""

STAGES = ("raw", "validated", "reconciled", "marts", "delivered")


@cache
def script(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def run_scripts(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Run texts of `sql/`, one after the other."""
    for name in names:
        connection.execute(script(name))


@cache
def tables_of(stage: str) -> tuple[str, ...]:
    """Names of the tables that a stage computes, `stage.table`, each after those it reads."""
    found = sorted(
        f"{stage}.{path.stem}"
        for path in (SQL_FOLDER / stage).glob("*.sql")
        if "." not in path.stem
    )
    order = TopologicalSorter(
        # In one order in every process: sets have another in each.
        {table: sorted(reads(table) & set(found) - {table}) for table in found}
    )
    return tuple(order.static_order())


@cache
def claims_of(stage: str) -> tuple[str, ...]:
    """Names of a stage's claims, `stage.table.claim`; each is a query that returns offenders."""
    return tuple(sorted(f"{stage}.{path.stem}" for path in (SQL_FOLDER / stage).glob("*.*.sql")))


def text_of(table: str) -> str:
    """The query of a table or claim named `stage.name`."""
    stage, _, name = table.partition(".")
    return script(f"{stage}/{name}")


@cache
def reads(table: str) -> frozenset[str]:
    """The tables that a query reads, `schema.table`, taken from its syntax tree."""
    return frozenset(name for name, _ in _places(table))


@cache
def text_over(table: str, parts: frozenset[str]) -> str:
    """The query of a table with parts in the place of tables: temporary, of the same name."""
    text = text_of(table)
    for name, place in sorted(_places(table), key=lambda found: -found[1]):
        if name in parts:
            text = text[:place] + f'"{name}"' + text[place + len(name) :]
    return text


@cache
def _places(table: str) -> tuple[tuple[str, int], ...]:
    """Each table that a query reads, with where in its text."""
    text = text_of(table)
    found = tuple(_base_tables(tree_of(table)))
    if any(not text.startswith(name, place) for name, place in found):
        raise ValueError(f"{table}: a table stands elsewhere than the parser says.")
    return found


@cache
def tree_of(table: str) -> dict[str, Any]:
    """The syntax tree of a table's query; ValueError when it is no query."""
    # What is empty or as always is left out: a third is left to read.
    query = (
        "select json_serialize_sql(?, skip_null := true, skip_empty := true, skip_default := true)"
    )
    row = first_row(_parser(), query, [text_of(table)])
    tree: dict[str, Any] = msgspec.json.decode(row[0]) if row else {"error": True}
    if tree.get("error"):
        raise ValueError(f"{table} is not one select statement: {tree.get('error_message')}")
    return tree


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """An empty database in memory, good for parsing only."""
    return duckdb.connect()


def _base_tables(tree: Any) -> Iterable[tuple[str, int]]:
    """Without recursion: the trees of all queries have a hundred thousand nodes."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
                yield f"{node['schema_name']}.{node['table_name']}", node["query_location"]
            waiting += [one for one in node.values() if isinstance(one, (dict, list))]
        else:
            waiting += [one for one in node if isinstance(one, (dict, list))]


def materialise(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Compute a table from its query, replacing what it held; the number of its rows."""
    return fill(connection, table, f"create or replace table {table} as {text_of(table)}")


def fill(connection: duckdb.DuckDBPyConnection, table: str, statement: str) -> int:
    """Create a table by a statement, and have the planner know what is in it; its rows.

    Of a table made in the same transaction the planner knows nothing else, and may join every row
    with every other.
    """
    row = first_row(connection, statement)
    rows = int(row[0]) if row else 0
    if rows >= ANALYZED_ROWS:
        connection.execute(f"analyze {table}")
    return rows


def forget_sums(connection: duckdb.DuckDBPyConnection, prefix: str) -> None:
    """Forget the sums kept of tables that are computed as a whole (see `digests`)."""
    connection.execute("delete from ops.kept_sums where starts_with(name, ?)", [prefix])


def build_stage(connection: duckdb.DuckDBPyConnection, stage: str) -> dict[str, int]:
    """Compute every table of a stage in order; rows by table."""
    forget_sums(connection, f"{stage}.")
    return {table: materialise(connection, table) for table in tables_of(stage)}


def offenders(
    connection: duckdb.DuckDBPyConnection,
    claim: str,
    *,
    parts: frozenset[str] = frozenset(),
    at_most: int = 20,
) -> list[str]:
    """The first rows that break a claim, as text; empty when it holds. Parts stand for tables."""
    query = f"select * from ({text_over(claim, parts)}) limit {at_most:d}"
    rows = connection.execute(query).fetchall()
    return [str(row) for row in rows]


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Their names in order; asked of the table, for the catalog takes a hundred times as long."""
    described = connection.execute(f"from {table} limit 0").description or []
    return [column[0] for column in described]


def first_row(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: object = None
) -> tuple[Any, ...] | None:
    """The first row of a small result, read to its end: an unread result blocks the connection."""
    rows = connection.execute(query, parameters).fetchall()
    return tuple(rows[0]) if rows else None
