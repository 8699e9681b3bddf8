"""How a sandbox behaves at the door and in its lists, as told at its start.

Only the choices and their bounds; the door, the lists and the gate act on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.house.personality import Personality
from pipelines.sandbox.plan import SandboxRefused

PAGE_LIMIT_MAX = 1_000
RATE_MAX = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Manners:
    """Page limit in rows, rate in requests a minute, and the business that alone is served."""

    page_limit: int = 100
    rate_per_minute: int | None = None
    business_id: str | None = None
    personality: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.page_limit <= PAGE_LIMIT_MAX:
            raise SandboxRefused(f"The page limit must lie between 1 and {PAGE_LIMIT_MAX}.")
        if self.rate_per_minute is not None and not 1 <= self.rate_per_minute <= RATE_MAX:
            raise SandboxRefused(f"The rate limit must lie between 1 and {RATE_MAX} a minute.")
        if self.business_id is not None and not self.business_id.strip():
            raise SandboxRefused("The business id must not be blank.")
        self.first_personality(0)

    def first_personality(self, seed: int) -> Personality:
        """The personality that the words ask for, its chances drawn from the seed."""
        try:
            return Personality.from_flags([f"seed={seed}", *self.personality])
        except Refused as wrong:
            raise SandboxRefused(f"The personality is not known: {wrong}.") from wrong
