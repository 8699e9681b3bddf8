"""A state file belongs to one sandbox at a time: a lock on a file beside it.

The lock ends with the process that holds it, however it ends; the file beside stays, and says
nothing. Not on the state file itself: to close it a second time would end SQLite's own locks.
"""

from __future__ import annotations

import fcntl
from pathlib import Path

from pipelines.sandbox.plan import SandboxRefused


class StateHold:
    """The sole right to a state file, until released."""

    def __init__(self, state: Path) -> None:
        self._file = state.with_name(state.name + ".lock").open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            self._file.close()
            raise SandboxRefused(
                f"The state file {state} is in use by another sandbox: stop it, or name another."
            ) from taken

    def release(self) -> None:
        """Let others have it; a second call does nothing."""
        self._file.close()
