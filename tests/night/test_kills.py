"""A night killed anywhere and run again loses, doubles and leaves behind nothing.

At the full counts each kill has a store of its own; at the small ones the kills follow one another
on one store, each night coming further than the one before, which costs a third.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator

import pytest
from night.killing import Experiment, Way, driver, store_before_its_night

SEED = 7


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Experiment]:
    root = tmp_path_factory.mktemp("kills")
    with store_before_its_night(root) as before, driver() as made:
        yield Experiment(before, made, root)


@pytest.fixture
def dealt(request: pytest.FixtureRequest) -> int:
    """How many kills one store takes."""
    return 1 if request.config.getoption("full") else 100


def spread(count: int, length: int) -> list[int]:
    """So many places of a list, the first and the last among them, evenly apart."""
    return [step * (length - 1) // (count - 1) for step in range(count)]


@pytest.mark.counts(small=6, full=80)
def test_a_night_killed_at_named_points_and_run_again_is_the_night_that_was_not(
    nights: Experiment, count: int, dealt: int
) -> None:
    points = [nights.points[place] for place in spread(count, len(nights.points))]
    print(f"{count} of {len(nights.points)} named points:", *points, sep="\n  ")
    assert len(set(points)) == count

    nights.violations = []
    for first in range(0, count, dealt):
        nights.kill(*(Way(point=point) for point in points[first : first + dealt]))

    assert nights.violations == []


@pytest.mark.counts(small=5, full=300)
def test_a_night_killed_in_a_call_drawn_by_seed_and_run_again_is_the_night_that_was_not(
    nights: Experiment, count: int, dealt: int
) -> None:
    if shutil.which("strace") is None:
        pytest.fail(
            "This test kills nights with strace: install it, as with apt-get install strace"
        )
    drawn = sorted(random.Random(SEED).sample(range(len(nights.calls)), count))
    calls = [nights.calls[place] for place in drawn]
    print(f"seed {SEED}: {count} of {len(nights.calls)} calls:", *calls, sep="\n  ")

    nights.violations = []
    for first in range(0, count, dealt):
        nights.kill(*calls[first : first + dealt])

    assert nights.violations == []
