"""Opening a file of a folder where anybody may drop anything, and reading it without surprises.

Links are not followed, pipes and devices not opened, and no more is read than is allowed.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.names import shown_name

Looks = tuple[int, int, int]


@dataclass(frozen=True)
class Taken:
    """The bytes of a file, and its inode, size and mtime from before they were read."""

    content: bytes
    looks: Looks


def take(folder: int, name: str, *, limit: int) -> Taken:
    """Read a regular file of this open folder; raise `OrderFileRefused` for anything else.

    `FileNotFoundError` passes: what has just vanished is no fault of anybody's.
    """
    try:
        _refuse_irregular(name, os.stat(name, dir_fd=folder, follow_symlinks=False))
        # Without O_NONBLOCK, opening a named pipe would wait for somebody to write into it.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
            entry = os.fstat(file.fileno())
            _refuse_irregular(name, entry)
            # A sparse file is as large as it says: nothing of it is read.
            content = file.read(limit + 1) if entry.st_size <= limit else b""
    except FileNotFoundError:
        raise
    except OSError as error:
        raise OrderFileRefused(
            shown_name(name),
            f"it cannot be read ({error.strerror}).",
            remedy="Correct its permissions, or drop it again.",
        ) from None
    if max(entry.st_size, len(content)) > limit:
        raise OrderFileRefused(
            shown_name(name),
            f"it is larger than {limit:,} bytes.",
            remedy="Split the export by date and drop the parts.",
        )
    return Taken(content, _looks(entry))


def looks_now(folder: int, name: str) -> Looks | None:
    """Give what `Taken.looks` would be now; None for a file that is gone."""
    try:
        return _looks(os.stat(name, dir_fd=folder, follow_symlinks=False))
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


def _looks(entry: os.stat_result) -> Looks:
    return entry.st_ino, entry.st_size, entry.st_mtime_ns
