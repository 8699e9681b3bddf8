"""Everything the sandbox keeps besides transactions and sessions: JSON documents by kind.

A document is found by kind and id, and listed by kind and parent in the order of creation. What
stands in one is known to the room that keeps it.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from pipelines.sandbox import exact


class Documents:
    """The documents of one store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, kind: str, key: str, body: dict[str, Any], *, parent: str | None = None) -> None:
        """Keep a new document, last in its kind."""
        self._db.execute(
            "insert into documents (kind, id, seq, parent, body)"
            " select ?, ?, ifnull(max(seq), 0) + 1, ?, ? from documents where kind = ?",
            (kind, key, parent, exact.encode(body), kind),
        )

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """A document, or None when there is none of that id."""
        row = self._db.execute(
            "select body from documents where kind = ? and id = ?", (kind, key)
        ).fetchone()
        return None if row is None else _document(row[0])

    def put(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Replace the body of a document that exists."""
        self._db.execute(
            "update documents set body = ? where kind = ? and id = ?",
            (exact.encode(body), kind, key),
        )

    def of(self, kind: str, *, parent: str | None = None) -> list[dict[str, Any]]:
        """The documents of a kind (and parent), oldest first."""
        return [_document(row[0]) for row in self._rows(kind, parent)]

    def count(self, kind: str, *, parent: str | None = None) -> int:
        """How many documents of a kind (and parent) there are."""
        return len(self._rows(kind, parent))

    def delete(self, kind: str, key: str) -> None:
        """Forget a document."""
        self._db.execute("delete from documents where kind = ? and id = ?", (kind, key))

    def _rows(self, kind: str, parent: str | None) -> list[tuple[bytes]]:
        if parent is None:
            return self._db.execute(
                "select body from documents where kind = ? order by seq", (kind,)
            ).fetchall()
        return self._db.execute(
            "select body from documents where kind = ? and parent = ? order by seq", (kind, parent)
        ).fetchall()


def _document(raw: bytes) -> dict[str, Any]:
    document: dict[str, Any] = exact.decode(raw)
    return document
