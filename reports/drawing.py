"""Charts of declared reports: bridges, stacked days and rates, each with its finding as title.

Floats appear here as pixel positions only; every finding is worked out exactly by whoever asks for
the chart. Colours are told apart by every common colour blindness, and a key names them in words.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reports import amounts
from reports.chart import specification_of
from reports.tables import Drawing
from reports.wording import short_date

if TYPE_CHECKING:
    import altair

COLOURS: Mapping[str, str] = {
    "blue": "#2f7fc1",
    "orange": "#e69f00",
    "green": "#009e73",
    "red": "#b5460f",
    "grey": "#8a949c",
    "purple": "#b05f95",
}
PANELS_MAX = 3
"""Panels of a chart: those of the currencies with most in them. The tables hold every currency;
drawing a panel takes a night longer than all the queries of its report."""

_WIDTH, _HEIGHT = 330, 130
_RATES_SPAN = 0.02
"""Points of percent that an axis of rates shows at least: below, it would show what is rounded."""


class Step(NamedTuple):
    """One bar of a bridge: a whole that stands on the ground, or a part that goes up or down."""

    name: str
    amount: str
    is_whole: bool = False


class Part(NamedTuple):
    """One colour of a stacked bar or one line: its name, its colour, and its value by date."""

    name: str
    colour: str
    by_date: Mapping[str, str]


def bridge(finding: str, description: str, steps: Sequence[Step]) -> Drawing:
    """Draw how a whole is reached: each part begins where the one before it ended."""
    values, level = [], Decimal(0)
    for step in steps:
        begin = Decimal(0) if step.is_whole else level
        level = begin + amounts.exact(step.amount)
        colour = "blue" if step.is_whole else "orange" if level < begin else "green"
        values.append({"step": step.name, "from": float(begin), "to": float(level), "part": colour})
    specification = _filled(_bridge(), values)
    specification["encoding"]["x"]["sort"] = [step.name for step in steps]
    key = (("whole", "blue"), ("adds", "green"), ("takes away", "orange"))
    return Drawing(finding, specification, description, key)


def stacked(finding: str, description: str, parts: Sequence[Part]) -> Drawing:
    """Draw a bar a day, stacked of the parts in their order; what is below zero hangs from it."""
    dates = sorted({date for part in parts for date in part.by_date})
    values = [
        {"date": date, "part": part.colour, "rank": rank, "amount": float(height)}
        for rank, part in enumerate(parts)
        for date in dates
        if (height := amounts.exact(part.by_date.get(date, "0")))
    ]
    specification = _filled(_stacked(tuple(part.colour for part in parts)), values)
    return Drawing(finding, _dated(specification, dates), description, _key(parts))


def rates(finding: str, description: str, parts: Sequence[Part]) -> Drawing:
    """Draw a line a part, in percent; the first is broad, so that it is seen beneath the others."""
    dates = sorted({date for part in parts for date in part.by_date})
    values: list[dict[str, Any]] = [
        {"date": date, "part": part.colour, "percent": float(amounts.exact(part.by_date[date]))}
        for part in parts
        for date in dates
        if date in part.by_date
    ]
    specification = _filled(_rates(tuple(part.colour for part in parts)), values)
    shown = [one["percent"] for one in values]
    if shown and max(shown) - min(shown) < _RATES_SPAN:
        middle = (min(shown) + max(shown)) / 2
        domain = [middle - _RATES_SPAN / 2, middle + _RATES_SPAN / 2]
        specification["encoding"]["y"]["scale"] |= {"domain": domain, "padding": 0}
    return Drawing(finding, _dated(specification, dates), description, _key(parts))


@cache
def _bridge() -> dict[str, Any]:
    import altair as alt

    bars = alt.Chart().mark_bar(aria=False)
    return _finished(
        bars.encode(
            x=alt.X("step:O").axis(labelAngle=0, ticks=False).title(None),
            y=alt.Y("from:Q").axis(**_AMOUNTS).title(None),
            y2=alt.Y2("to:Q"),
            color=_colour(("blue", "green", "orange")),
        )
    )


@cache
def _stacked(colours: tuple[str, ...]) -> dict[str, Any]:
    import altair as alt

    bars = alt.Chart().mark_bar(aria=False)
    return _finished(
        bars.encode(
            x=_date_axis(),
            y=alt.Y("amount:Q").axis(**_AMOUNTS).title(None),
            color=_colour(colours),
            order=alt.Order("rank:Q"),
        )
    )


@cache
def _rates(colours: tuple[str, ...]) -> dict[str, Any]:
    import altair as alt

    widths = alt.StrokeWidth("part:N", legend=None)
    lines = alt.Chart().mark_line(aria=False, point={"size": 22, "aria": False})
    return _finished(
        lines.encode(
            x=_date_axis(),
            y=alt.Y("percent:Q")
            .scale(zero=False, nice=True, padding=6)
            .axis(tickCount=4, labelExpr="datum.label + ' %'")
            .title(None),
            color=_colour(colours),
            strokeWidth=widths.scale(domain=colours, range=[6, *[2] * (len(colours) - 1)]),
        )
    )


_AMOUNTS: Mapping[str, Any] = {
    "tickCount": 4,
    "labelExpr": "replace(format(datum.value,'~s'),'G','bn')",
}


def _key(parts: Sequence[Part]) -> tuple[tuple[str, str], ...]:
    return tuple((part.name, part.colour) for part in parts)


def _colour(names: Sequence[str]) -> altair.Color:
    import altair as alt

    scale = alt.Scale(domain=list(names), range=[COLOURS[name] for name in names])
    colour: altair.Color = alt.Color("part:N", scale=scale, legend=None)
    return colour


def _date_axis() -> altair.X:
    import altair as alt

    axis: altair.X = (
        alt.X("date:O").scale(paddingInner=0.25).axis(labelAngle=0, ticks=False).title(None)
    )
    return axis


def _dated(specification: dict[str, Any], dates: Sequence[str]) -> dict[str, Any]:
    """Give the axis its dates: it asks the machine for neither zone nor locale."""
    names = ",".join(f"'{date}':'{short_date(date)}'" for date in dates)
    axis = specification["encoding"]["x"]
    axis["scale"]["domain"] = list(dates)
    axis["axis"] |= {
        "values": list(dates)[::-1][::7][::-1],
        "labelExpr": f"({{{names}}})[datum.value]",
    }
    return specification


def _filled(template: dict[str, Any], values: list[dict[str, Any]]) -> dict[str, Any]:
    """A chart is built once a process and filled for each panel: building takes a third of it."""
    return copy.deepcopy(template) | {"data": {"values": values}}


def _finished(chart: altair.Chart) -> dict[str, Any]:
    return specification_of(chart.properties(width=_WIDTH, height=_HEIGHT), "transparent")
