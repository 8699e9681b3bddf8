"""One file written whole or not at all, readable by its owner only.

Belongs here: temporary name, fsync, rename, and removing what a killed writer left.
Stays out: what is written.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNFINISHED = ".part"


def write_atomically(path: Path, content: bytes) -> None:
    """Write the file so that a reader, also after a power cut, sees the old or the new bytes."""
    make_private_folder(path.parent)
    with _held(path.parent) as folder:
        # Whoever wrote these is no more: the folder is held while one is written.
        for left in path.parent.glob(f".*{_UNFINISHED}"):
            left.unlink()
        _write(path, content)
        os.fsync(folder)


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(  # mode 0600
        dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def make_private_folder(folder: Path) -> None:
    """Create the folder and its missing parents for the owner only, whatever the umask says."""
    for missing in reversed([folder, *folder.parents]):
        if not missing.exists():
            missing.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _held(folder: Path) -> Iterator[int]:
    """One writer at a time in a folder; the lock is on the folder and dies with its holder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)
