"""The sandbox's SQLite store: rows serialised once, versions by the instant they hold from.

Without a file it is SQLite's own temporary database: in memory while small, spilling to disk when
large. One connection, used by one thread at a time. What an answer looks like is not known here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipelines.sandbox.holding import StateHold
from pipelines.sandbox.plan import SandboxPlan, SandboxRefused

# Raised with every change of the tables, of the book's contents or of what documents hold.
FORMAT = "4"
_CACHE_KIBIBYTES = 131_072
_PAGE_BYTES = 16_384
_SCHEMA = Path(__file__).with_name("schema.sql")
# References end in chance of 40 bits a day: in the largest books two may be alike.
_INDEXES = """
create unique index transactions_by_id on transactions (id);
create index transactions_by_reference on transactions (reference);
create index transactions_by_creation on transactions (created_at);
create unique index sessions_by_id on sessions (id);
create index transactions_by_session on transactions (session_id, seq);
create index transaction_versions_by_instant on transaction_versions (valid_from, seq, status);
create index order_versions_by_instant on order_versions (valid_from);
create unique index documents_by_creation on documents (kind, seq);
create index documents_by_parent on documents (kind, parent, seq);
create index agenda_by_instant on agenda (at, number);
"""


class Version(NamedTuple):
    """A version of a transaction, as it comes into force."""

    seq: int
    valid_from: int
    status: str


class TransactionAt(NamedTuple):
    """A transaction in the version in force at an instant."""

    seq: int
    created_at: int
    head: bytes
    tail: bytes
    valid_from: int
    status: str


class SessionAt(NamedTuple):
    """A checkout session in the version in force at an instant."""

    seq: int
    created_at: int
    head: bytes
    tail: bytes


class Store:
    """Everything that the server serves, by key and by instant."""

    def __init__(self, file: Path | None = None, hold: StateHold | None = None) -> None:
        self._hold = hold
        self._db = sqlite3.connect(
            "" if file is None else file, check_same_thread=False, isolation_level=None
        )
        try:
            # A page of rows is read from few, large database pages.
            self._db.execute(f"pragma page_size = {_PAGE_BYTES:d}")
            self._db.execute(f"pragma cache_size = -{_CACHE_KIBIBYTES:d}")
            self._db.execute("pragma journal_mode = " + ("off" if file is None else "wal"))
            self._db.execute("pragma synchronous = " + ("off" if file is None else "normal"))
        except sqlite3.DatabaseError:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the connection and let go of the file; a temporary store is gone."""
        self._db.close()
        if self._hold is not None:
            self._hold.release()

    @property
    def connection(self) -> sqlite3.Connection:
        """The one connection, for those who keep tables of their own in the same turn."""
        return self._db

    def is_book_of(self, plan: SandboxPlan) -> bool:
        """Whether the tables are of this format and hold this very plan."""
        tables = self._db.execute("select name from sqlite_master where name = 'settings'")
        return (
            tables.fetchone() is not None
            and self.setting("format") == FORMAT
            and self.setting("plan") == plan.as_text()
        )

    # Turns: what is written between begin and commit holds altogether or not at all.

    def begin(self) -> None:
        """Start a turn."""
        self._db.execute("begin")

    def commit(self) -> None:
        """Keep what the turn wrote."""
        self._db.execute("commit")

    def rollback(self) -> None:
        """Undo what the turn wrote; nothing when SQLite has already done so itself."""
        if self._db.in_transaction:
            self._db.execute("rollback")

    # Settings

    def setting(self, name: str) -> str | None:
        """A setting, or None when never set."""
        row = self._db.execute("select value from settings where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        self._db.execute("insert or replace into settings values (?, ?)", (name, value))

    # Filling

    def create(self) -> None:
        """The empty tables, and the start of the one transaction that fills them."""
        self._db.executescript(_SCHEMA.read_text(encoding="utf-8"))
        self._db.execute("begin")

    def finish(self) -> None:
        """The end of the filling, and the indexes; from here on turns can be undone."""
        self._db.execute("commit")
        self._db.executescript(_INDEXES)
        if self._db.execute("pragma journal_mode").fetchone()[0] == "off":
            self._db.execute("pragma journal_mode = memory")

    def add_transactions(self, rows: list[tuple[int, str, str, int, str | None, bytes]]) -> None:
        """Rows of (seq, id, reference, created_at, session_id, head)."""
        self._db.executemany("insert into transactions values (?, ?, ?, ?, ?, ?)", rows)

    def add_transaction_versions(self, rows: list[tuple[int, int, str, bytes]]) -> None:
        """Rows of (seq, valid_from, status, tail)."""
        self._db.executemany("insert into transaction_versions values (?, ?, ?, ?)", rows)

    def add_sessions(self, rows: list[tuple[int, str, int, bytes]]) -> None:
        """Rows of (seq, id, created_at, head)."""
        self._db.executemany("insert into sessions values (?, ?, ?, ?)", rows)

    def add_session_versions(self, rows: list[tuple[int, int, bytes]]) -> None:
        """Rows of (seq, valid_from, tail)."""
        self._db.executemany("insert into session_versions values (?, ?, ?)", rows)

    def add_order_versions(self, rows: list[tuple[str, int, str]]) -> None:
        """Rows of (id, valid_from, line)."""
        self._db.executemany("insert into order_versions values (?, ?, ?)", rows)

    # Changing

    def put_transaction_version(self, seq: int, valid_from: int, status: str, tail: bytes) -> None:
        """The transaction's last version: what the book had planned for it later is dropped."""
        self._db.execute(
            "delete from transaction_versions where seq = ? and valid_from >= ?", (seq, valid_from)
        )
        self.add_transaction_versions([(seq, valid_from, status, tail)])

    def put_transaction_head(self, seq: int, head: bytes) -> None:
        """Replace what all versions of a transaction share."""
        self._db.execute("update transactions set head = ? where seq = ?", (head, seq))

    def put_session_version(self, seq: int, valid_from: int, tail: bytes) -> None:
        """The session's last version: what the book had planned for it later is dropped."""
        self._db.execute(
            "delete from session_versions where seq = ? and valid_from >= ?", (seq, valid_from)
        )
        self.add_session_versions([(seq, valid_from, tail)])

    def put_session_head(self, seq: int, head: bytes) -> None:
        """Replace what all versions of a session share."""
        self._db.execute("update sessions set head = ? where seq = ?", (head, seq))

    # Reading

    def creations(self) -> Iterator[tuple[int, int]]:
        """Created_at and seq of each transaction, in the order of creation."""
        return self._db.execute("select created_at, seq from transactions order by created_at, seq")

    def versions_between(self, after: int, upto: int) -> Iterator[Version]:
        """Versions that come into force in (after, upto], oldest first."""
        rows = self._db.execute(
            "select seq, valid_from, status from transaction_versions"
            " where valid_from > ? and valid_from <= ? order by valid_from, seq",
            (after, upto),
        )
        return (Version(*row) for row in rows)

    def next_change(self, after: int) -> int | None:
        """The instant at which the next version of any transaction comes into force."""
        row = self._db.execute(
            "select min(valid_from) from transaction_versions where valid_from > ?", (after,)
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def transaction_ids(self, after: int) -> list[str]:
        """The ids of the transactions beyond a seq, in the order of seq."""
        rows = self._db.execute("select id from transactions where seq > ? order by seq", (after,))
        return [row[0] for row in rows]

    def transactions(self, versions: list[tuple[int, int]]) -> list[tuple[bytes, bytes]]:
        """Head and tail of versions named by (seq, valid_from), in the order given."""
        execute = self._db.execute
        return [
            execute(
                "select head, tail from transactions join transaction_versions using (seq)"
                " where seq = ? and valid_from = ?",
                version,
            ).fetchone()
            for version in versions
        ]

    def transaction_by_id(self, transaction_id: str, at: int) -> tuple[bytes, bytes] | None:
        """Head and tail in force at an instant, or None when it is unknown then."""
        row: tuple[bytes, bytes] | None = self._db.execute(
            "select head, tail from transactions join transaction_versions using (seq)"
            " where id = ? and valid_from <= ? order by valid_from desc limit 1",
            (transaction_id, at),
        ).fetchone()
        return row

    def transaction_version(self, transaction_id: str, at: int) -> TransactionAt | None:
        """The version in force at an instant, or None when it is unknown then."""
        row = self._db.execute(
            "select seq, created_at, head, tail, valid_from, status"
            " from transactions join transaction_versions using (seq)"
            " where id = ? and valid_from <= ? order by valid_from desc limit 1",
            (transaction_id, at),
        ).fetchone()
        return None if row is None else TransactionAt(*row)

    def transaction_by_reference(self, reference: str, at: int) -> TransactionAt | None:
        """The version in force at an instant, or None when the reference is unknown then."""
        row = self._db.execute(
            "select seq, created_at, head, tail, valid_from, status"
            " from transactions join transaction_versions using (seq)"
            " where reference = ? and valid_from <= ? order by seq, valid_from desc limit 1",
            (reference, at),
        ).fetchone()
        return None if row is None else TransactionAt(*row)

    def last_transaction(self) -> int:
        """The greatest seq of a transaction."""
        return int(self._db.execute("select ifnull(max(seq), 0) from transactions").fetchone()[0])

    def transactions_of_session(self, session_id: str, at: int) -> list[tuple[bytes, bytes]]:
        """The session's transactions at an instant, oldest first."""
        return self._db.execute(
            "select head, tail from transactions t join transaction_versions v on v.seq = t.seq"
            " and v.valid_from = (select max(valid_from) from transaction_versions"
            " where seq = t.seq and valid_from <= ?)"
            " where session_id = ? order by created_at, t.seq",
            (at, session_id),
        ).fetchall()

    def session(self, session_id: str, at: int) -> tuple[bytes, bytes] | None:
        """Head and tail in force at an instant, or None when it is unknown then."""
        row: tuple[bytes, bytes] | None = self._db.execute(
            "select head, tail from sessions join session_versions using (seq)"
            " where id = ? and valid_from <= ? order by valid_from desc limit 1",
            (session_id, at),
        ).fetchone()
        return row

    def session_version(self, session_id: str, at: int) -> SessionAt | None:
        """The version in force at an instant, or None when it is unknown then."""
        row = self._db.execute(
            "select seq, created_at, head, tail from sessions join session_versions using (seq)"
            " where id = ? and valid_from <= ? order by valid_from desc limit 1",
            (session_id, at),
        ).fetchone()
        return None if row is None else SessionAt(*row)

    def order_lines(self, since: int, until: int) -> list[str]:
        """The last line of each order that changed in [since, until), by order id."""
        rows = self._db.execute(
            "select line, max(valid_from) from order_versions indexed by order_versions_by_instant"
            " where valid_from >= ? and valid_from < ? group by id order by id",
            (since, until),
        )
        return [row[0] for row in rows]

    def last_session(self) -> int:
        """The greatest seq of a session."""
        return int(self._db.execute("select ifnull(max(seq), 0) from sessions").fetchone()[0])

    def last_order_change(self) -> int:
        """The instant of the book's last order version."""
        return int(self._db.execute("select max(valid_from) from order_versions").fetchone()[0])


def open_state(file: Path, plan: SandboxPlan, *, hold: StateHold | None = None) -> Store:
    """A finished store of this very plan; another book's file is refused."""
    try:
        store = Store(file, hold)
    except sqlite3.DatabaseError as broken:
        raise SandboxRefused(f"{file} is not a sandbox state file: name another.") from broken
    if store.is_book_of(plan):
        return store
    store.close()
    raise SandboxRefused(
        f"{file} holds no book of this plan: give the arguments it was made with, or another file."
    )
