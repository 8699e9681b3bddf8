"""Delivery that never doubles: each message as a file, its state in a file beside it.

    prepared ─┬─► sending ─┬─► sent      the server took it; a repeated night says so and stops
              │            ├─► failed    the server surely did not take it; tried again later
              │            └─► in_doubt  nobody can tell; shown, never sent again by itself
              ├─► failed                 it never came to the message itself
              └─► written                no mail server is set: the .eml is the delivery
    prepared, failed ─► superseded       never sent, and a later message says what it said

`sending` is written when the server has asked for the message and nothing of it was said yet. A
process killed then leaves that word behind; the next one reads it as `in_doubt`. How mail is
spoken stands in smtp.py; what a message says, in mail.py; the files, in outbox_files.py.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

from reports.atomic import write_atomically
from reports.corrections import said_in
from reports.outbox_files import LOCK_SECONDS, Delivery, OutboxBusy, OutboxFiles
from reports.smtp import Outcome, SmtpSettings, send

__all__ = ["Delivery", "Former", "Outbox", "OutboxBusy", "SmtpSettings"]

RETRIED_DAYS = 7  # a report that is older helps nobody; it stays on the list of what is not settled
_REACHED = ("sent", "in_doubt")  # what a reader has, or may have
_UNSENT = ("prepared", "failed")


class Former(NamedTuple):
    """The message that a reader has, or may have, about the same report; its figures if known."""

    delivery: Delivery
    figures: Mapping[str, Any] | None


class Outbox:
    """The messages of one data directory, in its outbox folder."""

    def __init__(self, folder: Path, *, lock_seconds: float = LOCK_SECONDS) -> None:
        self.folder = folder
        self._files = OutboxFiles(folder, lock_seconds=lock_seconds)

    def deliver(self, message: EmailMessage, *, key: str, smtp: SmtpSettings | None) -> Delivery:
        """Deliver the message once for its key, over SMTP or, without it, as a file."""
        self._files.message_path(key)
        with self._files.alone():
            return self._deliver(message, key, smtp=smtp)

    def post(
        self,
        subject: str,
        figures: Mapping[str, Any],
        compose: Callable[[Former | None], EmailMessage],
        *,
        key_of: Callable[[EmailMessage], str],
        smtp: SmtpSettings | None,
    ) -> Delivery:
        """Deliver a report once to a route, and again only as a correction of what it told.

        `subject` names date, report and route. `compose` makes the message, as a correction of the
        former one where a reader has one.
        """
        with self._files.alone():
            told = self._files.about(subject)
            reached = [one for one in told if _has_reached(one, smtp)]
            former = Former(reached[-1], self._files.figures(reached[-1].key)) if reached else None
            said = said_in(figures)
            if former and _said_before(former) == said:
                return _again(former.delivery)
            message = compose(former)
            key = key_of(message)
            if former and not _said_before(former) and key_of(compose(None)) == former.delivery.key:
                return _again(former.delivery)
            self._files.keep_figures(key, figures)
            number = max((one.number for one in told), default=0) + 1
            delivery = self._deliver(message, key, smtp=smtp, number=number, said=said)
            self._supersede([one for one in told if one.key != key], by=delivery)
            return delivery

    def has_reached(self, subject: str, *, smtp: SmtpSettings | None) -> bool:
        """Tell whether readers of a route have, or may have, a message about a report."""
        if not self.folder.is_dir():
            return False
        with self._files.alone():
            return any(_has_reached(one, smtp) for one in self._files.about(subject))

    def retry(self, smtp: SmtpSettings, *, without: Collection[str] = ()) -> list[Delivery]:
        """Send what surely was not sent in the last days, oldest first, until one fails again.

        `without` names what was tried just now.
        """
        done: list[Delivery] = []
        since = (datetime.now(UTC) - timedelta(days=RETRIED_DAYS)).isoformat()
        with self._files.alone():
            known = [one for one in map(self._files.read, self._files.every_key()) if one]
            for one in sorted(known, key=lambda one: one.at):
                is_due = one.state in _UNSENT and one.at >= since and one.key not in without
                if not is_due or not one.path.exists():
                    continue
                content = one.path.read_bytes()
                message = email.message_from_bytes(content, policy=email.policy.SMTP)
                done.append(self._send(message, content, one, smtp))
                if done[-1].state == "failed":
                    break
        return done

    def unsettled(self) -> list[Delivery]:
        """Return every message that failed or is in doubt, so that a night can say so."""
        return [one for one in self.all().values() if one.state in (*_UNSENT, "in_doubt")]

    def all(self) -> dict[str, Delivery]:
        """Return every message by its key, as it stands."""
        if not self.folder.is_dir():
            return {}
        with self._files.alone():
            found = {key: self._files.read(key) for key in self._files.every_key()}
        return {key: one for key, one in found.items() if one}

    def _deliver(
        self,
        message: EmailMessage,
        key: str,
        *,
        smtp: SmtpSettings | None,
        number: int = 0,
        said: str = "",
    ) -> Delivery:
        known = self._files.read(key)
        if known and (known.state in _REACHED or (known.state == "written" and smtp is None)):
            return _again(known)
        path = self._files.message_path(key)
        content = message.as_bytes()
        write_atomically(path, content)
        message_id = str(message["Message-ID"])
        prepared = self._files.write(
            Delivery("prepared", message_id, path, "ready to be sent", number=number, said=said)
        )
        if smtp is not None:
            return self._send(message, content, prepared, smtp)
        detail = "no mail server is set: kept as .eml"
        return self._files.write(replace(prepared, state="written", detail=detail))

    def _send(
        self, message: EmailMessage, content: bytes, prepared: Delivery, smtp: SmtpSettings
    ) -> Delivery:
        def note_sending() -> None:
            detail = "handed to the mail server, no answer yet"
            self._files.write(replace(prepared, state="sending", detail=detail))

        outcome: Outcome = send(
            content,
            sender=message["From"].addresses[0].addr_spec,
            recipients=[address.addr_spec for address in message["To"].addresses],
            settings=smtp,
            before_message=note_sending,
        )
        return self._files.write(
            replace(prepared, state=outcome.state, detail=outcome.detail, refused=outcome.refused)
        )

    def _supersede(self, others: list[Delivery], *, by: Delivery) -> None:
        """Close what was never sent: a later message about the same report took its place."""
        if by.state in _UNSENT:
            return
        for one in others:
            if one.state in _UNSENT:
                detail = f"never sent; {by.key} took its place"
                self._files.write(replace(one, state="superseded", detail=detail))


def _has_reached(one: Delivery, smtp: SmtpSettings | None) -> bool:
    return one.state in _REACHED or (one.state == "written" and smtp is None)


def _said_before(former: Former) -> str:
    """The digest of what readers were told; nothing where an old release or damage left none."""
    if former.delivery.said or former.figures is None:
        return former.delivery.said
    return said_in(former.figures)


def _again(known: Delivery) -> Delivery:
    """Return a settled delivery in the words of a repeated night."""
    before = {"sent": "already sent", "written": "already written"}.get(known.state)
    detail = f"{before}: {known.detail}" if before else known.detail
    return replace(known, detail=detail, repeated=True)
