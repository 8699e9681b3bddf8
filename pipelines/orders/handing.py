"""Folders in which an export's bytes are handed to the process that reads them.

Belongs here: making one, keeping it while it is used, and removing those that a killed process
left with a shop's rows in them. Stays out: what is written into them (`intake`, `worker`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PREFIX = "reading-"


@contextmanager
def handed_over(parent: Path) -> Iterator[Path]:
    """A folder of its own, locked by whoever uses it; it goes with the block."""
    with ExitStack() as used:
        with _held(parent):
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            used.enter_context(_held(folder))
        used.callback(_remove, folder)
        yield folder


def sweep(parent: Path) -> None:
    """Remove the folders that nobody uses any more."""
    if not parent.exists():
        return
    with _held(parent):
        for left in parent.glob(f"{PREFIX}*"):
            with suppress(BlockingIOError, FileNotFoundError), _held(left, may_wait=False):
                _remove(left)


def _remove(folder: Path) -> None:
    """What a dying reader still writes into it goes with the next sweep."""
    with suppress(OSError):
        shutil.rmtree(folder)


@contextmanager
def _held(folder: Path, *, may_wait: bool = True) -> Iterator[None]:
    """A lock on the folder itself, which dies with its holder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if may_wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)
