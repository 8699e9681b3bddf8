"""Calendar arithmetic of billing: where the periods of a subscription begin.

Pure: instants in, instants out, always in UTC. Who is billed for a period is told elsewhere.
"""

from __future__ import annotations

import calendar

from pipelines.sandbox.days import DAY, to_datetime, to_instant

INTERVALS = ("day", "week", "month", "year")
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def period_start(anchor: int, number: int, interval: str, count: int) -> int:
    """The instant at which the period of this number begins; period 0 begins at the anchor.

    Days and weeks are exact. Months keep the anchor's day and time of day; where a month is too
    short, its last day stands in, and later months have the anchor's day again.
    """
    steps = number * count
    if interval in _DAYS:
        return anchor + steps * _DAYS[interval] * DAY
    return _months_after(anchor, steps * _MONTHS[interval])


def _months_after(anchor: int, months: int) -> int:
    begin = to_datetime(anchor)
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    day = min(begin.day, calendar.monthrange(year, month + 1)[1])
    return to_instant(begin.replace(year=year, month=month + 1, day=day))
