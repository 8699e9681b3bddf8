"""What a run is about to change against what readers have: rows, breaks, and figures of dates.

Belongs here: comparing the working tables with the published database before it is replaced.
Stays out: the comparisons (`sql/work`), and corrections that are published (`sql/marts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.night.frame import Frame, Store
from pipelines.warehouse.queries import first_row, script


@dataclass(frozen=True)
class Changes:
    """Rows that appeared, are gone and changed, by what they are; and dates with other figures."""

    rows: tuple[tuple[str, int, int, int], ...]
    figures: tuple[tuple[Any, ...], ...]

    def __str__(self) -> str:
        parts = [
            f"{what} {_signs(appeared, gone, changed)}"
            for what, appeared, gone, changed in self.rows
            if appeared or gone or changed
        ]
        dates = len({row[0] for row in self.figures})
        if dates:
            parts.append(f"figures of {dates} published dates")
        return ", ".join(parts) or "nothing"


def changes_of(frame: Frame) -> Changes | None:
    """What this run changes of what was published; None when its dates were not closed before."""
    with frame.store() as store:
        if not frame.places.published.exists() or not _closes_again(store):
            return None
        with _beside(frame, store.connection) as connection:
            rows = connection.execute(script("work/changed_rows")).fetchall()
            figures = connection.execute(script("work/changed_figures")).fetchall()
    changes = Changes(tuple(rows), tuple(figures))
    frame.tell(f"changed against what was published: {changes}")
    return changes


def _closes_again(store: Store) -> bool:
    query = "select 1 from ops.closings where last_date >= ? and run_id <> ? limit 1"
    asked = [store.run.dates.first, store.run.run_id]
    return first_row(store.connection, query, asked) is not None


@contextmanager
def _beside(frame: Frame, connection: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    """The connection with the published database attached as `before`."""
    path = str(frame.places.published).replace("'", "''")
    connection.execute(f"attach '{path}' as before (read_only)")
    try:
        yield connection
    finally:
        connection.execute("detach before")


def _signs(appeared: int, gone: int, changed: int) -> str:
    return f"+{appeared} -{gone} ~{changed}"
