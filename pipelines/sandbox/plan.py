"""What a sandbox book is made from: seed, length, breadth, first day and business time zone.

Equal plans give equal books. Nothing here invents or stores anything.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS_MAX = 3_660
ORDERS_PER_DAY_MAX = 1_000_000
# The book's instants, and those long after its end, must remain dates.
EARLIEST_START, LATEST_START = date(1971, 1, 1), date(8900, 1, 1)


class SandboxRefused(ValueError):
    """The sandbox cannot be started as asked; the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class SandboxPlan:
    """The whole input of a book; `start` is the first local business day."""

    start: date
    seed: int = 7
    days: int = 30
    orders_per_day: int = 200
    timezone: str = "Africa/Lagos"

    def __post_init__(self) -> None:
        if not 1 <= self.days <= DAYS_MAX:
            raise SandboxRefused(f"days must lie between 1 and {DAYS_MAX}, not {self.days}.")
        if not 0 <= self.orders_per_day <= ORDERS_PER_DAY_MAX:
            raise SandboxRefused(
                f"orders per day must lie between 0 and {ORDERS_PER_DAY_MAX}, "
                f"not {self.orders_per_day}."
            )
        if not EARLIEST_START <= self.start <= LATEST_START:
            raise SandboxRefused(
                f"start must lie between {EARLIEST_START} and {LATEST_START}, not {self.start}."
            )
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise SandboxRefused(f"{self.timezone!r} is not a known time zone.") from unknown

    def as_text(self) -> str:
        """The plan as one line of JSON, to be kept beside a stored book."""
        return json.dumps(asdict(self), default=str, sort_keys=True)
