"""What every table's columns are: their names, types and meanings, and what they come from.

Belongs here: asking an empty database for what the queries and the dictionary make of it.
Stays out: the queries, the dictionary (`sql/`), and how a UI shows any of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import duckdb

from pipelines.policy import Policy
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.derivation import Columns, derived
from pipelines.warehouse.publication import DIGESTED
from pipelines.warehouse.queries import (
    DICTIONARY,
    SCHEMA,
    STAGES,
    reads,
    run_scripts,
    script,
    tables_of,
    text_of,
)

COMPUTED = STAGES[1:4]
_COMMENT = re.compile(r"^comment on column (\S+) is '((?:[^']|'')*)';$", re.M)


@dataclass(frozen=True)
class Column:
    """One column of a table; a column that readers never get has no meaning written down."""

    name: str
    type: str
    meaning: str


@cache
def columns() -> Mapping[str, tuple[Column, ...]]:
    """The columns of every table that readers get or that one of these rests on.

    Asked of an empty database; a third of a second, nearly all of it DuckDB's planner.
    """
    connection = duckdb.connect(config={"threads": 1})
    try:
        connection.execute("begin")
        _lay_out(connection)
        rows = connection.execute(script("work/columns")).fetchall()
    finally:
        connection.close()
    meanings = _meanings()
    found: dict[str, list[Column]] = {}
    for table, name, kind in rows:
        meaning = meanings.get(f"{table}.{name}", "")
        found.setdefault(table, []).append(Column(name, kind, meaning))
    return {table: tuple(held) for table, held in found.items()}


def _lay_out(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(script("macros"))
    run_scripts(connection, SCHEMA)
    start = datetime(2000, 1, 1, tzinfo=UTC)
    write_basis(
        connection, Policy(), as_of=start, zone=ZoneInfo("UTC"), first_date=date(2000, 1, 1)
    )
    wanted = _rested_on(DIGESTED)
    for table in _computed():
        if table in wanted:
            # Without rows nothing runs, which saves a third of the time.
            empty = f"select * from ({text_of(table)}) limit 0"
            connection.execute(f"create or replace table {table} as {empty}")


def _rested_on(tables: Iterable[str]) -> frozenset[str]:
    """These tables and all that their queries read, and what those read."""
    found: set[str] = set()
    waiting = list(tables)
    while waiting:
        table = waiting.pop()
        if table not in found and table in _computed():
            found.add(table)
            waiting += reads(table)
    return frozenset(found)


def _meanings() -> Mapping[str, str]:
    """What the dictionary says of each column, by `stage.table.column`."""
    said = (_COMMENT.findall(script(name)) for name in DICTIONARY)
    return {column: text.replace("''", "'") for found in said for column, text in found}


def lineage_among(table: str, shown: frozenset[str]) -> Mapping[str, Columns]:
    """The columns of shown tables, `schema.table.column`, that each of a table is worked out from.

    Followed through the steps between; what is neither shown nor computed is left out.
    """
    return {name: _followed(found, shown) for name, found in derived(table).items()}


def _followed(columns: Columns, shown: frozenset[str]) -> Columns:
    found: set[str] = set()
    for column in columns:
        table, _, name = column.rpartition(".")
        if table in shown:
            found.add(column)
        elif table in _computed():
            found |= _followed(derived(table)[name], shown)
    return frozenset(found)


@cache
def _computed() -> tuple[str, ...]:
    """Each after those that it reads."""
    return tuple(table for stage in COMPUTED for table in tables_of(stage))
