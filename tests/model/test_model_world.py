"""Forty-five nights over a world that changes late and moves between any two pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from model.cursor import judge_cursor
from model.gateway import Manners
from model.nights import DATES, close_all, end_of, plan
from model.verdict import judge_store

SMALL, LARGE, LARGEST = 600, 6_000, 60_000
HONEST = Manners()
MANNERS = (
    Manners("swaps rows of one instant", ties_change=True),
    Manners("newest first whatever is asked", newest_first=True),
    Manners("short rows", short_rows=True),
    HONEST,
    Manners("ignores filters", ignores_filters=True),
    Manners("caps the limit at 37", cap=37),
    Manners("newest change first", newest_change_first=True),
    Manners("counts all rows in its total", total_counts_all=True),
    Manners("counts three rows too few", total_shift=-3),
)


@pytest.mark.seeds(small=1, full=20)
def test_after_forty_five_nights_no_row_is_wrong_missing_or_doubled(
    seed: int, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    count = (LARGEST if seed < 3 else LARGE) if pytestconfig.getoption("full") else SMALL
    planned = plan(seed, count, MANNERS[(seed - 1) % len(MANNERS)])
    nights, settings = close_all(planned, tmp_path / "store")
    verdict = judge_store(
        settings.places.warehouse,
        planned.payments,
        cut_off=end_of(DATES - 1),
        since=nights[-1].pulled_from,
        until=nights[-1].pulled_until,
    )
    assert verdict.judged > count * 9 // 10
    assert verdict.faults == {}


@pytest.mark.counts(small=SMALL, full=LARGEST)
def test_a_cursor_on_the_day_of_creation_gets_over_a_fifth_of_the_same_world_wrong(
    count: int,
) -> None:
    verdict = judge_cursor(plan(1, count, HONEST))
    assert verdict.share_at_fault > 20
    assert verdict.missing
