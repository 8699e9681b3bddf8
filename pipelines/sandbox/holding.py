"""A state file belongs to one sandbox at a time: a lock on a file beside it.

The lock ends with the process that holds it, however it ends; a file left beside by a killed one
says nothing. Not on the state file itself: to close it a second time would end SQLite's own locks.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pipelines.sandbox.plan import SandboxRefused


class StateHold:
    """The sole right to a state file, until released."""

    def __init__(self, state: Path) -> None:
        self._place = state.with_name(state.name + ".lock")
        try:
            self._file = _locked(self._place)
        except BlockingIOError as taken:
            raise SandboxRefused(
                f"The state file {state} is in use by another sandbox: stop it, or name another."
            ) from taken

    def release(self) -> None:
        """Let others have it, and leave nothing beside it; a second call does nothing."""
        if self._file.closed:
            return
        # Only who holds the lock removes its file, and does so before letting go.
        with suppress(OSError):
            self._place.unlink()
        self._file.close()


def _locked(place: Path) -> BinaryIO:
    """The file at a place, locked; BlockingIOError when somebody holds it.

    A lock on a file that its holder removed meanwhile is worth nothing: the place is tried again.
    """
    while True:
        file = place.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _stands_at(place, file):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _stands_at(place: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(place.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
