"""Charts of declared reports: bridges, stacked days and rates, each with its finding as title.

Floats appear here as pixel positions only; every finding is worked out exactly by whoever asks for
the chart. Colours are told apart by every common colour blindness, and a key names them in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
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
}
PANELS_MAX = 8
"""A chart has at most this many panels; the tables beneath it hold every currency."""

_WIDTH, _HEIGHT = 330, 130


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
    import altair as alt

    values, level = [], Decimal(0)
    for step in steps:
        begin = Decimal(0) if step.is_whole else level
        level = begin + amounts.exact(step.amount)
        colour = "blue" if step.is_whole else "orange" if level < begin else "green"
        values.append({"step": step.name, "from": float(begin), "to": float(level), "part": colour})
    names = [step.name for step in steps]
    bars = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(aria=False)
        .encode(
            x=alt.X("step:O").sort(names).axis(labelAngle=0, ticks=False).title(None),
            y=alt.Y("from:Q").axis(**_AMOUNTS).title(None),
            y2=alt.Y2("to:Q"),
            color=_colour(["blue", "green", "orange"]),
        )
    )
    key = (("whole", "blue"), ("adds", "green"), ("takes away", "orange"))
    return Drawing(finding, _finished(bars), description, key)


def stacked(finding: str, description: str, parts: Sequence[Part]) -> Drawing:
    """Draw a bar a day, stacked of the parts in their order from the ground up."""
    import altair as alt

    dates = sorted({date for part in parts for date in part.by_date})
    values = [
        {"date": date, "part": part.colour, "rank": rank, "amount": float(height)}
        for rank, part in enumerate(parts)
        for date in dates
        if (height := max(amounts.exact(part.by_date.get(date, "0")), Decimal(0)))
    ]
    bars = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(aria=False)
        .encode(
            x=_dates(dates),
            y=alt.Y("amount:Q").axis(**_AMOUNTS).title(None),
            color=_colour([part.colour for part in parts]),
            order=alt.Order("rank:Q"),
        )
    )
    return Drawing(finding, _finished(bars), description, _key(parts))


def rates(finding: str, description: str, parts: Sequence[Part]) -> Drawing:
    """Draw a line a part, in percent; a day without a rate leaves a gap."""
    import altair as alt

    dates = sorted({date for part in parts for date in part.by_date})
    values = [
        {"date": date, "part": part.colour, "percent": float(amounts.exact(part.by_date[date]))}
        for part in parts
        for date in dates
        if date in part.by_date
    ]
    lines = (
        alt.Chart(alt.InlineData(values=values))
        .mark_line(aria=False, point={"size": 22, "aria": False})
        .encode(
            x=_dates(dates),
            y=alt.Y("percent:Q")
            .scale(zero=False, nice=True, padding=6)
            .axis(tickCount=4, labelExpr="datum.label + ' %'")
            .title(None),
            color=_colour([part.colour for part in parts]),
            # The first line is the broad one, so that it is seen beneath the others.
            strokeWidth=alt.StrokeWidth("part:N", legend=None).scale(
                domain=[part.colour for part in parts], range=[6, *[2] * (len(parts) - 1)]
            ),
        )
    )
    return Drawing(finding, _finished(lines), description, _key(parts))


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


def _dates(dates: Sequence[str]) -> altair.X:
    """An axis that asks the machine for neither zone nor locale: its labels are looked up."""
    import altair as alt

    marked = list(dates)[::-1][::7][::-1]
    names = ",".join(f"'{date}':'{short_date(date)}'" for date in dates)
    axis: altair.X = (
        alt.X("date:O")
        .scale(domain=list(dates), paddingInner=0.25)
        .axis(values=marked, labelExpr=f"({{{names}}})[datum.value]", labelAngle=0, ticks=False)
        .title(None)
    )
    return axis


def _finished(chart: altair.Chart) -> dict[str, Any]:
    return specification_of(chart.properties(width=_WIDTH, height=_HEIGHT), "transparent")
