"""Opening a file of a folder where anybody may drop anything, and reading it without surprises.

Links are not followed, pipes and devices not opened, and no more is read than is allowed. Exports
are read piece by piece and never held whole; only the small files beside them are.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.names import shown_name

Looks = tuple[int, int, int]
_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Taken:
    """The bytes of a small file, and its inode, size and mtime from before they were read."""

    content: bytes
    looks: Looks


@dataclass(frozen=True)
class Surveyed:
    """What a file is, without its bytes; `lines` is None where the last one has no end."""

    looks: Looks
    digest: str
    lines: int | None


class ExportChanged(Exception):
    """The file is no longer the one that was surveyed: it is to be looked at again, not refused."""


@dataclass(frozen=True)
class Whereabouts:
    """Where an export lies, and what it was like when it was surveyed."""

    folder: Path
    name: str
    looks: Looks
    digest: str

    @property
    def modified_ns(self) -> int:
        """When its bytes were last written, as its file system says."""
        return self.looks[2]

    def copy_to(self, target: Path) -> None:
        """Copy the bytes; raise `ExportChanged` where they are not those that were surveyed."""
        try:
            folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            raise ExportChanged(self.name) from None
        try:
            with (
                _opened(folder, self.name, limit=self.looks[1]) as file,
                target.open("wb") as copy,
            ):
                # Looked at before and behind: what is written into meanwhile is not copied whole.
                before = looks_of(os.fstat(file.fileno()))
                shutil.copyfileobj(file, copy, _PIECE_BYTES)
                if not before == self.looks == looks_of(os.fstat(file.fileno())):
                    raise ExportChanged(self.name)
        except (FileNotFoundError, OrderFileRefused):
            raise ExportChanged(self.name) from None
        finally:
            os.close(folder)


def take(folder: int, name: str, *, limit: int) -> Taken:
    """Read a small regular file of this open folder; raise `OrderFileRefused` for anything else.

    `FileNotFoundError` passes: what has just vanished is no fault of anybody's.
    """
    with _refused_unread(name), _opened(folder, name, limit=limit) as file:
        looks = looks_of(os.fstat(file.fileno()))
        content = file.read(limit + 1)
    if len(content) > limit:
        raise _too_large(name, limit)
    return Taken(content, looks)


def survey(folder: int, name: str, *, limit: int) -> Surveyed:
    """Read a regular file of this open folder piece by piece; else as `take`."""
    digest, size, lines, last = hashlib.sha256(), 0, 0, b""
    with _refused_unread(name), _opened(folder, name, limit=limit) as file:
        looks = looks_of(os.fstat(file.fileno()))
        while piece := file.read(_PIECE_BYTES):
            size += len(piece)
            if size > limit:
                raise _too_large(name, limit)
            digest.update(piece)
            lines += piece.count(b"\n")
            last = piece
    return Surveyed(looks, digest.hexdigest(), lines if last.endswith(b"\n") else None)


def _opened(folder: int, name: str, *, limit: int) -> IO[bytes]:
    with _refused_unread(name):
        _refuse_irregular(name, os.stat(name, dir_fd=folder, follow_symlinks=False))
        # Without O_NONBLOCK, opening a named pipe would wait for somebody to write into it.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.fdopen(os.open(name, flags, dir_fd=folder), "rb")
    entry = os.fstat(file.fileno())
    try:
        _refuse_irregular(name, entry)
        # A sparse file is as large as it says: nothing of it is read.
        if entry.st_size > limit:
            raise _too_large(name, limit)
    except OrderFileRefused:
        file.close()
        raise
    return file


@contextmanager
def _refused_unread(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise OrderFileRefused(
            shown_name(name),
            f"it cannot be read ({error.strerror}).",
            remedy="Correct its permissions, or drop it again.",
        ) from None


def _too_large(name: str, limit: int) -> OrderFileRefused:
    return OrderFileRefused(
        shown_name(name),
        f"it is larger than {limit:,} bytes.",
        remedy="Split the export by date and drop the parts.",
    )


def looks_now(folder: int, name: str) -> Looks | None:
    """Give what `Taken.looks` would be now; None for a file that is gone."""
    try:
        return looks_of(os.stat(name, dir_fd=folder, follow_symlinks=False))
    except OSError:
        return None


def _refuse_irregular(name: str, entry: os.stat_result) -> None:
    if stat.S_ISREG(entry.st_mode):
        return
    if stat.S_ISDIR(entry.st_mode):
        what, remedy = "it is a folder.", "Drop the exports in it themselves."
    else:
        what, remedy = "it is a link or a device.", "Drop it again as a regular file of its own."
    raise OrderFileRefused(shown_name(name), what, remedy=remedy)


def looks_of(entry: os.stat_result) -> Looks:
    """Give what tells whether a file is still the one that it was."""
    return entry.st_ino, entry.st_size, entry.st_mtime_ns
