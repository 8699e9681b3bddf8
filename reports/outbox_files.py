"""The files of an outbox: each message, its state and the figures it told, under one lock.

Belongs here: names, reading and writing, and what a state left by a killed process means.
Stays out: what is sent, when and whether again (outbox.py).
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from reports.atomic import make_private_folder, write_atomically

State = Literal["prepared", "sending", "sent", "in_doubt", "failed", "written", "superseded"]
LOCK_SECONDS = 180.0  # longer than one conversation with a mail server may take
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}", re.ASCII)
_DIGEST = re.compile(r"-[0-9a-f]{12}", re.ASCII)


class OutboxBusy(RuntimeError):
    """Another process delivered mail for longer than a delivery may take."""


@dataclass(frozen=True)
class Delivery:
    """What became of one message; `repeated` when it was settled before this call.

    `number` counts the messages about one report to one route, from 1; `said` is the digest of
    what this one tells.
    """

    state: State
    message_id: str
    path: Path
    detail: str
    refused: tuple[str, ...] = ()
    at: str = ""
    number: int = 0
    said: str = ""
    repeated: bool = False

    @property
    def key(self) -> str:
        """The name that the message is filed under."""
        return self.path.stem


class OutboxFiles:
    """One folder; every method but `alone` is called by whoever holds its lock."""

    def __init__(self, folder: Path, *, lock_seconds: float) -> None:
        self.folder = folder
        self._lock_seconds = lock_seconds

    def message_path(self, key: str) -> Path:
        """Where a message lies; a key that could be a path is refused."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} cannot name a message.")
        return self.folder / f"{key}.eml"

    def read(self, key: str) -> Delivery | None:
        """Return how a message stands; `sending` without a sender becomes `in_doubt`, for good."""
        known = self._read(key)
        if known is None or known.state != "sending":
            return known
        doubt = (
            "The process ended while the message was being sent: it may have arrived. Ask a"
            f" recipient; to send it again remove {self._state_path(key).name} and repeat."
        )
        return self.write(replace(known, state="in_doubt", detail=doubt))

    def write(self, delivery: Delivery) -> Delivery:
        """Keep a state, stamped with this moment."""
        stamped = replace(delivery, at=datetime.now(UTC).isoformat(timespec="seconds"))
        stored = asdict(stamped)
        del stored["path"], stored["repeated"]
        content = json.dumps(stored, indent=2, sort_keys=True) + "\n"
        write_atomically(self._state_path(delivery.key), content.encode("utf-8"))
        return stamped

    def every_key(self) -> list[str]:
        """Return the names of all messages that have a state."""
        names = (path.name for path in self.folder.glob("*.state.json"))
        return sorted(name.removesuffix(".state.json") for name in names if name[0] != ".")

    def about(self, subject: str) -> list[Delivery]:
        """Return all messages about one report to one route, in the order of their making."""
        keys = [
            key
            for key in self.every_key()
            if key.startswith(subject) and _DIGEST.fullmatch(key.removeprefix(subject))
        ]
        found = [one for one in map(self.read, keys) if one]
        return sorted(found, key=lambda one: (one.number, one.at))

    def keep_figures(self, key: str, figures: Mapping[str, Any]) -> None:
        """Keep what a message tells, so that a later one can name each figure that differs."""
        content = json.dumps(figures, sort_keys=True).encode("ascii")
        write_atomically(self._figures_path(key), gzip.compress(content, 6, mtime=0))

    def figures(self, key: str) -> Mapping[str, Any] | None:
        """Return what a message told; None where that is not known any more."""
        path = self._figures_path(key)
        if not path.exists():
            return None
        try:
            kept: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
        except (ValueError, EOFError, OSError):
            return None
        return kept

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one process deliver at a time; the lock dies with its process."""
        make_private_folder(self.folder)
        handle = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            deadline = time.monotonic() + self._lock_seconds
            while not _taken(handle):
                if time.monotonic() > deadline:
                    raise OutboxBusy("Another process is delivering mail; try again later.")
                time.sleep(0.05)
            yield
        finally:
            os.close(handle)

    def _read(self, key: str) -> Delivery | None:
        path = self._state_path(key)
        if not path.exists():
            return None
        try:
            stored = json.loads(path.read_bytes())
            return Delivery(
                stored["state"],
                stored["message_id"],
                self.message_path(key),
                stored["detail"],
                tuple(stored["refused"]),
                stored["at"],
                stored.get("number", 0),
                stored.get("said", ""),
            )
        except (ValueError, KeyError, TypeError):
            detail = f"{path.name} cannot be read, so nobody can tell whether this was sent."
            return Delivery("in_doubt", "", self.message_path(key), detail)

    def _state_path(self, key: str) -> Path:
        return self.folder / f"{key}.state.json"

    def _figures_path(self, key: str) -> Path:
        return self.folder / f"{key}.figures.json.gz"


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
