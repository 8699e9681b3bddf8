"""The rows of one stream on their way from the gateway into `raw`, in a table, not in memory.

Belongs here: taking rows page by page, and appending those that differ from what is held.
Stays out: where the rows come from, and judging what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from pipelines.warehouse.facts import EmailDigests
from pipelines.warehouse.queries import columns_of, first_row, script

BATCH_ROWS = 10_000
_PRIVATE = "customer_email"
_BOOKKEEPING = frozenset({"arrival", "content_digest", "recorded_from", "run_id", "ranked_at"})

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Taken:
    """How many received rows were of unknown ids, changed a known one, or told of its past."""

    new: int
    changed: int
    outdated: int = 0


class Staging:
    """The table `staged_<stream>` of this connection; each row keeps the order it was taken in.

    Two columns stand beside those of `raw`: `row_key`, the row's id, and `fetch_order`. Call
    `flush` before a query reads the table.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        stream: str,
        *,
        key: str,
        digests: EmailDigests,
    ) -> None:
        self.stream = stream
        self.rows = 0
        self._connection = connection
        self._key = key
        self._digests = digests
        self._waiting: list[Row] = []
        self._columns = _columns(connection, stream)
        connection.execute(
            f"create or replace temp table staged_{stream} as "
            "select null::bigint as fetch_order, null::varchar as row_key, "
            f"* exclude (arrival, recorded_from, run_id, ranked_at) from raw.{stream} limit 0"
        )

    def take(self, rows: Iterable[Row]) -> None:
        """Take rows in the order they were received."""
        self._waiting.extend(rows)
        if len(self._waiting) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Bring what was taken into the table, for queries to see."""
        if not self._waiting:
            return
        rows, self._waiting = self._waiting, []
        arrays: dict[str, pa.Array] = {
            "fetch_order": pa.array(range(self.rows, self.rows + len(rows)), pa.int64()),
            "row_key": pa.array([row[self._key] for row in rows], pa.string()),
        }
        for column in self._columns:
            if column == f"{_PRIVATE}_digest":
                digests = [self._digests.of(row[_PRIVATE]) for row in rows]
                arrays[column] = pa.array(digests, pa.string())
            elif column in rows[0]:
                arrays[column] = pa.array([row[column] for row in rows], pa.string())
        self.rows += len(rows)
        self._connection.register("received_rows", pa.table(arrays))
        try:
            self._connection.execute(
                f"insert into staged_{self.stream} by name {script('intake/digested_rows')}"
            )
        finally:
            self._connection.unregister("received_rows")

    def append(self, *, as_of: datetime, run_id: str) -> Taken:
        """Append every version not held yet; call it inside a transaction.

        One that is older than the newest held is kept as well, and never becomes the newest.
        """
        self.flush()
        if not self.rows:
            return Taken(new=0, changed=0)
        connection, stream = self._connection, self.stream
        connection.execute(f"create or replace temp view staged_versions as from staged_{stream}")
        connection.execute(
            "create or replace temp view held_versions as select "
            f"{self._key} as row_key, arrival, content_digest, recorded_from, ranked_at "
            f"from raw.{stream}"
        )
        connection.execute(
            f"create or replace temp table fresh_versions as {script('intake/fresh_versions')}",
            {"as_of": as_of},
        )
        connection.execute(
            f"insert into raw.{stream} by name {script('intake/append_versions')}",
            {"run_id": run_id},
        )
        counts = first_row(connection, script("intake/versions_appended"))
        return Taken(*counts) if counts else Taken(new=0, changed=0)


def _columns(connection: duckdb.DuckDBPyConnection, stream: str) -> list[str]:
    names = columns_of(connection, f"raw.{stream}")
    return [name for name in names if name not in _BOOKKEEPING]
