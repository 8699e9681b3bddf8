"""Order exports that arrive between nights: which business dates they are about.

Belongs here: what stood still since the last look, and the closed dates of its orders. Stays out:
taking anything in, which only a run does (`orders`), and asking for that run (`sensors`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pipelines.faults import ConfigurationFault
from pipelines.orders.archive import OrderArchive
from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.inbox import State, arrivals
from pipelines.orders.intake import Intake
from pipelines.orders.opening import ExportChanged
from pipelines.orders.reader import OrderFile
from pipelines.partitions import DateRange, business_date
from pipelines.policy import load_policy
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Settings

Looks = Mapping[str, list[int]]


@dataclass(frozen=True)
class Arrived:
    """New exports: the dates to be reconciled again, and a name for exactly these files."""

    dates: DateRange
    key: str


def looks_of(settings: Settings) -> dict[str, list[int]]:
    """Give size and time of change of everything in the inbox; nothing is opened."""
    inbox = settings.places.orders_inbox
    if not inbox.is_dir():
        return {}
    looks: dict[str, list[int]] = {}
    for path in sorted(inbox.iterdir()):
        # What somebody takes away while it is listed is no fault of anybody's.
        with suppress(FileNotFoundError):
            entry = path.lstat()
            looks[path.name] = [entry.st_size, entry.st_mtime_ns]
    return looks


def arrived(settings: Settings, *, looks: Looks, former: Looks) -> Arrived | None:
    """Give what is new, stood still since the former look, and is about dates closed already.

    Younger orders wait for their night; refused files are named by the next run.
    """
    closed = _closed_dates(settings)
    if closed is None:
        return None
    taken = {file.digest for file in OrderArchive(settings.places.orders_archive).files()}
    found = [
        one
        for one in arrivals(settings.places.orders_inbox, wait_still=False, known_digests=taken)
        if one.state is State.READY and looks.get(one.name) == former.get(one.name)
    ]
    mappings = load_policy(settings.recon_config).orders
    now = datetime.now(UTC)
    days: list[date] = []
    digests: list[str] = []
    with Intake(settings.places.temporary) as intake:
        for one in found:
            given: dict[str, Any] = {"mappings": mappings, "control": one.control, "taken_at": now}
            try:
                file = intake.read(one.name, one.export or b"", time_zone=settings.zone, **given)
            except (OrderFileRefused, ExportChanged):
                continue
            days += _days_of(settings, file)
            digests.append(file.digest)
    if not days or max(days) < closed.first or min(days) > closed.last:
        return None
    dates = DateRange(max(min(days), closed.first), min(max(days), closed.last))
    return Arrived(dates, hashlib.sha256("".join(sorted(digests)).encode()).hexdigest())


def _days_of(settings: Settings, file: OrderFile) -> list[date]:
    """The first and the last business date of a file's orders."""
    placed = file.accepted["placed_at"]
    ends = [placed.min(), placed.max()] if len(placed) else []
    return [business_date(datetime.fromisoformat(str(end)), settings.zone) for end in ends]


def _closed_dates(settings: Settings) -> DateRange | None:
    query = "select min(first_date), max(last_date) from ops.runs where outcome in ('green', 'red')"
    try:
        with open_snapshot(settings.places.published) as connection:
            first, last = connection.execute(query).fetchall()[0]
    except ConfigurationFault:
        return None
    return DateRange(first, last) if first and last else None
