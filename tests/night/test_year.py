"""A year of nights with faults and outages: no row wrong, no window uncovered, nothing that grows.

With --full only. Slopes are printed: what a night costs late in the year beside early in it.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import psutil
import pytest
from night.shop import START, Shop, open_shop, pulled_at
from night.test_truth import found_breaks, planned_breaks

from pipelines.faults import ReconFault

FAULTY = 0.05
FAULTS = (
    *("500", "503", "429", "401", "truncated", "html", "empty", "drop", "success_false"),
    *("cut_gzip", "chunked_cut", "null_data", "wrong_type", "nan", "duplicate_keys", "bad_utf8"),
)
OUTAGES = (2, 9, 35)
NIGHTS = 365


@dataclass(frozen=True)
class Cost:
    """What one night took, and what was there after it."""

    seconds: float
    resident_mb: float
    descriptors: float
    warehouse_mb: float


def missed_dates(count: int) -> set[int]:
    """Three outages, spread over the year; those that do not fit a shorter one are left out."""
    begins = (count // 5, count // 3, count // 2)
    found: set[int] = set()
    for begin, length in zip(begins, OUTAGES, strict=True):
        if begin + length < count - 5:
            found |= set(range(begin, begin + length))
    return found


def night_of(shop: Shop, day: date, chance: random.Random) -> Cost | None:
    """Close a date; one night in twenty meets a fault, which may pass or end it."""
    shop.move_clock(pulled_at(day))
    if chance.random() < FAULTY:
        times = chance.choice((1, 2, None))
        rule = {"kind": chance.choice(FAULTS), "after": chance.randrange(12)}
        shop.misbehave(rule if times is None else {**rule, "times": times})
    began = time.perf_counter()
    try:
        shop.close(day)
    except ReconFault:
        return None
    finally:
        shop.behave()
    me = psutil.Process(os.getpid())
    megabyte = 2**20
    return Cost(
        time.perf_counter() - began,
        me.memory_info().rss / megabyte,
        float(me.num_fds()),
        shop.settings.places.warehouse.stat().st_size / megabyte,
    )


def slopes(costs: list[Cost]) -> str:
    """Median of the last third beside that of the first, by what was measured."""
    third = max(1, len(costs) // 3)
    early, late = (
        [median(column) for column in zip(*map(astuple, part), strict=True)]
        for part in (costs[:third], costs[-third:])
    )
    names = ("s", "MB resident", "descriptors", "MB warehouse")
    return ", ".join(
        f"{then:.2f} to {now:.2f} {name}"
        for name, then, now in zip(names, early, late, strict=True)
    )


@pytest.mark.seeds(small=0, full=1)
def test_a_year_of_nights_leaves_no_row_wrong_and_no_window_uncovered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, seed: int
) -> None:
    count = NIGHTS
    chance = random.Random(seed)
    missed = missed_dates(count)
    costs, failed = [], 0
    with open_shop(tmp_path, days=count, orders_per_day=4, clock=pulled_at(START)) as shop:
        shop.close(START)
        for number in range(1, count):
            if number in missed:
                continue
            cost = night_of(shop, START + timedelta(days=number), chance)
            failed += cost is None
            costs += [cost] if cost else []
            if number % 30 == 0 and cost:
                assert found_breaks(shop) == planned_breaks(shop)
        last = START + timedelta(days=count - 1)
        shop.close(last)
        assert found_breaks(shop) == planned_breaks(shop)
        windows = shop.ask(
            "select window_from, window_to from ops.pulls where stream = 'transactions' "
            "and is_closed and complete and window_to is not null order by window_from, window_to",
            working=True,
        )
    with capsys.disabled():
        print(f"\n{len(costs)} nights, {failed} failed, {len(missed)} missed: {slopes(costs)}")
    reached = windows[0][1]
    for former, following in pairwise(windows):
        reached = max(reached, former[1])
        assert following[0] <= reached
    assert max(windows, key=lambda window: window[1])[1] >= pulled_at(last) - timedelta(hours=2)
    third = max(1, len(costs) // 3)
    assert median(one.descriptors for one in costs[-third:]) <= costs[0].descriptors + 5
