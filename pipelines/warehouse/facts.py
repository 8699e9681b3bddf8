"""Taking facts in: staged rows become versions in `raw`, refused rows stand in quarantine.

Belongs here: appending, and counting what was new or changed.
Stays out: reading files or the gateway; judging what the rows mean.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.faults import StoreFault
from pipelines.warehouse.queries import first_row, script

KEY_BYTES = 32
STREAM_KEYS = {"transactions": "transaction_id", "checkout_sessions": "session_id"}
_BOOKKEEPING = {"arrival", "content_digest", "recorded_from", "run_id"}
_QUARANTINE = pa.schema(
    [
        ("stream", pa.string()),
        ("source", pa.string()),
        ("source_digest", pa.string()),
        ("source_row", pa.int64()),
        ("key", pa.string()),
        ("reason", pa.string()),
        ("known_ids", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True)
class Taken:
    """How many received rows were of unknown ids, and how many changed a known one."""

    new: int
    changed: int


class EmailDigests:
    """Keyed digests of e-mail addresses: comparable inside this store, useless outside it."""

    def __init__(self, key_file: Path, *, may_create: bool) -> None:
        if not key_file.exists() and may_create:
            fresh = key_file.with_suffix(".key.new")
            with fresh.open("wb") as handle:
                handle.write(secrets.token_bytes(KEY_BYTES))
                handle.flush()
                os.fsync(handle.fileno())
            fresh.replace(key_file)
        self._key = key_file.read_bytes() if key_file.exists() else b""
        if len(self._key) != KEY_BYTES:
            raise StoreFault(
                "The key of the e-mail digests (control/email.key) is lost or damaged, so new rows "
                "could not be compared with old ones.",
                "Restore the file from the last backup.",
            )

    def of(self, address: str | None) -> str | None:
        """Digest of the address trimmed and case-folded; None for none."""
        folded = (address or "").strip().casefold()
        if not folded:
            return None
        return hmac.digest(self._key, folded.encode(), hashlib.sha256).hex()


def append_rows(
    connection: duckdb.DuckDBPyConnection,
    stream: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    as_of: datetime,
    run_id: str,
    digests: EmailDigests,
) -> Taken:
    """Append the received rows that differ from the newest version held of their id."""
    key = STREAM_KEYS[stream]
    columns = [name for name in _columns(connection, stream) if name not in _BOOKKEEPING]
    known = {
        row[0] for row in connection.execute(f"select distinct {key} from raw.{stream}").fetchall()
    }
    before = _count(connection, stream)
    arrays: dict[str, pa.Array] = {
        name: pa.array([row.get(name) for row in rows], pa.string())
        for name in columns
        if name != "customer_email_digest"
    }
    arrays["customer_email_digest"] = pa.array(
        [digests.of(row.get("customer_email")) for row in rows], pa.string()
    )
    arrays["fetch_order"] = pa.array(range(len(rows)), pa.int64())
    insert(connection, f"intake/{stream}", pa.table(arrays), as_of=as_of, run_id=run_id)
    appended = _count(connection, stream) - before
    new = len({row.get(key) for row in rows} - known)
    return Taken(new=new, changed=max(appended - new, 0))


def quarantine(
    connection: duckdb.DuckDBPyConnection, refused: Iterable[Mapping[str, Any]], *, as_of: datetime
) -> int:
    """Keep refused rows with place, key and reason; the number of them."""
    table = pa.Table.from_pylist(list(refused), schema=_QUARANTINE)
    if table.num_rows:
        insert(connection, "intake/quarantine", table, as_of=as_of)
    return int(table.num_rows)


def insert(
    connection: duckdb.DuckDBPyConnection, name: str, staged: pa.Table, **parameters: Any
) -> None:
    """Run an inserting query of `sql/` over `staged_rows`."""
    connection.register("staged_rows", staged)
    try:
        connection.execute(script(name), parameters)
    finally:
        connection.unregister("staged_rows")


def _columns(connection: duckdb.DuckDBPyConnection, stream: str) -> list[str]:
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ?",
        [stream],
    ).fetchall()
    return [row[0] for row in rows]


def _count(connection: duckdb.DuckDBPyConnection, stream: str) -> int:
    row = first_row(connection, f"select count(*) from raw.{stream}")
    return int(row[0]) if row else 0
