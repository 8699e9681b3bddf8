"""Whether a book of which only what was touched was judged reads otherwise than one judged whole.

Belongs here: comparing the two, and leaving a line of a query out meanwhile. Stays out: the books.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pytest
from oracle.omissions import Omission

from pipelines.warehouse import dated, judgement, queries, renewal
from pipelines.warehouse.queries import build_stage, tables_of


@contextmanager
def left_out(omission: Omission, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the judgement go without a line of one of its queries."""
    honest = queries.script
    assert honest(omission.query).count(omission.line) == 1
    wrong = honest(omission.query).replace(omission.line, omission.becomes)

    def planted_script(name: str) -> str:
        return wrong if name == omission.query else honest(name)

    with patch.context() as planted:
        for module in (dated, judgement, renewal):
            planted.setattr(module, "script", planted_script)
        yield


def disputed(store: duckdb.DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    """Compute everything beside what stands, compare, and take it back."""
    tables = (*tables_of("validated"), *tables_of("reconciled"))
    store.execute("begin")
    try:
        for table in tables:
            store.execute(f'create or replace temp table "kept {table}" as from {table}')
        build_stage(store, "validated")
        build_stage(store, "reconciled")
        return [(table, rows) for table in tables if (rows := _only_one_has(store, table))]
    finally:
        store.execute("rollback")


def _only_one_has(store: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    kept = f'temp."kept {table}"'
    rows = store.execute(
        f"(select 'touched' as side, * from {kept} except all select 'touched', * from {table}) "
        "union all by name "
        f"(select 'whole' as side, * from {table} except all select 'whole', * from {kept})"
    ).fetchall()
    return [str(row) for row in rows]
