"""A night killed anywhere and run again loses, doubles and leaves behind nothing.

At the full counts each kill has a store of its own; at the small ones the kills follow one another
on one store, each night coming further than the one before, which costs a third.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from night.killing import NIGHT, Experiment, Way, driver, left_in
from night.past import Past
from night.shop import pulled_at

SEED = 7


@pytest.fixture(scope="module")
def nights(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Experiment]:
    root = tmp_path_factory.mktemp("kills")
    with past.open_shop(root, nights=1, clock=pulled_at(NIGHT)) as before, driver() as made:
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
    assert len(set(points)) == count

    print(f"{count} of {len(nights.points)} named points:")
    nights.violations = []
    for first in range(0, count, dealt):
        nights.kill(*(Way(point=point) for point in points[first : first + dealt]))

    assert nights.violations == []


@pytest.mark.counts(small=2, full=31)
def test_a_night_that_catches_up_with_months_can_be_killed_between_their_packs(
    past: Past, nights: Experiment, tmp_path: Path, count: int, dealt: int
) -> None:
    two_months_on = date(2026, 11, 2)
    with past.open_shop(tmp_path, nights=1, clock=pulled_at(two_months_on)) as before:
        late = Experiment(before, nights.driver, tmp_path, day=two_months_on)
        drawing = [point for point in late.points if point.startswith("draw_up: ")]
        points = [drawing[place] for place in spread(count, len(drawing))]

        print(f"{count} of {len(drawing)} named points:")
        for first in range(0, count, dealt):
            late.kill(*(Way(point=point) for point in points[first : first + dealt]))

    assert sum("commit" in point for point in drawing) == 3
    assert late.violations == []


@pytest.mark.needs("strace")
@pytest.mark.counts(small=2, full=300)
def test_a_night_killed_in_a_call_drawn_by_seed_and_run_again_is_the_night_that_was_not(
    nights: Experiment, count: int, dealt: int
) -> None:
    drawn = sorted(random.Random(SEED).sample(range(len(nights.calls)), count))
    calls = [nights.calls[place] for place in drawn]

    print(f"seed {SEED}, {count} of {len(nights.calls)} calls:")
    nights.violations = []
    for first in range(0, count, dealt):
        nights.kill(*calls[first : first + dealt])

    assert nights.violations == []


@pytest.fixture
def rebuilds(nights: Experiment, tmp_path: Path) -> Path:
    """A store with a commit in its WAL and without a published file: a rebuild exchanges all."""
    data = shutil.copytree(nights.before.root, tmp_path / "before")
    at = "take_in_orders: checkpoint"
    assert nights.driver.run(nights.before, data, run_id="killed", at=at)["status"] == -9
    assert (data / "warehouse.duckdb.wal").exists()
    (data / "published" / "finance.duckdb").unlink()
    return data


@pytest.mark.counts(small=1, full=20)
def test_a_rebuild_killed_while_files_are_exchanged_leaves_a_store_that_goes_on(
    nights: Experiment, rebuilds: Path, tmp_path: Path, count: int, dealt: int
) -> None:
    def run(data: Path, **way: Any) -> dict[str, Any]:
        return nights.driver.run(nights.before, data, run_id="again", **way)

    calm = shutil.copytree(rebuilds, tmp_path / "calm")
    unharmed = run(calm, is_rebuild=True)
    expected = left_in(calm, nights.before)
    assert (unharmed["status"], expected["verify"]) == (0, [])
    points = [name for name in unharmed["points"] if name.startswith("_exchange: ")]
    renames = [name for name in points if " rename " in name]
    assert (len(points), len(renames)) == (20, 2)
    chosen = renames[-1:] if count == 1 else points  # the new file is about to take its place
    print(f"{count} of {len(points)} points of an exchange:")

    violations: list[tuple[str, Any]] = []
    for first in range(0, count, dealt):
        data = shutil.copytree(rebuilds, tmp_path / "killed")
        kept: list[str] = []
        for at in chosen[first : first + dealt]:
            print(at, flush=True)
            assert run(data, at=at, is_rebuild=True)["status"] == -9
            if points.index(at) > points.index(renames[0]):
                kept.append(f"warehouse.duckdb.before-rebuild{'-2' if kept else ''}")
        if dealt == 1:
            other = tmp_path / "other"
            # Two names of one file have to stay two names of one file.
            subprocess.run(["cp", "-a", data, other], check=True)
            assert run(other)["status"] == 0
            files = sorted(path.name for path in other.glob("warehouse.*"))
            if files != ["warehouse.duckdb", *kept]:
                violations.append((at, files))
            shutil.rmtree(other)
        assert run(data, is_rebuild=True)["status"] == 0
        kept.append(f"warehouse.duckdb.before-rebuild{'-2' if kept else ''}")
        wanted = {**expected, "files": sorted({*expected["files"], *kept})}
        left = left_in(data, nights.before)
        violations += [(at, left[name]) for name in wanted if left[name] != wanted[name]]
        shutil.rmtree(data)

    assert violations == []
