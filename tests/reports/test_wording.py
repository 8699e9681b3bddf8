"""The headline that becomes a subject, dates, and text made fit to be shown."""

import pytest

from reports import wording
from reports.figures import FiguresUnusable, quiet_day


def a_break(currency="NGN", impact="0", **other):
    row = {"currency": currency, "money_impact": impact, "severity": "high"}
    return row | other


def figures_with(*breaks, state="green", reasons=(), minor_units=2):
    figures = quiet_day()
    figures["breaks"] = list(breaks)
    figures["verdict"] = {"state": state, "reasons": list(reasons)}
    figures["totals"] = [
        {"currency": currency, "minor_units": 0 if currency == "RWF" else minor_units}
        for currency in ("NGN", "RWF", "KES")
    ]
    return figures


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        ([], "all clear"),
        ([a_break(impact="-41200")], "1 break, NGN 41,200.00 short"),
        (
            [a_break(impact="-41000.00"), a_break(impact="-200"), a_break(impact="7")],
            "3 breaks, NGN 41,200.00 short",
        ),
        ([a_break(impact="12.50"), a_break(impact="0.5")], "2 breaks, NGN 13.00 over"),
        ([a_break(impact="0")], "1 break"),
        ([a_break(currency=None, impact="0")], "1 break"),
        (
            [a_break("RWF", "-5000"), a_break("RWF", "-1"), a_break("NGN", "-900000")],
            "3 breaks, RWF 5,001 short + 1 more currency",
        ),
        (
            [a_break("NGN", "-1"), a_break("KES", "-2"), a_break("RWF", "-3")],
            "3 breaks, KES 2.00 short + 2 more currencies",
        ),
        ([a_break("NGN", "-1"), a_break("KES", "9")], "2 breaks, NGN 1.00 short"),
        ([a_break("NGN", "3"), a_break("KES", "9")], "2 breaks, KES 9.00 over + 1 more currency"),
    ],
)
def test_the_headline_says_how_many_breaks_and_how_much_is_short(breaks, said):
    assert wording.headline(figures_with(*breaks)) == said


def test_a_red_night_without_breaks_says_how_many_controls_are_red():
    figures = figures_with(state="red", reasons=["A file was refused.", "A window is open."])

    assert wording.headline(figures) == "no breaks, 2 controls red"


@pytest.mark.parametrize(
    "currency", ["=?utf-8?q?x?=", "N\r\nBcc: x", "<b>", "ngn", "N", "\uff2e\uff27\uff2e"]
)
def test_a_currency_that_is_none_is_never_named_in_the_headline(currency):
    figures = figures_with(a_break(currency, "-5"), a_break("KES", "-7"))

    assert wording.headline(figures) == "2 breaks, KES 7.00 short + 1 more currency"
    assert wording.headline(figures_with(a_break(currency, "-5"))) == "1 break"


def test_text_from_data_stands_on_one_line_and_hides_nothing():
    steering = "a\r\nb\tc\x1b[2J\u202egnp\u200b\ud800\x00"

    assert wording.plain(steering) == "a b c\ufffd[2J\ufffdgnp\ufffd\ufffd\ufffd"


def test_dates_are_words_without_asking_the_locale():
    assert wording.long_date("2026-11-21") == "Saturday 21 November 2026"
    assert wording.short_date("2026-05-01") == "1 May"


@pytest.mark.parametrize("text", ["2026-11-21\n", "21.11.2026", "20261121", "2026-13-01", "<b>"])
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(ValueError, match=r"not a date|month must be"):
        wording.business_date(text)


def test_an_instant_is_shown_on_the_clock_of_the_business_with_utc_beside_it():
    said = wording.both_clocks("2026-11-21T23:00:00Z", "Africa/Lagos")

    assert said == "2026-11-22 00:00 Africa/Lagos (2026-11-21 23:00 UTC)"


@pytest.mark.parametrize("zone", ["Nowhere/Else", "../../etc/passwd", "", "/etc/localtime"])
def test_an_unknown_zone_leaves_utc(zone):
    assert wording.both_clocks("2026-11-21T23:00:00+00:00", zone) == "2026-11-21 23:00 UTC"


def test_an_instant_without_offset_is_refused():
    with pytest.raises(FiguresUnusable, match="without an offset"):
        wording.instant("2026-11-21T23:00:00")
