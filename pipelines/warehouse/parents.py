"""Under which parents the rows of a stream are listed, and which of them are read this night.

Belongs here: bringing two streams under the common names of `sql/intake/parents_to_read.sql`.
Stays out: reading the children.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from pipelines.warehouse.queries import script

PLACES_MOST = 2


@dataclass(frozen=True, kw_only=True)
class Family:
    """A stream's name, its key and state, the states that are final, and its place columns."""

    stream: str
    key: str
    state: str | None
    final: Iterable[str]
    places: Sequence[str]

    @property
    def common_columns(self) -> str:
        """The select list that brings its rows under the common names."""
        named = [f'"{self.places[number]}"' for number in range(len(self.places))]
        named += ["null::varchar"] * (PLACES_MOST - len(named))
        places = ", ".join(f"{name} as place_{at}" for at, name in enumerate(named, 1))
        state = f'"{self.state}"' if self.state else "null::varchar"
        return f'"{self.key}" as row_key, {state} as state, {places}'


def parents_to_read(
    connection: duckdb.DuckDBPyConnection, parent: Family, child: Family, *, is_sweep: bool
) -> list[tuple[str, ...]]:
    """The values of the parent's place columns, one tuple for each parent to read children of.

    The parent's rows of this run stand in its staging table.
    """
    connection.execute(
        f"create or replace temp view staged_parents as select {parent.common_columns}, "
        f"content_digest, fetch_order from staged_{parent.stream}"
    )
    for view, family in (("held_parents", parent), ("held_children", child)):
        connection.execute(
            f"create or replace temp view {view} as select {family.common_columns}, "
            f"content_digest, arrival, ranked_at from raw.{family.stream}"
        )
    rows = connection.execute(
        script("intake/parents_to_read"),
        {
            "parent_final": sorted(parent.final),
            "child_final": sorted(child.final),
            "is_sweep": is_sweep,
        },
    ).fetchall()
    return [row[: len(parent.places)] for row in rows]
