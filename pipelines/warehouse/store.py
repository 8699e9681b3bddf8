"""Opening the working database: one writer at a time, short connections, the same settings always.

Belongs here: the writer lock, connection settings, free-space preflight.
Stays out: any query about the domain.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from pipelines.faults import ChainBroken, DiskFull, StoreBusy, StoreFault
from pipelines.settings import Places
from pipelines.warehouse.queries import SCHEMA, first_row, run_scripts, script

LOCK_WAIT_SECONDS = 600.0
RUN_WAIT_SECONDS = 6 * 3600.0
"""A night waits as long as a long backfill may last."""
LOCK_POLL_SECONDS = 0.2
FREE_BYTES_MINIMUM = 256 * 1024 * 1024
MEMORY_LEAST_BYTES = 320 * 2**20
"""What the database may keep in memory; the rest of large steps spills to disk beside its file."""
MEMORY_BYTES_A_ROW = 340
"""Of a book above a million transactions: joins, of which only one at once spills, take 320."""
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
_NO_BLOCK = re.compile(r"Failed to commit: (failed to pin|could not allocate) block")
STORAGE_VERSION = "v1.5.0"
"""Readers of DuckDB 1.5 can open what we write."""


def private_folder(path: Path) -> Path:
    """Create a folder that only its owner can enter, and its parents."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def lay_out(places: Places) -> None:
    """Create the data directory; files made afterwards are readable by their owner only."""
    os.umask(0o077)
    for folder in (
        places.root,
        places.landing,
        places.orders_inbox,
        places.orders_archive,
        places.published.parent,
        places.reports,
        places.outbox,
        places.actions,
        places.control,
        places.dagster_home,
    ):
        private_folder(folder)


_kept: dict[Path, duckdb.DuckDBPyConnection] = {}
"""Connections that stay open while a night is alone."""

_held: set[Path] = set()
"""Locks that this process holds: a night takes the lock once and its steps find it taken."""


@contextmanager
def writer_lock(
    places: Places,
    *,
    wait_seconds: float = LOCK_WAIT_SECONDS,
    on_wait: Callable[[str], None] | None = None,
    holder: str = "",
) -> Iterator[None]:
    """Hold the one writer lock; the operating system releases it when the process dies.

    Inside a block that holds it already, this does nothing. Raises StoreBusy when another process
    keeps it for longer than `wait_seconds`. What is said of the `holder` is what others wait for.
    """
    path = places.control / "writer.lock"
    if path in _held:
        yield
        return
    private_folder(places.control)
    with path.open("a+", encoding="utf-8") as handle:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreBusy(
                        "Another run has been writing to the warehouse for "
                        f"{wait_seconds:.0f} seconds{_named(path)}.",
                        "Wait for it to end, then start this run again.",
                    ) from None
                if on_wait is not None:
                    on_wait(f"waiting for another run on this store to end{_named(path)}")
                    on_wait = None
                time.sleep(LOCK_POLL_SECONDS)
        handle.truncate(0)
        handle.write(holder)
        handle.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
            handle.truncate(0)


def _named(path: Path) -> str:
    """Who holds the lock, as far as it said so."""
    holder = path.read_text(encoding="utf-8", errors="replace").strip()
    return f": {holder}" if holder else ""


def require_free_space(places: Places, *, besides: int = 0) -> None:
    """Refuse to begin when the disk is nearly full: a torn write costs more than a late report.

    So many bytes `besides` are about to be written.
    """
    free = shutil.disk_usage(places.root).free - besides
    if free < FREE_BYTES_MINIMUM:
        raise DiskFull(
            f"Only {(free + besides) // 2**20} MB are free where the data directory lies.",
            f"Free at least {(FREE_BYTES_MINIMUM + besides) // 2**20} MB, then start again.",
        )


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database file with the settings every query relies on."""
    try:
        connection = duckdb.connect(
            str(path),
            read_only=read_only,
            config={"storage_compatibility_version": STORAGE_VERSION} if not read_only else {},
        )
    except duckdb.Error as broken:
        raise ChainBroken(
            f"{path.name} cannot be opened as a database: {str(broken).splitlines()[0]}.",
            "Run `recon verify`: it says what does not hold and what to do.",
        ) from broken
    limit_memory(connection, MEMORY_LEAST_BYTES)
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(script("macros"))
    return connection


@contextmanager
def open_warehouse(
    places: Places, *, may_begin_anew: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database under the writer lock; checkpointed and closed afterwards.

    Raises StoreFault for whatever the database refuses inside, and ChainBroken when the file of a
    store that was written to is gone: an empty one in its place would hide that.
    """
    lay_out(places)
    if not may_begin_anew:
        _require_not_lost(places)
    require_free_space(places)
    kept = _kept.get(places.warehouse)
    with _database_faults():
        if kept is not None:
            limit_memory(kept, _memory_for(kept))
            yield kept
            kept.execute("checkpoint")
            return
        with writer_lock(places):
            remove_spilled(places.warehouse)
            connection = connect(places.warehouse)
            try:
                run_scripts(connection, SCHEMA)
                limit_memory(connection, _memory_for(connection))
                yield connection
                connection.execute("checkpoint")
            finally:
                connection.close()


def _memory_for(connection: duckdb.DuckDBPyConnection) -> int:
    """As many bytes as judging the book needs that is held by now."""
    (held,) = first_row(connection, "select count(*) from raw.transactions") or (0,)
    return max(MEMORY_LEAST_BYTES, int(held) * MEMORY_BYTES_A_ROW)


def limit_memory(connection: duckdb.DuckDBPyConnection, most_bytes: int) -> None:
    """How much the database may keep in memory, to the kilobyte."""
    connection.execute(f"set memory_limit = '{most_bytes // 1024}KiB'")


def tell_nobody(_: str) -> None:
    """Nobody listens to what a run tells."""


def with_memory(
    connection: duckdb.DuckDBPyConnection,
    work: Callable[[int], None],
    *,
    tell: Callable[[str], None] = tell_nobody,
) -> None:
    """Do work that is all or nothing, and again with twice the memory when it runs out of it.

    Long ids, large cases and large reports need more than a book of that size, and may have up to
    half of the memory there is. The work is told how many bytes the database may take.
    """
    most_bytes = _memory_for(connection)
    while True:
        limit_memory(connection, most_bytes)
        try:
            work(most_bytes)
        except duckdb.Error as refused:
            if most_bytes >= half_of_memory() or not _ran_out_of_memory(refused):
                raise
            was, most_bytes = most_bytes, min(2 * most_bytes, half_of_memory())
            tell(
                f"the database ran out of {was // 2**20:,} MiB of memory: "
                f"the step is done again with {most_bytes // 2**20:,} MiB"
            )
        else:
            return


def half_of_memory() -> int:
    """Half of the bytes of memory that the machine has, or that its container may use."""
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        # Where there is no limit it says so in a word.
        most = min(most, int(CONTAINER_LIMIT.read_text(encoding="ascii")))
    return most // 2


def _ran_out_of_memory(refused: BaseException) -> bool:
    """Whether it began with that: a commit says it otherwise, and so does what tidies up after it.

    A database that is no longer valid cannot try again.
    """
    found: BaseException | None = refused
    while found is not None and not isinstance(found, duckdb.FatalException):
        if isinstance(found, duckdb.OutOfMemoryException):
            return True
        if isinstance(found, duckdb.TransactionException) and _NO_BLOCK.search(str(found)):
            return True
        found = found.__context__
    return False


def remove_spilled(file: Path) -> None:
    """Remove what a killed run spilled beside a database file; nobody reads it again."""
    left = file.with_name(f"{file.name}.tmp")
    if left.is_dir():
        shutil.rmtree(left)


def _require_not_lost(places: Places) -> None:
    chain = places.control / "chain.jsonl"
    if not places.warehouse.exists() and chain.exists() and chain.stat().st_size:
        raise ChainBroken(
            f"{places.warehouse.name} is missing, although commits were made to it.",
            "Run `recon verify`: it says what does not hold and what to do.",
        )


@contextmanager
def _database_faults() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as refused:
        if "No space left" in str(refused):
            raise DiskFull(
                "The disk ran full while the warehouse was written.",
                "Free space, then start the run again.",
            ) from refused
        said = str(refused).splitlines()[0][:300]
        raise StoreFault(
            f"The database refused a step: {said}.",
            "Nothing was published; report this with the run's log.",
        ) from refused


@contextmanager
def kept_open(places: Places, *, may_begin_anew: bool = False) -> Iterator[None]:
    """Keep one connection for all that opens the warehouse inside; hold the writer lock around it.

    Opening costs as much as a small step does, and a night opens the warehouse thirty times.
    """
    if places.warehouse in _kept:
        yield
        return
    with open_warehouse(places, may_begin_anew=may_begin_anew) as connection:
        _kept[places.warehouse] = connection
        try:
            yield
        finally:
            del _kept[places.warehouse]


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the statements inside, or none of them."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
