"""Twin of periods.py: where periods begin."""

from calendar import monthrange
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sandbox.days import DAY, iso, to_datetime, to_instant
from pipelines.sandbox.subscribing.periods import INTERVALS, period_start

ANCHORS = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(to_instant)


def starts(day: str, interval: str, count: int = 1, *, numbers: range) -> list[str]:
    """The first ten characters of the starts of periods."""
    anchor = to_instant(datetime.fromisoformat(day).replace(tzinfo=UTC))
    return [iso(period_start(anchor, number, interval, count))[:10] for number in numbers]


@pytest.mark.parametrize(
    ("day", "interval", "count", "expected"),
    [
        ("2027-01-31", "month", 1, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("2028-01-30", "month", 1, ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        ("2026-11-30", "month", 3, ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
        ("2028-02-29", "year", 1, ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28"]),
        ("2028-02-29", "year", 4, ["2028-02-29", "2032-02-29", "2036-02-29", "2040-02-29"]),
        ("2026-12-28", "week", 1, ["2026-12-28", "2027-01-04", "2027-01-11", "2027-01-18"]),
        ("2028-02-28", "day", 1, ["2028-02-28", "2028-02-29", "2028-03-01", "2028-03-02"]),
    ],
)
def test_a_period_begins_on_the_anchors_day_or_the_last_one_of_a_short_month(
    day: str, interval: str, count: int, expected: list[str]
) -> None:
    assert starts(day, interval, count, numbers=range(4)) == expected


@given(ANCHORS, st.integers(0, 100), st.sampled_from(INTERVALS), st.integers(1, 36))
def test_periods_follow_one_another_without_overlap(
    anchor: int, number: int, interval: str, count: int
) -> None:
    begin = period_start(anchor, number, interval, count)
    end = period_start(anchor, number + 1, interval, count)
    assert period_start(anchor, 0, interval, count) == anchor
    assert begin < end
    assert (end - begin) % DAY == 0


@given(ANCHORS, st.integers(0, 100), st.integers(1, 36))
def test_months_keep_the_anchors_day_and_time_where_they_can(
    anchor: int, number: int, count: int
) -> None:
    first, found = to_datetime(anchor), to_datetime(period_start(anchor, number, "month", count))
    assert found.timetz() == first.timetz()
    assert found.day == min(first.day, monthrange(found.year, found.month)[1])
    months = (found.year - first.year) * 12 + found.month - first.month
    assert months == number * count
