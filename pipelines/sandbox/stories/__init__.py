"""What happens at the shop: each story is one function that tells one case at a desk.

Quiet stories end without a break; trouble stories note the facts of the breaks they plan.
A story module says what happens and what follows from it; how things look is the desk's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.sandbox.desk import Desk


@dataclass(frozen=True)
class Story:
    """One kind of case: how it is told, the orders it takes, and how often it occurs.

    `weight` counts among the quiet stories only; troubles all occur equally often. A story that is
    `at_night` shows its break only when a closing lies between two of its instants; one that
    `is_resolved` has no break left at the end.
    """

    tell: Callable[[Desk], None]
    orders: int = 1
    weight: int = 0
    codes: tuple[str, ...] = ()
    at_night: bool = False
    is_resolved: bool = False


def quiet_stories() -> tuple[Story, ...]:
    """The ordinary trade."""
    from pipelines.sandbox.stories.quiet import STORIES

    return STORIES


def trouble_stories() -> tuple[Story, ...]:
    """Every story that plans a break, in a fixed order."""
    from pipelines.sandbox.stories import amounts, lateness, pairing, states

    return pairing.STORIES + states.STORIES + amounts.STORIES + lateness.STORIES
