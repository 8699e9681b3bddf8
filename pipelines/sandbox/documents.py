"""Everything the sandbox keeps besides transactions and sessions: JSON documents by kind.

A document is found by kind and id, and listed by kind, parent and shown status in the order of
creation; a list costs what is taken of it, however long the history is. What else stands in a
document is known to the room that keeps it.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from pipelines.sandbox import exact

# Made here and not with the tables: a state file of before gets it when it is opened.
_BY_STATUS = """
create index if not exists documents_by_status
on documents (kind, parent, json_extract(cast(body as text), '$.shown.status'), seq)
"""


class Documents:
    """The documents of one store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.execute(_BY_STATUS)

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

    def standing(
        self, kind: str, statuses: tuple[str, ...], *, parent: str | None
    ) -> Iterator[dict[str, Any]]:
        """Those of a parent that show one of the statuses, oldest first, read as they are taken.

        Take all of them before changing any.
        """
        found = [
            self._db.execute(
                "select seq, body from documents where kind = ? and parent is ?"
                " and json_extract(cast(body as text), '$.shown.status') = ? order by seq",
                (kind, parent, status),
            )
            for status in statuses
        ]
        return (_document(body) for _, body in heapq.merge(*found, key=itemgetter(0)))

    def page(
        self, kind: str, first: int, last: int, *, parent: str | None, status: str | None
    ) -> list[dict[str, Any]]:
        """The documents [first, last) of a parent, or of those without one, oldest first."""
        if status is None:
            rows = self._db.execute(
                "select body from documents where kind = ? and id in (select id from documents"
                " where kind = ? and parent is ? order by seq limit ? offset ?) order by seq",
                (kind, kind, parent, last - first, first),
            )
        else:
            rows = self._db.execute(
                "select body from documents where kind = ? and id in (select id from documents"
                " where kind = ? and parent is ?"
                " and json_extract(cast(body as text), '$.shown.status') = ?"
                " order by seq limit ? offset ?) order by seq",
                (kind, kind, parent, status, last - first, first),
            )
        return [_document(row[0]) for row in rows]

    def total(self, kind: str, *, parent: str | None, status: str | None) -> int:
        """How many documents all pages hold together."""
        if status is None:
            row = self._db.execute(
                "select count(*) from documents where kind = ? and parent is ?", (kind, parent)
            ).fetchone()
        else:
            row = self._db.execute(
                "select count(*) from documents where kind = ? and parent is ?"
                " and json_extract(cast(body as text), '$.shown.status') = ?",
                (kind, parent, status),
            ).fetchone()
        return int(row[0])

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
