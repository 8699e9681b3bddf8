"""The book as the last closing left it: its as-of, its last date, and the policy it was judged by.

Belongs here: asking for these. Stays out: judging (`judge`), and what is done with the book.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.faults import ConfigurationFault
from pipelines.partitions import DateRange
from pipelines.policy import Policy, load_policy
from pipelines.settings import Places, Settings
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.policies import PolicyLog
from pipelines.warehouse.queries import first_row, script
from pipelines.warehouse.store import open_warehouse


@dataclass(frozen=True)
class Book:
    """The last closing: its as-of, its date, and the policy it was judged by."""

    as_of: datetime
    dates: DateRange
    policy: Policy


def require_begun(places: Places) -> None:
    """Refuse a folder without a store, before anything is laid out in it."""
    if not Chain(places.control).has_entries():
        raise _nothing_closed()


def last_closing(settings: Settings, places: Places | None = None) -> Book:
    """The book of this store, or of a copy of it at other places.

    Raises ConfigurationFault when nothing is closed yet.
    """
    with open_warehouse(places or settings.places) as connection:
        row = first_row(connection, script("work/book"))
    if row is None:
        raise _nothing_closed()
    as_of, last_date, version = row
    log = PolicyLog(settings.places.actions)
    # A policy that nobody has seen the effect of is not brought in by a decision on one break.
    policy = log.find(version) if version else load_policy(settings.recon_config)
    return Book(as_of, DateRange(last_date, last_date), policy)


def _nothing_closed() -> ConfigurationFault:
    return ConfigurationFault(
        "No date is closed yet, so there is no book to look at or to decide on.",
        "Run `recon nightly` or `recon demo` first.",
    )
