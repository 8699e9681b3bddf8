"""The text form: all that matters, aligned, and nothing that steers a terminal."""

from decimal import Decimal

import pytest

from reports.amounts import MINUS
from reports.figures import quiet_day
from reports.text import aligned, render_text


def test_a_quiet_day_says_all_clear_and_that_nothing_is_open():
    text = render_text(quiet_day())

    assert "GREEN: all clear" in text
    assert "No break is open." in text


@pytest.mark.parametrize("seed", range(3))
def test_every_break_stands_with_its_reason_and_both_values(make_daily, seed):
    figures = make_daily(seed)

    lines = render_text(figures).splitlines()

    for one in figures["breaks"]:
        reason = lines.index(f"      {one['detail']}")
        impact = lines[reason - 1].split(f"  {one['currency']} ")[1]
        about = lines[reason + 1].replace(",", "")
        assert Decimal(impact.replace(",", "").replace(MINUS, "-")) == Decimal(one["money_impact"])
        assert f"order {one['order_id']}" in about
        expected, received = (
            Decimal(about.split(f"{name} ")[1].split()[0]) for name in ("expected", "received")
        )
        assert [expected, received] == [
            Decimal(one["expected_amount"]),
            Decimal(one["actual_amount"]),
        ]


def test_totals_read_back_to_the_last_digit(make_daily):
    figures = make_daily(5)

    lines = render_text(figures).splitlines()

    start = lines.index("  The whole book:") + 2
    for line, row in zip(lines[start:], figures["totals"], strict=False):
        currency, orders, *shown = line.replace(",", "").replace(MINUS, "-").split()
        assert [currency, int(orders)] == [row["currency"], row["orders"]]
        parts = ("expected", "received", "difference", "in_breaks", "in_timing")
        assert [Decimal(amount) for amount in shown[:-1]] == [Decimal(row[part]) for part in parts]


def test_a_long_list_is_cut_and_says_so(make_daily):
    text = render_text(make_daily(1, breaks=30), most_breaks=10)

    assert "... and 20 more breaks in the list of the report." in text


def test_red_reasons_and_changes_are_told(make_daily):
    figures = make_daily(1)
    figures["verdict"] = {"state": "red", "reasons": ["A window is open."]}
    figures["changes"] = [{"figure": "NGN received", "old": "1.00", "new": "2.00"}]

    text = render_text(figures)

    assert "RED: 12 breaks" in text
    assert "  - A window is open." in text
    assert "NGN received  1.00  2.00" in text


def test_no_text_from_data_starts_a_line_or_steers_the_terminal(make_daily):
    figures = make_daily(1, breaks=1)
    figures["breaks"][0]["detail"] = "x\r\nSubject: y\x1b[2J\u202e"
    figures["verdict"] = {"state": "red", "reasons": ["a\nGREEN: all clear"]}

    text = render_text(figures)

    assert not [line for line in text.splitlines() if line.startswith(("Subject", "GREEN"))]
    assert "\x1b" not in text


def test_columns_stand_two_blanks_apart():
    assert aligned([("a", "1"), ("bb", "200")]) == ["  a     1", "  bb  200"]
