"""Business dates and their instants: the one place that turns a calendar label into time.

Belongs here: cut-offs, closable dates, the days of a range.
Stays out: Dagster's partition objects (see `jobs`), which only carry the labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipelines.faults import ConfigurationFault, DateNotClosable

SAFETY_LAG = timedelta(minutes=10)
"""Rows become visible some time after their own timestamp; nothing younger is pulled."""


@dataclass(frozen=True)
class DateRange:
    """A closed range of business dates."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ConfigurationFault(
                f"The range ends on {self.last}, before it begins on {self.first}.",
                "Give --from the earlier date.",
            )

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"

    def __iter__(self) -> Iterator[date]:
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a business date, in UTC.

    On a day whose midnight does not exist (clocks go forward at midnight) this is the instant of
    the change, which is what `fold=0` means there.
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def cut_off(day: date, zone: ZoneInfo) -> datetime:
    """The end of a business date: the first instant of the next one, in UTC."""
    return start_of(day + timedelta(days=1), zone)


def business_date(instant: datetime, zone: ZoneInfo) -> date:
    """The local calendar date of an instant."""
    return instant.astimezone(zone).date()


def latest_closable(now: datetime, zone: ZoneInfo) -> date:
    """The last business date whose cut-off is at least the safety lag past."""
    return business_date(now - SAFETY_LAG, zone) - timedelta(days=1)


def require_closable(dates: DateRange, zone: ZoneInfo, *, now: datetime, earliest: date) -> None:
    """Refuse ranges that end in the future or begin before the first business date."""
    last = latest_closable(now, zone)
    if dates.last > last:
        raise DateNotClosable(
            f"{dates.last} cannot be closed yet: its cut-off "
            f"{cut_off(dates.last, zone):%Y-%m-%d %H:%M} UTC is not ten minutes past.",
            f"The latest date that can be closed now is {last}.",
        )
    if dates.first < earliest:
        raise ConfigurationFault(
            f"{dates.first} is before the first business date {earliest}.",
            "Set RECON_FIRST_DATE to an earlier date if the history is wanted.",
        )


def instant_meant(text: str, zone: ZoneInfo) -> datetime:
    """The instant that a person wrote: with its offset, or a date for the end of that date.

    Raises ConfigurationFault for anything else.
    """
    try:
        if len(text) == len("2026-01-01"):
            return cut_off(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ConfigurationFault(
            f"{text!r} is no instant.",
            "Write a date, such as 2026-01-31, or an instant with its offset, such as "
            "2026-01-31T23:00:00Z.",
        )
    return moment
