"""The sandbox's clock: the real one, or one that stands until it is moved, forward only.

Belongs here: what time it is. Stays out: what happens when it moves.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.sandbox.days import to_instant


class BackwardsInTime(ValueError):
    """The clock was asked to go back, or to be moved although it is the real one."""


class Clock:
    """Milliseconds since 1970 (UTC)."""

    def __init__(self, stands_at: int | None = None) -> None:
        self._stands_at = stands_at

    @property
    def is_real(self) -> bool:
        """Whether time passes by itself."""
        return self._stands_at is None

    def now(self) -> int:
        """The instant that every answer is given at."""
        if self._stands_at is None:
            return to_instant(datetime.now(UTC))
        return self._stands_at

    def move(self, instant: int) -> None:
        """Move forward to an instant; the same instant again changes nothing."""
        if self._stands_at is None:
            raise BackwardsInTime("This sandbox runs on the real clock, which nobody moves.")
        if instant < self._stands_at:
            raise BackwardsInTime("The clock only moves forward.")
        self._stands_at = instant

    def stay(self, instant: int) -> None:
        """Stand where the world got to on the way to where the clock was moved."""
        self._stands_at = instant
