"""Panels by currency: what they say and what their drawing holds."""

import re
import struct

import altair
import jsonschema
import pytest

from reports import chart
from reports.figures import quiet_day


def a_day(date, currency="NGN", expected="100", matched="100"):
    return {
        "business_date": date,
        "currency": currency,
        "expected": expected,
        "received": matched,
        "matched": matched,
        "open": "0",
    }


def figures_with(*days):
    figures = quiet_day()
    figures["trend"] = list(days)
    return figures


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], "Nothing was expected in the last 30 days"),
        ([a_day("2026-11-20")], "Everything expected in the last 30 days is matched"),
        (
            [a_day("2026-11-20", matched="99.99999")],
            "99.9 % of the NGN expected in the last 30 days is matched",
        ),
        (
            [a_day("2026-11-20", matched="98"), a_day("2026-11-20", "KES", "10", "9")],
            "From 90.0 % (KES) to 98.0 % (NGN) of what was expected in the last 30 days is matched",
        ),
    ],
)
def test_the_title_says_the_finding(days, said):
    assert chart.finding(figures_with(*days)) == said


def test_currencies_are_never_added(make_daily):
    panels = chart.panels(make_daily(1, days=30))

    assert [panel.currency for panel in panels] == ["GHS", "KES", "NGN", "RWF", "ZAR"]
    assert all({row["currency"] for row in panel.days} == {panel.currency} for panel in panels)


def test_only_the_last_thirty_days_are_drawn():
    days = [a_day(f"2026-{month:02}-{day:02}") for month in (9, 10) for day in range(1, 31)]

    [panel] = chart.panels(figures_with(*reversed(days)))

    assert [panel.days[0]["business_date"], len(panel.days)] == ["2026-10-01", 30]


def test_the_drawing_holds_dates_and_numbers_and_asks_for_nothing():
    [panel] = chart.panels(figures_with(a_day("2026-11-20", "<NGN>"), a_day("2026-11-21", "<NGN>")))

    svg = chart.trend_svg(panel)

    assert re.findall(r"<text[^>]*>([^<]*)", svg)[0] == "21 Nov"
    assert "NGN" not in svg
    assert "href" not in svg
    assert re.findall(r"https?://[^\"]*", svg) == [
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    ]
    assert " id=" not in svg


def test_the_picture_for_the_mail_is_a_png_and_small(make_daily):
    png = chart.chart_png(make_daily(1, days=30))

    width, _ = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert 1000 < width < 1400
    assert len(png) < 150_000


def test_what_is_drawn_keeps_the_schema_of_the_charts(make_daily, monkeypatch):
    import vl_convert

    drawn = []
    real = vl_convert.vegalite_to_png
    monkeypatch.setattr(
        vl_convert, "vegalite_to_png", lambda spec, **how: drawn.append(spec) or real(spec, **how)
    )
    chart.chart_png(make_daily(1, days=30))

    [specification] = drawn
    altair.Chart.from_dict(specification, validate=True)
    with pytest.raises(jsonschema.ValidationError):
        altair.Chart.from_dict(specification | {"columns": "two"}, validate=True)
