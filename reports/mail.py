"""Figures to a mail: subject with the verdict, the page's top part, the wanted forms attached.

The same inputs give the same bytes: Message-ID, boundaries and Date come from the figures. A
header is made of fixed words, dates, counts and amounts only. What the body says stands in
letters.py; sending is outbox.py's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from reports import lists, wording
from reports.figures import figures_digest
from reports.files import rendered_form
from reports.letters import inlined, letter_of
from reports.tables import Figures

PLACEHOLDER = "recon@localhost"  # sender and recipient while none is set: the .eml stays valid
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_KEY = re.compile(
    r"<(\d{4}-\d{2}-\d{2}-[a-z_]+(?:\.[a-z0-9_]+)?-[0-9a-f]{12})[0-9a-f]{20}@[^<>@\s]+>", re.ASCII
)
_ATTACHED = {
    "html": ("text", "html"),
    "csv": ("text", "csv"),
    "json": ("application", "json"),
    "txt": ("text", "plain"),
    "pdf": ("application", "pdf"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


_NOT_PUBLISHED = (
    "nothing was published",
    "Nothing was published; the last published figures still stand.",
)
_PUBLISHED = (
    "figures published, report not delivered",
    "The new figures were published; only their report was not delivered.",
)


_LINE_BYTES = 998  # as long as a line may be, RFC 5322 2.1.1


class _WholeSubjects(EmailPolicy):
    """Writes a subject on one line where it fits: folded, its first line may be left empty."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header as bytes, a subject folded only where the longest line ends."""
        wide = name.lower() == "subject" and self.max_line_length != _LINE_BYTES
        policy = self.clone(max_line_length=_LINE_BYTES) if wide else self
        return super(_WholeSubjects, policy).fold_binary(name, value)


_POLICY = _WholeSubjects(linesep=SMTP.linesep)


class HeaderRefused(ValueError):
    """A header would hold something that could start another header or hide what it says."""


def compose_report(
    figures: Figures,
    *,
    sender: str | None,
    recipients: Sequence[str],
    route: str = "",
    attached: Mapping[str, bytes] | None = None,
    follows: str = "",
) -> EmailMessage:
    """Return the mail of one report: HTML and text, chart by cid, the forms attached.

    Without `attached` its list is. `follows` is the key of the mail that this one corrects; what
    differs from it stands in the figures' `changes`, the first of which the body lists and all of
    which are attached.
    """
    date = wording.business_date(figures["business_date"]).isoformat()
    digest = figures_digest(figures)
    if follows:
        # Figures may return to what an earlier mail said, and that is news again.
        digest = hashlib.sha256(f"{digest} after {follows}".encode("ascii")).hexdigest()
    forms = {"csv": rendered_form(figures, "csv")} if attached is None else attached
    letter = letter_of(figures, is_attached="csv" in forms)
    message = _envelope(
        letter.subject,
        sender=sender,
        recipients=recipients,
        name=delivery_subject(figures, route),
        digest=digest,
        moment=wording.instant(figures["as_of"]),
    )
    message.set_content(letter.text, cte="quoted-printable")
    cid = f"chart.{digest[:16]}@recon" if letter.picture else ""
    message.add_alternative(letter.html(cid), subtype="html", cte="quoted-printable")
    if letter.picture:
        *_, body = message.iter_parts()
        body.add_related(
            letter.picture(),
            "image",
            "png",
            cid=f"<{cid}>",
            disposition="inline",
            filename="chart.png",
        )
    name = figures["name"]
    for form, content in forms.items():
        stem = "breaks" if (name, form) == ("daily", "csv") else name
        message.add_attachment(content, *_ATTACHED[form], filename=f"{stem}-{date}.{form}")
    if figures["changes"]:
        content = lists.render_changes(figures).encode("utf-8")
        message.add_attachment(content, *_ATTACHED["txt"], filename=f"{name}-changes-{date}.txt")
    return _with_fixed_boundaries(message, digest)


def delivery_subject(figures: Mapping[str, Any], route: str) -> str:
    """Return what the mails about one report to one route share: date, report and route."""
    date = wording.business_date(figures["business_date"]).isoformat()
    return f"{date}-{figures['name']}" + (f".{route}" if route else "")


def compose_failure(
    *,
    business_date: str,
    failed: str,
    not_sent: Sequence[str],
    remedy: str,
    sender: str | None,
    recipients: Sequence[str],
    run_id: str,
    failed_at: datetime | None = None,
    is_published: bool = False,
) -> EmailMessage:
    """Return the mail of a night that did not finish: what failed, what was not sent, what to do.

    Without `failed_at` the Date is the end of the business date in UTC, so bytes stay the same.
    """
    day = wording.business_date(business_date)
    missing = [not_sent] if isinstance(not_sent, str) else list(not_sent)
    # One mail a run, whoever notices its failure first and however it is worded.
    said = "\0".join([business_date, run_id])
    digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    standing = _PUBLISHED if is_published else _NOT_PUBLISHED
    message = _envelope(
        f"FAILED {day.isoformat()}: the night did not finish, {standing[0]}",
        sender=sender,
        recipients=recipients,
        name=f"{day.isoformat()}-failure",
        digest=digest,
        moment=failed_at or datetime.combine(day + timedelta(days=1), time(), UTC),
    )
    words: dict[str, object] = {
        "business_date": day.isoformat(),
        "failed": failed,
        "not_sent": missing,
        "remedy": remedy,
        "run_id": run_id,
        "standing": standing[1],
    }
    plain = [f"The night of {day.isoformat()} did not finish.", standing[1], ""]
    plain += ["What failed:", f"  {wording.plain(failed)}"]
    plain += ["What was not sent:", *(f"  {wording.plain(one)}" for one in missing)]
    plain += ["What to do:", f"  {wording.plain(remedy)}", "", f"Run {wording.plain(run_id)}", ""]
    message.set_content("\n".join(plain), cte="quoted-printable")
    message.add_alternative(
        inlined("failure.html.j2", words), subtype="html", cte="quoted-printable"
    )
    return _with_fixed_boundaries(message, digest)


def delivery_key(message: EmailMessage) -> str:
    """Return `<date>-<name>[.<route>]-<digest12>`: what the outbox files a message under."""
    found = _KEY.fullmatch(str(message["Message-ID"]).strip())
    if not found:
        raise ValueError("This message was not composed here: its Message-ID holds no key.")
    return found[1]


def _envelope(
    subject: str,
    *,
    sender: str | None,
    recipients: Sequence[str],
    name: str,
    digest: str,
    moment: datetime,
) -> EmailMessage:
    from_address = _address(sender or PLACEHOLDER)
    message = EmailMessage(policy=_POLICY)
    message["From"] = from_address
    message["To"] = [_address(recipient) for recipient in recipients or [PLACEHOLDER]]
    message["Subject"] = _header(subject)
    message["Date"] = format_datetime(moment.astimezone(UTC))
    message["Message-ID"] = f"<{name}-{digest[:32]}@{from_address.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # keeps holiday notices from answering
    return message


def _address(written: str) -> Address:
    """Return one address; refuse what could smuggle a second one or another header."""
    name, address = parseaddr(_header(written))
    if not _ADDRESS.fullmatch(address) or written.count("@") != 1:
        message = f"{written!r} is not one mail address."
        raise HeaderRefused(message)
    return Address(display_name=name, addr_spec=address)


def _header(written: str) -> str:
    """Refuse control characters, and encoded words: some parsers unfold them into new headers."""
    if wording.plain(written) != written or "=?" in written:
        message = f"{written!r} cannot stand in a mail header."
        raise HeaderRefused(message)
    return written


def _with_fixed_boundaries(message: EmailMessage, digest: str) -> EmailMessage:
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_recon_{digest[:32]}_{place}")
    return message
