"""One message handed to one mail server, and what can honestly be said about it afterwards.

The conversation is walked verb by verb, because only the place where it broke tells whether the
server may have taken the message. Which messages to send, and whether again, is decided elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from reports.wording import plain

ANSWER_SECONDS = 30.0  # waited for one answer
TALK_SECONDS = 120.0  # the whole conversation; then the line is cut
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, kw_only=True)
class SmtpSettings:
    """Where mail goes out; `smtps` speaks TLS at once, `smtp` as soon as the server offers it."""

    scheme: Literal["smtp", "smtps"]
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    answer_seconds: float = ANSWER_SECONDS
    talk_seconds: float = TALK_SECONDS

    @classmethod
    def parse(cls, url: str, password: str | None = None) -> SmtpSettings:
        """Return the settings of `smtps://user@host:465` or `smtp://host:587`.

        Raises ValueError with a sentence that never repeats the URL: it may hold a password.
        """
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname
        if scheme not in ("smtp", "smtps") or not host:
            raise ValueError("The SMTP URL must read smtp://host:port or smtps://user@host:port.")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("The SMTP URL has something after the port.")
        try:
            port = parts.port or _DEFAULT_PORTS[scheme]
        except ValueError:
            raise ValueError("The port of the SMTP URL is not a number up to 65535.") from None
        user, secret = unquote(parts.username or ""), password or unquote(parts.password or "")
        if user and not secret:
            raise ValueError("The SMTP URL names a user, but there is no SMTP password.")
        if secret and not user:
            raise ValueError("There is an SMTP password, but the SMTP URL names no user.")
        chosen: Literal["smtp", "smtps"] = "smtps" if scheme == "smtps" else "smtp"
        return cls(scheme=chosen, host=host, port=port, user=user, password=secret)

    @property
    def starttls_required(self) -> bool:
        """Tell whether nothing may be said in clear: a password would cross the network."""
        return self.scheme == "smtp" and bool(self.password) and not self.is_loopback

    @property
    def is_loopback(self) -> bool:
        """Tell whether the server runs on this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True)
class Outcome:
    """What is known after a conversation: sent, surely not sent, or nobody can tell."""

    state: Literal["sent", "failed", "in_doubt"]
    detail: str
    refused: tuple[str, ...] = ()


class _NotSent(Exception):
    """The conversation ended before the server could have taken the message."""


def send(
    message: bytes,
    *,
    sender: str,
    recipients: Sequence[str],
    settings: SmtpSettings,
    before_message: Callable[[], object] = lambda: None,
) -> Outcome:
    """Hand the message over; never raises for what the network or the server does.

    `before_message` is called when the server has asked for the message, before its first byte:
    whoever dies earlier has surely sent nothing.
    """
    client: smtplib.SMTP | None = None
    try:
        client = _connected(settings)
        with _cut_after(client, settings.talk_seconds):
            _introduce(client, settings)
            accepted, refused = _address(client, sender, recipients, settings)
            _expect(client.docmd("DATA"), 354, "DATA")
            before_message()
            return _hand_over(client, message, (accepted, refused), settings=settings)
    except (_NotSent, OSError, UnicodeError) as fault:  # SMTPException and SSLError are OSErrors
        return Outcome("failed", _clean(_reason(fault), settings))
    finally:
        if client is not None:
            client.close()


def try_out(settings: SmtpSettings) -> str:
    """Greet, encrypt and log in as a delivery would, and leave; what failed, or nothing.

    No message is begun, so none can be sent.
    """
    client: smtplib.SMTP | None = None
    try:
        client = _connected(settings)
        with _cut_after(client, settings.talk_seconds):
            _introduce(client, settings)
            _goodbye(client)
    except (_NotSent, OSError, UnicodeError) as fault:
        return _clean(_reason(fault), settings)
    finally:
        if client is not None:
            client.close()
    return ""


def _hand_over(
    client: smtplib.SMTP,
    message: bytes,
    addressed: tuple[int, tuple[str, ...]],
    *,
    settings: SmtpSettings,
) -> Outcome:
    """Say the message: everything before its first byte may fail safely; from there on, doubt."""
    accepted, refused = addressed
    try:
        client.send(_stuffed(message))
        code, answer = client.getreply()
    except OSError as fault:
        reason = _clean(_reason(fault), settings)
        return Outcome(
            "in_doubt",
            f"The line broke after the message was handed over ({reason}): it may have arrived.",
            refused,
        )
    if 400 <= code <= 599:
        raise _NotSent(f"the server refused the message: {_said(code, answer)}")
    if not 200 <= code <= 299:
        odd = _clean(_said(code, answer), settings)
        return Outcome("in_doubt", f"The server's last answer makes no sense ({odd}).", refused)
    _goodbye(client)
    detail = f"sent to {accepted} of {accepted + len(refused)} recipients"
    return Outcome("sent", "; ".join([detail, *(f"refused: {one}" for one in refused)]), refused)


def _connected(settings: SmtpSettings) -> smtplib.SMTP:
    name = _own_name()
    if settings.scheme == "smtps":
        return smtplib.SMTP_SSL(
            settings.host,
            settings.port,
            local_hostname=name,
            timeout=settings.answer_seconds,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(
        settings.host, settings.port, local_hostname=name, timeout=settings.answer_seconds
    )


def _introduce(client: smtplib.SMTP, settings: SmtpSettings) -> None:
    client.ehlo_or_helo_if_needed()
    if settings.scheme == "smtp" and client.has_extn("starttls"):
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
    elif settings.starttls_required:
        raise _NotSent("the server offers no TLS and the password is not sent in clear")
    if settings.user:
        client.login(settings.user, settings.password)


def _address(
    client: smtplib.SMTP, sender: str, recipients: Sequence[str], settings: SmtpSettings
) -> tuple[int, tuple[str, ...]]:
    """Name sender and recipients; return how many were accepted, and the refusals in words."""
    _expect(client.mail(sender), 250, "MAIL FROM")
    answers = {recipient: client.rcpt(recipient) for recipient in recipients}
    refused = tuple(
        _clean(f"{recipient} ({_said(code, answer)})", settings)
        for recipient, (code, answer) in answers.items()
        if code not in (250, 251)
    )
    if len(refused) == len(answers):
        raise _NotSent("every recipient was refused: " + "; ".join(refused))
    return len(answers) - len(refused), refused


def _expect(answer: tuple[int, bytes], code: int, verb: str) -> None:
    if answer[0] != code:
        raise _NotSent(f"{verb} was refused: {_said(*answer)}")


def _goodbye(client: smtplib.SMTP) -> None:
    """Say QUIT; the message is delivered whatever comes of it."""
    try:
        client.quit()
    except OSError:
        return


def _stuffed(message: bytes) -> bytes:
    """Return the message as it goes over the line: CRLF, leading dots doubled, the final dot."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines) + b".\r\n"


@contextmanager
def _cut_after(client: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Bound the whole conversation: a server may answer each verb in time and still never end."""

    def cut() -> None:
        line = client.sock
        if line is not None:
            line.close() if line.fileno() < 0 else line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _own_name() -> str:
    """Return a name for EHLO without asking DNS, which may take minutes to say no."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _reason(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return _said(fault.smtp_code, fault.smtp_error)
    return str(fault) or type(fault).__name__


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"[:200]


def _clean(text: str, settings: SmtpSettings) -> str:
    """Return what a server said, on one line and without the password should it repeat it."""
    said = plain(text)
    return said.replace(settings.password, "***") if settings.password else said
