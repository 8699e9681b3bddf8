"""Taking facts in: rows of files are appended, refused rows quarantined, e-mails kept as digests.

Belongs here: appending. Stays out: reading files; rows of the gateway (`staging`); judging what
the rows mean.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.faults import StoreFault
from pipelines.warehouse.queries import script

KEY_BYTES = 32
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

        # HMAC-SHA256 (RFC 2104), the key mixed in once instead of for each of a million addresses.
        block = self._key.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def of(self, address: str | None) -> str | None:
        """Digest of the address trimmed and case-folded; None for none."""
        folded = (address or "").strip().casefold()
        if not folded:
            return None
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(folded.encode())
        outer.update(inner.digest())
        return outer.hexdigest()


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
