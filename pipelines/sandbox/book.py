"""The seeded book: which stories are told on which day, and the days one after another.

Troubles are allotted first, evenly over the days; quiet trade fills what is left. A day depends
only on the plan and its own number, and is handed over in parts, so that a large book is made
without being held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from pipelines.sandbox.days import HOUR, SECOND, BusinessDays
from pipelines.sandbox.desk import Desk, Part
from pipelines.sandbox.plan import SandboxPlan
from pipelines.sandbox.stories import Story, quiet_stories, trouble_stories

TROUBLE_SHARE = 25  # one story in so many is a trouble, once the book is large enough
OCCURRENCES_MIN = 2
NIGHTS_SHOWN = 3  # the last days, closed one by one, on which late money can be seen
_OPENS = 6 * 3_600
_CLOSES = 21 * 3_600 + 1_800
_TRIES = 50
_PART = 1_000
# No story begins a payment longer than this before its own instant.
_REACHES_BACK = 2 * HOUR

Allotment = dict[int, list[tuple[Story, bool]]]


class Book:
    """The plan's days, each told at its own desk and handed over in parts."""

    def __init__(self, plan: SandboxPlan) -> None:
        self.plan = plan
        self.days = BusinessDays(plan.start, plan.timezone)

    def parts(self) -> Iterator[Part]:
        """The book from its start to its end, payments in the order of creation."""
        troubles, quiet = _allot(self.plan), quiet_stories()
        for day in range(self.plan.days):
            yield from self._day(day, troubles.get(day, []), quiet)

    def _day(
        self, day: int, troubles: list[tuple[Story, bool]], quiet: tuple[Story, ...]
    ) -> Iterator[Part]:
        rng = Random(f"{self.plan.seed}/{day}")  # noqa: S311 - repeatable on purpose
        told = self._programme(rng, troubles, quiet)
        desk = Desk(self.days, day, rng)
        midnight = self.days.midnight(day)
        instants = sorted(rng.randrange(_OPENS, _CLOSES) for _ in told)
        for number, ((story, lasting), second) in enumerate(zip(told, instants, strict=True)):
            now = midnight + second * SECOND
            if number % _PART == _PART - 1:
                yield desk.hand_over(now - _REACHES_BACK)
            desk.next_case(now, lasting=lasting)
            story.tell(desk)
        yield desk.hand_over(self.days.midnight(day + 1))

    def _programme(
        self, rng: Random, troubles: list[tuple[Story, bool]], quiet: tuple[Story, ...]
    ) -> list[tuple[Story, bool]]:
        told = [*troubles]
        left = self.plan.orders_per_day - sum(story.orders for story, _ in troubles)
        weights = [story.weight for story in quiet]
        while left:
            story = rng.choices(quiet, weights)[0]
            if story.orders <= left:
                told.append((story, True))
                left -= story.orders
        rng.shuffle(told)
        return told


def _allot(plan: SandboxPlan) -> Allotment:
    """Troubles by day, at most half of a day's orders, every story early enough to be seen."""
    rng = Random(f"{plan.seed}/troubles")  # noqa: S311 - repeatable on purpose
    stories = list(trouble_stories())
    each = plan.days * plan.orders_per_day // TROUBLE_SHARE // len(stories)
    rng.shuffle(stories)
    capacity = dict.fromkeys(range(plan.days), plan.orders_per_day // 2)
    allotment: Allotment = {}
    for turn in range(max(OCCURRENCES_MIN, each)):
        for story in stories:
            day = _free_day(plan, story, turn, rng=rng, capacity=capacity)
            if day is None:
                continue
            capacity[day] -= max(story.orders, 1)
            allotment.setdefault(day, []).append((story, turn % 2 == 0 and not story.is_resolved))
    return allotment


def _free_day(
    plan: SandboxPlan, story: Story, turn: int, *, rng: Random, capacity: dict[int, int]
) -> int | None:
    for _ in range(_TRIES):
        day = _some_day(plan, story, turn, rng)
        if capacity[day] >= max(story.orders, 1):
            return day
    return None


def _some_day(plan: SandboxPlan, story: Story, turn: int, rng: Random) -> int:
    if story.at_night and turn < NIGHTS_SHOWN:
        # The night before each of the last three days is one that a nightly run sees.
        return max(0, plan.days - 1 - NIGHTS_SHOWN + rng.randrange(NIGHTS_SHOWN))
    if turn == 0:
        return rng.randrange(max(1, plan.days - 5))
    return rng.randrange(plan.days)
