"""What a mail about a report says: its subject, its text, the page's top part and one chart.

Belongs here: choosing so much of a report that no mail program clips it. Stays out: headers,
attachments and addresses (mail.py), and sending (outbox.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from reports import amounts, chart, lists, page, render, text, wording
from reports.figures import DailyFigures, quiet_day
from reports.kinds import report_named
from reports.page import ShownColumn, ShownTable
from reports.tables import NUMBERS, Cell, Drawing, Figures, Report

BODY_BYTES = 80_000  # mail programs clip at about 100 KB, counted after encoding
_BREAKS_SHOWN = (20, 5, 0)  # fewer when the sentences are long
_ROWS_SHOWN = (20, 5, 0)
_ROOM = 90  # signs side by side that are readable on 600 pixels, the space between columns included
_ROOM_OF = {"id": 20, "reason": 24, "text": 10}  # what is longer is broken into lines
_SPACE = 1.2
_LINES_SHOWN = 400
_CHANGES_SHOWN = 100


class Letter(NamedTuple):
    """The contents of a mail; `html` is given the name that the picture has in it, or nothing."""

    subject: str
    text: str
    html: Callable[[str], str]
    picture: Callable[[], bytes] | None


def letter_of(figures: Figures, *, is_attached: bool) -> Letter:
    """Return what a mail about this report says; `is_attached` when the whole list comes along."""
    if figures["name"] == "daily":
        daily: Any = figures
        return Letter(
            daily_subject(daily),
            text.render_text(daily, most_breaks=50, most_changes=_CHANGES_SHOWN),
            lambda cid: _daily_html(daily, cid, is_attached=is_attached),
            partial(_picture, json.dumps(figures["trend"])) if chart.panels(daily) else None,
        )
    report = report_named(figures["name"])
    drawing = _drawing(report, figures)
    return Letter(
        _subject(figures, report.title.lower() + ": " + report.headline(figures)),
        _shortened(lists.render_plain(report, figures)),
        lambda cid: _report_html(report, figures, cid, finding=drawing.finding if drawing else ""),
        partial(_png, json.dumps(drawing.specification)) if drawing else None,
    )


def daily_subject(figures: DailyFigures) -> str:
    """Return the subject: "2026-11-21: 3 breaks, NGN 41,200.00 short", red nights marked first."""
    return _subject(figures, wording.headline(figures))


def inlined(template: str, words: Mapping[str, object]) -> str:
    """Render a mail's HTML with its styles on the elements; the dark ones stay in the head."""
    import css_inline

    html = (
        render.environment()
        .get_template(template)
        .render(css=render.stylesheet("mail.css"), **words)
    )
    inliner = css_inline.CSSInliner(
        load_remote_stylesheets=False, keep_style_tags=False, keep_at_rules=True
    )
    done: str = inliner.inline(html)
    return done


def _subject(figures: Mapping[str, Any], said: str) -> str:
    date = wording.business_date(figures["business_date"]).isoformat()
    red = "" if figures["verdict"]["state"] == "green" else "RED "
    corrected = " corrected" if figures["changes"] else ""
    # "2026-11-21: all clear", but "2026-11-21 exceptions: 3 open breaks".
    mark = " " if figures["name"] != "daily" else ": "
    # Plain ASCII: a true minus would have the whole subject written as encoded words.
    return f"{red}{date}{corrected}{mark}{said}".replace(amounts.MINUS, "-")


def _daily_html(figures: DailyFigures, cid: str, *, is_attached: bool) -> str:
    """Return the page's top part, small enough that no mail program clips it."""
    html = ""
    for shown in _BREAKS_SHOWN:
        in_order = [row for _, rows in render.by_severity(figures["breaks"]) for row in rows]
        words = render.page_words(figures) | {
            "breaks": in_order[:shown],
            "finding": chart.finding(figures),
            "cid": cid,
            "is_attached": is_attached,
            "most": 12 if shown else 3,
        }
        html = inlined("mail.html.j2", words)
        if len(html.encode("utf-8")) <= BODY_BYTES:
            break
    return html


def _report_html(report: Report, figures: Figures, cid: str, *, finding: str) -> str:
    html = ""
    words = page.page_words(report, figures, is_drawn=False)
    for shown in _ROWS_SHOWN:
        more = {"cid": cid, "finding": finding, "most": shown, "narrowed": _narrowed}
        html = inlined("report_mail.html.j2", words | more | {"numbers": NUMBERS})
        if len(html.encode("utf-8")) <= BODY_BYTES:
            break
    return html


def _narrowed(shown: ShownTable, most: int) -> tuple[Sequence[ShownColumn], str]:
    """The columns that a mail has room for, and the titles of the others.

    Counts go first, then what stands in the middle: money says more, and the last is the result.
    What names the currency of an amount stays.
    """
    kept = list(shown.columns)
    room = {one.place: _room(one, [row[one.place] for row in shown.rows[:most]]) for one in kept}
    currencies = {one.currency for one in shown.table.columns if one.kind == "money"}
    while sum(room[one.place] for one in kept) > _ROOM:
        free = [one for one in kept[1:-1] if one.column.name not in currencies]
        if not free:
            break
        counts = [one for one in free if one.column.kind == "count"]
        kept.remove(counts[0] if counts else free[len(free) // 2])
    return kept, ", ".join(one.column.title for one in shown.columns if one not in kept)


def _room(one: ShownColumn, cells: Sequence[Cell]) -> float:
    """How many signs wide a column is, with the space beside it; no text has a say in that."""
    head = max(len(word) for word in one.column.title.split())
    if one.column.kind in NUMBERS:
        return max([head, *(len(cell.shown) for cell in cells)]) + _SPACE
    is_id, is_reason = one.column.kind == "id", bool(one.beneath)
    return max(head, _ROOM_OF["id" if is_id else "reason" if is_reason else "text"]) + _SPACE


def _shortened(said: str) -> str:
    lines = said.split("\n")
    left = len(lines) - _LINES_SHOWN
    return (
        "\n".join([*lines[:_LINES_SHOWN], f"... and {left:,} more lines in the report.", ""])
        if (left > 0)
        else said
    )


def _drawing(report: Report, figures: Figures) -> Drawing | None:
    """The first chart of a report that has one today: that of the currency in its headline."""
    for part in report.sections:
        drawings = list(part.draw(figures)) if part.draw else []
        if drawings:
            currency = report.headline(figures).split(" ", 1)[0]
            named = [one for one in drawings if currency in re.findall(r"\w+", one.finding)]
            return (named or drawings)[0]
    return None


@lru_cache(maxsize=4)
def _picture(trend: str) -> bytes:
    """Draw the chart once for all routes: it is the slowest part of a mail."""
    return chart.chart_png({**quiet_day(), "trend": json.loads(trend)})


@lru_cache(maxsize=8)
def _png(specification: str) -> bytes:
    import vl_convert

    on_white = chart.drawable(json.loads(specification)) | {"background": "white"}
    return chart.packed(vl_convert.vegalite_to_png(on_white, vl_version="6.4", scale=2))
