"""Dagster's SQLite event log with its files kept open: what `dagster.yaml` names as its class.

Belongs here: how the files are connected to. Stays out: what is logged, and the tables, which are
Dagster's own. Its class connects anew for each event and each look-up, some thousand times a
night: an engine without compiled statements, a checkpoint and two syncs to the disk every time.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock, local
from typing import Any, NamedTuple, Self

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event, inspect

KEPT = 4
"""Files held open at a time: the index, the run at work, and two that somebody looks at."""
BUSY_SECONDS = 30
_INDEX = "index"


class _Kept(NamedTuple):
    """A file that is held open, by its path's device and inode when it was first opened."""

    engine: Engine
    file: tuple[int, int] | None


class KeptEventLog(SqliteEventLogStorage):
    """The event log under a Dagster home, `base_dir`; files and tables as its parent lays them."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._keeping = Lock()
        self._thread = local()
        self._tables: set[str] = set()
        super().__init__(str(Path(base_dir) / "history" / "runs"), inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """From the `config` of `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[Connection]:
        """A transaction on the file of one run."""
        with self._transaction(run_id or "") as connection:
            yield connection

    @contextmanager
    def index_connection(self) -> Iterator[Connection]:
        """A transaction on the file that is about all runs."""
        with self._transaction(_INDEX) as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Asked for with most events; a table that is there once stays."""
        if table_name not in self._tables:
            with self.index_connection() as connection:
                self._tables.update(inspect(connection).get_table_names())
        return table_name in self._tables

    def store_event(self, event: EventLogEntry) -> None:
        """In one transaction a file."""
        with self._together():
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """In one transaction a file: all of them are in it, or none."""
        with self._together():
            super().store_event_batch(events)

    def wipe(self) -> None:
        """Forget all runs; a file that is gone cannot be kept open."""
        self._let_go()
        super().wipe()

    def dispose(self) -> None:
        """Close the files; whoever asks again opens them again."""
        super().dispose()
        self._let_go()

    @contextmanager
    def _together(self) -> Iterator[None]:
        """One transaction a file for all that this thread writes within, committed as opened.

        All of it or nothing is in a file. The run's comes first, as its parent has it: whoever
        hears of an event by the index finds it in the run.
        """
        if hasattr(self._thread, "opened"):
            yield
            return
        opened: dict[str, Connection] = {}
        with ExitStack() as ending:
            self._thread.opened, self._thread.ending = opened, ending
            try:
                yield
            finally:
                del self._thread.opened, self._thread.ending
            for connection in opened.values():
                connection.commit()
        for shard in opened:
            # The UI looks at a run again when its file changes; so far its write-ahead log did.
            os.utime(self.path_for_shard(shard))

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        opened: dict[str, Connection] | None = getattr(self._thread, "opened", None)
        if opened is None:
            with self._begun(shard) as connection:
                yield connection
            return
        if shard not in opened:
            opened[shard] = self._thread.ending.enter_context(self._begun(shard))
        yield opened[shard]

    @contextmanager
    def _begun(self, shard: str) -> Iterator[Connection]:
        """A transaction of its own; its file is closed after it where it is no longer kept."""
        engine = self._engine(shard)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            with self._keeping:
                kept = self._kept.get(shard)
            if kept is None or kept.engine is not engine:
                _close(engine)

    def _engine(self, shard: str) -> Engine:
        with self._keeping:
            kept = self._standing(shard)
        if kept is None:
            # Its parent lays out a file that is new, and may wait for who writes to it; whoever
            # asks for another that is kept does not.
            with super().run_connection(shard):
                pass
        with self._keeping:
            kept = self._standing(shard)
            if kept is None:
                path = self.path_for_shard(shard)
                kept = _Kept(_engine_of(self.conn_string_for_shard(shard)), _file_at(path))
                self._kept[shard] = kept
            self._kept.move_to_end(shard)
            while len(self._kept) > KEPT:
                _close(self._kept.popitem(last=False)[1].engine)
            return kept.engine

    def _standing(self, shard: str) -> _Kept | None:
        """What is kept of a file, if its path still leads to it: `recon demo` replaces the folder.

        While it is open nothing else gets its inode, so that the same inode is the same file.
        """
        file, kept = _file_at(self.path_for_shard(shard)), self._kept.get(shard)
        if file is not None and kept is not None and kept.file == file:
            return kept
        if file is None or kept is not None:
            self._initialized_dbs.discard(shard)
            self._tables.clear()
        if kept is not None:
            _close(self._kept.pop(shard).engine)
        return None

    def _let_go(self) -> None:
        with self._keeping:
            while self._kept:
                _close(self._kept.popitem()[1].engine)


def _engine_of(address: str) -> Engine:
    engine = create_engine(
        address, pool_size=1, max_overflow=-1, connect_args={"timeout": BUSY_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def sync_at_checkpoints(connection: Any, _: object) -> None:
        # In WAL mode this keeps a file whole in any case; a power cut may take the last events.
        connection.execute("pragma synchronous = normal")

    return engine


def _close(engine: Engine) -> None:
    """Close what nobody uses; what somebody does use comes back to the same pool.

    `Engine.dispose` would lose sight of that pool.
    """
    engine.pool.dispose()


def _file_at(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
