"""The sums a reader would do with a pencil."""

import pytest

from reports.figures import quiet_day
from reports.proof import proof_lines


def held(figures):
    return [line.holds for line in proof_lines(figures)]


def test_a_quiet_day_is_proven():
    assert held(quiet_day()) == [True, True, True]


def test_a_busy_day_is_proven(make_daily):
    assert held(make_daily(1)) == [True, True, True]


def test_a_lost_row_shows(make_daily):
    figures = make_daily(1)
    figures["rows"][0]["accepted"] -= 1

    assert held(figures) == [False, True, True]


@pytest.mark.parametrize(
    ("figure", "value"), [("unexplained_residual", "0.01"), ("difference", "1"), ("received", "1")]
)
def test_an_unexplained_amount_shows_and_its_currency_is_named(make_daily, figure, value):
    figures = make_daily(1)
    figures["totals"][2][figure] = value

    assert held(figures) == [True, False, True]
    assert "NGN" in proof_lines(figures)[1].sentence


@pytest.mark.parametrize("figure", ["closing_count", "opening_count", "new_count"])
def test_a_break_that_is_lost_in_the_movement_shows(make_daily, figure):
    figures = make_daily(1)
    figures["roll_forward"][0][figure] += 1

    assert held(figures) == [True, True, False]


def test_an_amount_that_is_lost_in_the_movement_shows(make_daily):
    figures = make_daily(1)
    figures["roll_forward"][0]["revalued_amount"] = "0.01"

    assert held(figures) == [True, True, False]


def test_a_listed_break_that_the_movement_does_not_know_shows(make_daily):
    figures = make_daily(1)
    figures["breaks"].pop()

    assert held(figures) == [True, True, False]
