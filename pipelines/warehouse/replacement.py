"""Another file in the place of the warehouse: made beside it, put there by one rename.

Belongs here: the names of the new and the old file, and the order of renames. Use it under the
writer lock. Stays out: what is written into the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

import duckdb

from pipelines.faults import ReconFault
from pipelines.settings import Places
from pipelines.warehouse.store import connect, remove_spilled

Answer = TypeVar("Answer")
ASIDE = ".before-rebuild"


def sweep_replacement(places: Places) -> None:
    """Remove what a killed rebuild left: its unfinished file, and a name that keeps nothing.

    Such a name was given to the old file before the new one took its place, which it never did:
    the next night would change both.
    """
    old = places.warehouse
    _remove(_in_the_making(places))
    for aside in old.parent.glob(f"{old.name}{ASIDE}*"):
        if old.exists() and aside.samefile(old):
            aside.unlink()


@contextmanager
def file_in_the_making(places: Places) -> Iterator[Path]:
    """The path of a file beside the warehouse; what is left there in the end is removed."""
    sweep_replacement(places)
    file = _in_the_making(places)
    try:
        yield file
    finally:
        _remove(file)
        for left in places.published.parent.glob(f".{places.published.name}.new*"):
            left.unlink()


def read_from(file: Path, question: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer | None:
    """What a database file answers; None when it is not there or cannot be read."""
    if not file.exists():
        return None
    try:
        connection = connect(file, read_only=True)
    except (ReconFault, duckdb.Error):
        return None
    try:
        return question(connection)
    except duckdb.Error:
        return None
    finally:
        connection.close()


def put_in_place(file: Path, places: Places) -> Path | None:
    """One rename; until then the old file stands, and afterwards it is kept under another name."""
    old = places.warehouse
    aside = _free_name(old)
    _fold_log(old)
    if old.exists():
        os.link(old, aside)
    if _log_of(old).exists():
        # Left behind, it would be taken for the new file's.
        _log_of(old).replace(_log_of(aside))
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
    file.replace(old)
    folder = os.open(old.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return aside if aside.exists() else None


def _free_name(old: Path) -> Path:
    """Where the old file goes; what an earlier rebuild put aside is kept too."""
    names = (f"{old.name}{ASIDE}{f'-{number}' if number > 1 else ''}" for number in count(1))
    return next(path for name in names if not (path := old.with_name(name)).exists())


def _in_the_making(places: Places) -> Path:
    return places.warehouse.with_name(f"{places.warehouse.name}.rebuilt")


def _fold_log(file: Path) -> None:
    """Bring what stands in a file's WAL into it: a kill between their renames would part them.

    Where that cannot be done the file is damaged, and the WAL is put aside with it.
    """
    if not (file.exists() and _log_of(file).exists()):
        return
    with suppress(ReconFault, duckdb.Error), closing(connect(file)) as connection:
        connection.execute("checkpoint")


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")


def _remove(file: Path) -> None:
    for path in (file, _log_of(file)):
        path.unlink(missing_ok=True)
    remove_spilled(file)
