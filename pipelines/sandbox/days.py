"""Instants and business days of the book.

Instants are whole milliseconds since 1970 (UTC); a business day is numbered from the book's start.
Only time lives here: what happens at an instant is told by the stories.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The years within which a clock stands or is moved: soon before or after them no date is left.
FIRST_YEAR, LAST_YEAR = 1, 9000
# A pull is taken 2 h after a cut-off. Nothing changes in the first 2.5 h of a business day, so that
# the state at the cut-off and the state at its pull are the same.
_QUIET = 5 * HOUR // 2
_SQUEEZED = 3 * HOUR


def to_instant(moment: datetime) -> int:
    """Milliseconds of an aware datetime, fractions of a millisecond rounded up."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))


def to_datetime(instant: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(milliseconds=instant)


def iso(instant: int) -> str:
    """ISO-8601 in UTC with milliseconds and `Z`."""
    minute, rest = divmod(instant, MINUTE)
    return f"{_minute_text(minute)}:{rest // SECOND:02}.{rest % SECOND:03}Z"


@lru_cache(maxsize=65_536)
def _minute_text(minute: int) -> str:
    hours, minute = divmod(minute, 60)
    day, hour = divmod(hours, 24)
    return f"{(date(1970, 1, 1) + timedelta(days=day)).isoformat()}T{hour:02}:{minute:02}"


def second_after(instant: int) -> int:
    """The next whole second: the shop's export knows no fractions."""
    return -(-instant // SECOND) * SECOND


EARLIEST = to_instant(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
LATEST = to_instant(datetime(LAST_YEAR, 1, 1, tzinfo=UTC))


class BusinessDays:
    """The local days of one book: their midnights as instants, and the quiet hours after each."""

    def __init__(self, start: date, timezone: str) -> None:
        self.start = start
        self.zone = ZoneInfo(timezone)
        self._midnights: list[int] = []

    def midnight(self, day: int) -> int:
        """The instant at which a business day begins; the day before -1 is never asked for."""
        while len(self._midnights) <= day + 1:
            local = self.start + timedelta(days=len(self._midnights) - 1)
            self._midnights.append(
                to_instant(datetime(local.year, local.month, local.day, tzinfo=self.zone))
            )
        return self._midnights[day + 1]

    def date_of(self, day: int) -> date:
        """The calendar date of a business day."""
        return self.start + timedelta(days=day)

    def number_of(self, instant: int) -> int:
        """The number of the business day that holds an instant."""
        known = self._midnights
        while not known or known[-1] <= instant:
            self.midnight(len(known) - 1)
        return bisect_right(known, instant) - 2

    def awake(self, instant: int) -> int:
        """The instant moved out of the quiet hours, keeping the order of instants."""
        midnight = self.midnight(self.number_of(instant))
        since = instant - midnight
        if since >= _SQUEEZED:
            return instant
        return midnight + _QUIET + since * (_SQUEEZED - _QUIET) // _SQUEEZED

    def local_text(self, instant: int) -> str:
        """ISO-8601 with the local offset, to the second."""
        return to_datetime(instant).astimezone(self.zone).isoformat(timespec="seconds")
