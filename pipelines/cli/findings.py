"""What `recon doctor` tries on this machine and with the mail server, and what to do about a no.

Belongs here: one function a finding; each changes nothing but the data directory it creates.
Stays out: the gateway's findings beside reaching it (`honoured`), and printing (`doctor`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from pipelines.faults import ReconFault
from pipelines.gateway.manners import SKEW_SECONDS_MOST, Manners
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """A subject that is so, is not so (`fault`, remedy included), or could not be shown."""

    subject: str
    fault: str = ""
    note: str = ""
    is_shown: bool = True


def tried(subject: str, attempt: Callable[[], str]) -> Finding:
    """The finding of an attempt, which gives a note or raises; system errors become a sentence."""
    try:
        return Finding(subject, note=attempt())
    except ReconFault as fault:
        return Finding(subject, str(fault))
    except OSError as fault:
        return Finding(
            subject, f"{fault.strerror or fault}. Check the path, its owner and its permissions."
        )


def machine_findings(settings: Settings) -> Iterator[Finding]:
    """Policy, data directory, disk, time zone, orders inbox."""
    yield tried("the policy can be read", lambda: _policy(settings))
    yield tried("the data directory can be written", lambda: _writes(settings))
    yield tried("the data directory is its owner's alone", lambda: _mode(settings))
    yield tried("the disk has room for a night", lambda: _room(settings))
    yield tried("the time zone is known", lambda: _zone(settings))
    yield tried("the orders inbox can be read", lambda: _inbox(settings))


def mail_finding(settings: Settings) -> Finding:
    """A greeting, TLS and a login, where a server is configured; never a mail."""
    return tried("mail can be sent", lambda: _mail(settings))


def outbox_finding(settings: Settings) -> Finding:
    """Whether every mail of the outbox is where it should be."""
    return tried("every mail was delivered", lambda: _outbox(settings))


def auth_finding(settings: Settings, manners: Manners, *, reached: Finding) -> Finding:
    """The finding that the gateway was reached, unless it took to another style of the key."""
    style = settings.kuvarpay_auth_style
    if manners.auth_style == style:
        return reached
    return Finding(
        reached.subject,
        f"It refuses the auth style {style} and accepts {manners.auth_style}. "
        f"Set KUVARPAY_AUTH_STYLE={manners.auth_style}.",
    )


def clock_finding(manners: Manners) -> Finding:
    """Whether the gateway's clock and this machine's agree."""
    subject = "the gateway's clock agrees with this machine's"
    skew, shown_by = manners.clock_skew_seconds, manners.clock_shown_by
    if skew is None:
        return Finding(subject, note="no Date header, and no row of the future", is_shown=False)
    told = f"{abs(skew)} s {'ahead' if skew > 0 else 'behind'} by {shown_by}"
    if not manners.clock_differs:
        return Finding(subject, note=told)
    return Finding(
        subject,
        f"The gateway's clock is {told}; {SKEW_SECONDS_MOST} s are allowed. Set this machine's "
        "clock by NTP (`timedatectl set-ntp true`); if it is right, report it to KuvarPay.",
    )


def _policy(settings: Settings) -> str:
    from pipelines.policy import load_policy

    load_policy(settings.recon_config)
    return "" if settings.recon_config.exists() else "no file, so the defaults are in force"


def _writes(settings: Settings) -> str:
    from pipelines.warehouse.store import private_folder

    os.umask(0o077)
    places = settings.places
    private_folder(places.root)
    private_folder(places.control)
    if settings.recon_orders_dir is None:
        private_folder(places.orders_inbox)
    with tempfile.TemporaryFile(dir=places.root) as file:
        file.write(b"recon doctor")
    return ""


def _mode(settings: Settings) -> str:
    root = settings.places.root
    mode = root.stat().st_mode & 0o777
    if mode & 0o077:
        raise ReconFault(f"{root} has mode {mode:04o}, open to others.", f"Run `chmod 700 {root}`.")
    return f"mode {mode:04o}"


def _room(settings: Settings) -> str:
    from pipelines.warehouse.store import require_free_space

    require_free_space(settings.places)
    return f"{shutil.disk_usage(settings.places.root).free // 2**20:,} MB are free"


def _zone(settings: Settings) -> str:
    try:
        held = version("tzdata")
    except PackageNotFoundError:
        raise ReconFault("The package tzdata is not installed.", "Run `make setup`.") from None
    return f"{settings.zone.key}, tzdata {held}; this machine's own zone does not matter"


def _inbox(settings: Settings) -> str:
    inbox = settings.places.orders_inbox
    if not inbox.is_dir():
        raise ReconFault(
            f"{inbox} is not there, or is no directory.",
            "Create it, or correct RECON_ORDERS_DIR: the shop's exports are expected in it.",
        )
    with os.scandir(inbox) as held:
        files = sum(entry.is_file() for entry in held)
    return f"{files} {'file' if files == 1 else 'files'} in it"


def _outbox(settings: Settings) -> str:
    from pipelines.night.mailing import unsettled_lines

    lines = list(unsettled_lines(settings))
    if lines:
        more = f", and {len(lines) - 1} more in the outbox" if lines[1:] else ""
        raise ReconFault(
            f"{lines[0].rstrip('.')}{more}.",
            "A mail that failed is tried again by the next night; one in doubt only by a person.",
        )
    return ""


def _mail(settings: Settings) -> str:
    from pipelines.night.mailing import smtp_settings
    from reports.smtp import try_out

    smtp = smtp_settings(settings)
    if smtp is None:
        return "no server is set, so mails are written to outbox/"
    failed = try_out(smtp)
    if failed:
        raise ReconFault(
            f"The mail server at {smtp.host}:{smtp.port} does not serve: {failed.rstrip('.')}.",
            "Check RECON_SMTP_URL, RECON_SMTP_PASSWORD and the network; smtps speaks TLS at once, "
            "smtp by STARTTLS.",
        )
    return "it greets" + (" and takes the login" if smtp.user else "") + "; no mail was sent"
