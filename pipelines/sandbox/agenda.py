"""What is to happen later: actions on subjects, each at its own instant.

Items are taken in the order of (instant, number), so that one jump of the clock and many small
steps come to the same end. What an action does is told by the world.
"""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from pipelines.sandbox import exact


class Due(NamedTuple):
    """An item whose time has come."""

    number: int
    at: int
    action: str
    subject: str
    details: dict[str, Any]


class Agenda:
    """The items of one store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._next: int | None = None
        self.reload()

    def reload(self) -> None:
        """Look up again when the next item is due."""
        row = self._db.execute("select min(at) from agenda").fetchone()
        self._next = None if row[0] is None else int(row[0])

    def add(self, at: int, action: str, subject: str, *, details: dict[str, Any]) -> None:
        """Put an item on the agenda."""
        self._db.execute(
            "insert into agenda (at, action, subject, details) values (?, ?, ?, ?)",
            (at, action, subject, exact.encode(details)),
        )
        self._next = at if self._next is None else min(self._next, at)

    def take(self, now: int) -> Due | None:
        """The earliest item that is due, taken off the agenda."""
        if self._next is None or self._next > now:
            return None
        row = self._db.execute(
            "select number, at, action, subject, details from agenda"
            " where at <= ? order by at, number limit 1",
            (now,),
        ).fetchone()
        if row is not None:
            self._db.execute("delete from agenda where number = ?", (row[0],))
        self.reload()
        if row is None:
            return None
        number, at, action, subject, details = row
        return Due(number, at, action, subject, exact.decode(details))

    def until(self) -> int | None:
        """When the next item is due."""
        return self._next
