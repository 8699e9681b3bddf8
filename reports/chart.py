"""Matched against expected over the last days, one small panel for each currency.

Amounts of different currencies are never added and never share an axis. A bar is what was
expected on a day: blue is matched, the orange cap is not. Floats appear here as pixel positions
only; the finding that stands above a panel is worked out exactly.
"""

from __future__ import annotations

import copy
import struct
import zlib
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reports import amounts
from reports.figures import DailyFigures, TrendDay
from reports.wording import plain, short_date

if TYPE_CHECKING:
    import altair

MATCHED, NOT_MATCHED = "#2f7fc1", "#e69f00"  # told apart by every common colour blindness
DAYS_SHOWN = 30
_WIDTH, _HEIGHT = 330, 120
_PNG_PANELS = 8  # a mail shows the currencies with the lowest share; the page shows all


class Panel(NamedTuple):
    """One currency: its finding, and its days from the oldest to the newest."""

    currency: str
    matched_percent: str | None
    finding: str
    days: list[TrendDay]


def panels(figures: DailyFigures) -> list[Panel]:
    """Return a panel for every currency in which something moved, by currency."""
    dates = sorted({row["business_date"] for row in figures["trend"]})[-DAYS_SHOWN:]
    found = []
    for currency in sorted({row["currency"] for row in figures["trend"]}):
        days = sorted(
            (
                row
                for row in figures["trend"]
                if row["currency"] == currency and row["business_date"] in dates
            ),
            key=lambda row: row["business_date"],
        )
        if any(not amounts.is_zero(row["expected"]) for row in days):
            found.append(_panel(currency, days))
    return found


def finding(figures: DailyFigures) -> str:
    """Return what the chart shows as one sentence: its title."""
    judged = [panel for panel in panels(figures) if panel.matched_percent]
    if not judged:
        return "Nothing was expected in the last 30 days"
    low = min(judged, key=lambda panel: amounts.exact(panel.matched_percent or "0"))
    high = max(judged, key=lambda panel: amounts.exact(panel.matched_percent or "0"))
    if low.matched_percent == "100.0" == high.matched_percent:
        return "Everything expected in the last 30 days is matched"
    if low.matched_percent == high.matched_percent:
        where = f"of the {low.currency}" if len(judged) == 1 else "of what was"
        return f"{low.matched_percent} % {where} expected in the last 30 days is matched"
    return (
        f"From {low.matched_percent} % ({low.currency}) to {high.matched_percent} %"
        f" ({high.currency}) of what was expected in the last 30 days is matched"
    )


def trend_svg(panel: Panel) -> str:
    """Return one panel as SVG; it holds dates and numbers, no text from data."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(trend_specification(panel), vl_version="6.4")
    return svg


def trend_specification(panel: Panel) -> dict[str, Any]:
    """Return one panel as the specification of a chart."""
    specification = copy.deepcopy(_template())
    specification["data"] = {"values": _stacked(panel.days)}
    marked, label = _labels(panel)
    specification["encoding"]["x"]["axis"] |= {"values": marked, "labelExpr": label}
    return specification


@cache
def _template() -> dict[str, Any]:
    """The chart without its days: building it takes a third of drawing it."""
    empty = _bars(Panel("", None, "", []))
    return specification_of(empty.properties(width=_WIDTH, height=_HEIGHT), "transparent")


def chart_png(figures: DailyFigures) -> bytes:
    """Return all panels as one PNG on white, at twice its display width of about 600 pixels."""
    import altair as alt
    import vl_convert

    shown = sorted(panels(figures), key=lambda panel: amounts.exact(panel.matched_percent or "0"))
    charts = [
        _bars(panel).properties(width=240, height=90, title=plain(panel.finding))
        for panel in sorted(shown[:_PNG_PANELS], key=lambda panel: panel.currency)
    ]
    title = alt.Title(
        finding(figures),
        subtitle="Blue: matched. Orange: expected and not matched.",
        offset=14,
    )
    grid = alt.concat(*charts, columns=2, spacing=18, title=title)
    specification = specification_of(grid, "white")
    return packed(vl_convert.vegalite_to_png(specification, vl_version="6.4", scale=2))


def _panel(currency: str, days: list[TrendDay]) -> Panel:
    percent = amounts.share(
        amounts.add(row["matched"] for row in days), amounts.add(row["expected"] for row in days)
    )
    sentence = f"{currency}: {percent} % matched" if percent else f"{currency}: nothing expected"
    return Panel(currency, percent, sentence, days)


def _bars(panel: Panel) -> altair.Chart:
    import altair as alt

    marked, label = _labels(panel)
    colours = alt.Scale(domain=["matched", "not matched"], range=[MATCHED, NOT_MATCHED])
    bars: altair.Chart = (
        alt.Chart(alt.InlineData(values=_stacked(panel.days)))
        .mark_bar(aria=False)
        .encode(
            x=alt.X("date:O")
            .axis(values=marked, labelExpr=label, labelAngle=0, ticks=False, domain=True)
            .scale(paddingInner=0.25)
            .title(None),
            y=alt.Y("amount:Q")
            .axis(tickCount=4, labelExpr="replace(format(datum.value,'~s'),'G','bn')")
            .title(None),
            color=alt.Color("part:N", scale=colours, legend=None),
            order=alt.Order("rank:Q"),
        )
    )
    return bars


def _labels(panel: Panel) -> tuple[list[str], str]:
    """Return the days that are marked, and the expression that names each day.

    A lookup in the expression: the axis must not ask the machine for zone or locale.
    """
    dates = [row["business_date"] for row in panel.days]
    names = ",".join(f"'{date}':'{short_date(date)}'" for date in dict.fromkeys(dates))
    return dates[::-1][::7][::-1], f"({{{names}}})[datum.value]"


def _stacked(days: list[TrendDay]) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = []
    for row in days:
        rest = amounts.exact(amounts.subtract(row["expected"], row["matched"]))
        heights = (
            ("matched", amounts.exact(row["matched"])),
            ("not matched", max(rest, Decimal(0))),
        )
        values += [
            {"date": row["business_date"], "part": part, "rank": rank, "amount": float(height)}
            for rank, (part, height) in enumerate(heights)
        ]
    return values


def specification_of(chart: altair.Chart | altair.ConcatChart, background: str) -> dict[str, Any]:
    """Return the chart as Vega-Lite, in the quiet look of every chart of ours."""
    quiet = {"gridColor": "#8a949c", "gridOpacity": 0.25, "domainColor": "#8a949c"}
    labels = {"labelColor": "#5b6670", "labelFontSize": 11, "tickColor": "#8a949c", "aria": False}
    specification: dict[str, Any] = chart.configure(
        background=background,
        padding={"left": 5, "top": 5, "right": 14, "bottom": 9},  # fonts differ from form to form
        font="sans-serif",
        axis={**quiet, **labels},
        title={"anchor": "start", "fontSize": 13, "color": "#1d2328", "aria": False},
        view={"stroke": None},
        aria=False,
    ).to_dict(validate=False)  # a test validates it; every night again takes longer than drawing
    return drawable(specification)


def drawable(specification: dict[str, Any]) -> dict[str, Any]:
    """Return the chart without characters that cannot be seen.

    A control character in any text of it ends the renderer, and the whole process with it.
    """
    cleaned: dict[str, Any] = _plain(specification)
    return cleaned


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {_plain(name): _plain(child) for name, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, list) else value


def packed(png: bytes) -> bytes:
    """Pack the same pixels tighter: the renderer's own compression is three times larger."""
    signature, rest = png[:8], png[8:]
    before, pixels, after = b"", b"", b""
    while rest:
        length = int.from_bytes(rest[:4], "big")
        chunk, rest = rest[: 12 + length], rest[12 + length :]
        if chunk[4:8] == b"IDAT":
            pixels += chunk[8:-4]
        elif chunk[4:8] == b"IEND":
            after = chunk
        else:
            before += chunk
    body = b"IDAT" + zlib.compress(zlib.decompress(pixels), 6)
    packed = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return signature + before + packed + after
