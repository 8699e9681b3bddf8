"""How long to wait before trying again: what the gateway asks for, within bounds, or backoff.

Pure arithmetic on what headers say about time; the client sleeps and keeps the budgets.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 300.0

_SECONDS = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, clamped; None when it is garbage."""
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        # Anything this long is huge whatever its digits; int() would refuse some of them.
        seconds = float(text[:20]) if len(text) < 20 else LONGEST_SECONDS
        return _clamp(-1.0 if text.startswith("-") else seconds)
    moment = http_date(text)
    return None if moment is None else _clamp((moment - now).total_seconds())


def http_date(value: str | None) -> datetime | None:
    """The instant that a header names; None when there is none, or garbage."""
    try:
        moment = parsedate_to_datetime(value or "")
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def backoff(tries: int, *, first_seconds: float, most_seconds: float, jitter: float) -> float:
    """Seconds before the next try: doubling with each, and by up to a half less by chance."""
    most = min(most_seconds, first_seconds * 2.0 ** min(tries - 1, 30))
    return most * (1.0 - jitter / 2)


def _clamp(seconds: float) -> float:
    return min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)
