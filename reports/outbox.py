"""Delivery that never doubles: each message as a file, its state in a file beside it.

    prepared ─► sending ─┬─► sent        the server took it; a repeated night says so and stops
                         ├─► failed      the server surely did not take it; may be tried again
                         └─► in_doubt    nobody can tell; shown, never sent again by itself
    prepared ─► written                  no mail server is set: the .eml is the delivery

A process killed while `sending` leaves that word behind; the next one reads it as `in_doubt`.
How mail is spoken stands in smtp.py; what a message says, in mail.py.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from reports.atomic import make_private_folder, write_atomically
from reports.smtp import Outcome, SmtpSettings, send

__all__ = ["Delivery", "Outbox", "OutboxBusy", "SmtpSettings"]

State = Literal["prepared", "sending", "sent", "in_doubt", "failed", "written"]
LOCK_SECONDS = 180.0  # longer than one conversation with a mail server may take
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}", re.ASCII)


class OutboxBusy(RuntimeError):
    """Another process delivered mail for longer than a delivery may take."""


@dataclass(frozen=True)
class Delivery:
    """What became of one message; `repeated` when it was settled before this call."""

    state: State
    message_id: str
    path: Path
    detail: str
    refused: tuple[str, ...] = ()
    at: str = ""
    repeated: bool = False


class Outbox:
    """The messages of one data directory, in its outbox folder."""

    def __init__(self, folder: Path, *, lock_seconds: float = LOCK_SECONDS) -> None:
        self.folder = folder
        self._lock_seconds = lock_seconds

    def deliver(self, message: EmailMessage, *, key: str, smtp: SmtpSettings | None) -> Delivery:
        """Deliver the message once for its key, over SMTP or, without it, as a file."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} cannot name a message.")
        with self._alone():
            known = self._settled(key)
            if known and (known.state != "written" or smtp is None):
                return _again(known)
            content = message.as_bytes()
            write_atomically(self._path(key), content)
            self._record(key, message, "prepared", "ready to be sent")
            if smtp is None:
                return self._record(key, message, "written", "no mail server is set: kept as .eml")
            self._record(key, message, "sending", "handed to the mail server, no answer yet")
            outcome = send(
                content,
                sender=message["From"].addresses[0].addr_spec,
                recipients=[address.addr_spec for address in message["To"].addresses],
                settings=smtp,
            )
            return self._record(key, message, outcome.state, outcome.detail, outcome=outcome)

    def unsettled(self) -> list[Delivery]:
        """Return every message that failed or is in doubt, so that a night can say so."""
        if not self.folder.is_dir():
            return []
        with self._alone():
            keys = [path.name.removesuffix(".state.json") for path in self._states()]
            found = [self._after_a_kill(key) for key in keys]
        return [one for one in found if one and one.state in ("prepared", "failed", "in_doubt")]

    def all(self) -> dict[str, Delivery]:
        """Return every message by its key, as it stands."""
        if not self.folder.is_dir():
            return {}
        with self._alone():
            keys = [path.name.removesuffix(".state.json") for path in self._states()]
            found = {key: self._after_a_kill(key) for key in keys}
        return {key: one for key, one in found.items() if one}

    def _settled(self, key: str) -> Delivery | None:
        """Return the delivery when nothing may or need be done again by itself."""
        known = self._after_a_kill(key)
        return known if known and known.state in ("sent", "in_doubt", "written") else None

    def _after_a_kill(self, key: str) -> Delivery | None:
        """Return the stored state; `sending` without a sender becomes `in_doubt`, for good."""
        known = self._read(key)
        if known is None or known.state != "sending":
            return known
        doubt = Delivery(
            "in_doubt",
            known.message_id,
            known.path,
            "The process ended while the message was being sent: it may have arrived. Ask a"
            f" recipient; to send it again remove {self._state_path(key).name} and repeat.",
            at=_now(),
        )
        return self._write(key, doubt)

    def _read(self, key: str) -> Delivery | None:
        path = self._state_path(key)
        if not path.exists():
            return None
        try:
            stored = json.loads(path.read_bytes())
            return Delivery(
                stored["state"],
                stored["message_id"],
                self._path(key),
                stored["detail"],
                tuple(stored["refused"]),
                stored["at"],
            )
        except (ValueError, KeyError, TypeError):
            detail = f"{path.name} cannot be read, so nobody can tell whether this was sent."
            return Delivery("in_doubt", "", self._path(key), detail)

    def _record(
        self,
        key: str,
        message: EmailMessage,
        state: State,
        detail: str,
        *,
        outcome: Outcome | None = None,
    ) -> Delivery:
        refused = outcome.refused if outcome else ()
        message_id = str(message["Message-ID"])
        return self._write(
            key, Delivery(state, message_id, self._path(key), detail, refused, _now())
        )

    def _write(self, key: str, delivery: Delivery) -> Delivery:
        stored = asdict(delivery)
        del stored["path"], stored["repeated"]
        content = json.dumps(stored, indent=2, sort_keys=True) + "\n"
        write_atomically(self._state_path(key), content.encode("utf-8"))
        return delivery

    def _states(self) -> list[Path]:
        return sorted(
            path for path in self.folder.glob("*.state.json") if not path.name.startswith(".")
        )

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.eml"

    def _state_path(self, key: str) -> Path:
        return self.folder / f"{key}.state.json"

    @contextmanager
    def _alone(self) -> Iterator[None]:
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


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _again(known: Delivery) -> Delivery:
    """Return a settled delivery in the words of a repeated night."""
    before = {"sent": "already sent", "written": "already written"}.get(known.state)
    detail = f"{before}: {known.detail}" if before else known.detail
    return Delivery(
        known.state, known.message_id, known.path, detail, known.refused, known.at, repeated=True
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
