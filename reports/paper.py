"""A report as PDF: pages with numbers, heads that repeat, tags for screen readers.

Belongs here: what the pages say, as JSON and never as markup. Stays out: how they look
(report.typ), how they are made (typesetting.py), and what a report is (`reports.tables`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reports import wording
from reports.figures import refuse_floats
from reports.footing import footing
from reports.page import ShownColumn, ShownTable, page_words
from reports.tables import Cell, Figures, Report
from reports.typesetting import typeset

_SHORT = 36
"""A column of no longer text is as wide as it: an id stays on one line, and an owner beside it."""


def render_paper(report: Report, figures: Figures) -> bytes:
    """Return the report as PDF; the same figures give the same bytes."""
    refuse_floats(figures)
    return typeset(json.dumps(_words(report, figures), ensure_ascii=True))


def _words(report: Report, figures: Figures) -> dict[str, Any]:
    words = page_words(report, figures)
    when = words["when"](figures["business_date"])
    colour = "Green" if words["green"] else "Red"
    return {
        "title": f"{report.title}, {when}",
        "kind": report.title.lower(),
        "when": when,
        "green": words["green"],
        "verdict": f"{colour}: {wording.plain(words['headline'])}",
        "reasons": [wording.plain(one) for one in figures["verdict"]["reasons"]],
        "as_of": f"As of {wording.both_clocks(figures['as_of'], figures['timezone'])}",
        "digest": figures["control"]["snapshot_digest"][:12],
        "changes": [
            [wording.plain(row[part]) for part in ("figure", "old", "new")]
            for row in figures["changes"]
        ],
        "sections": [
            {
                "title": part.section.title,
                "lead": part.section.lead,
                "drawings": [
                    {
                        "finding": wording.plain(drawing.finding),
                        "description": drawing.description,
                        "key": ", ".join(f"{colour}: {name}" for name, colour in drawing.key),
                        "svg": str(svg),
                    }
                    for drawing, svg in part.drawings
                ],
                "tables": [_table(shown) for shown in part.tables],
            }
            for part in words["sections"]
        ],
        "footing": [[wording.plain(name), wording.plain(text)] for name, text in footing(figures)],
    }


def _table(shown: ShownTable) -> dict[str, Any]:
    return {
        "caption": shown.table.caption,
        "note": shown.table.note,
        "empty": shown.empty,
        "signed": shown.table.is_signed,
        "columns": [
            {
                "title": one.column.title,
                "number": one.column.kind in ("money", "count", "days", "percent"),
                "weight": _weight(one, shown),
            }
            for one in shown.columns
        ],
        "rows": [_row(shown, cells) for cells in shown.rows],
        "totals": [_row(shown, cells) for cells in shown.totals],
    }


def _weight(one: ShownColumn, shown: ShownTable) -> int:
    """How much of the page's width a column takes: 0 for no more than its longest text needs."""
    places = (one.place, *one.beneath)
    longest = max(
        (len(row[place].shown) for row in shown.rows for place in places if row[place].value),
        default=0,
    )
    return 0 if longest <= _SHORT else 3 if one.beneath else 1


def _row(shown: ShownTable, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    return [
        {
            "shown": cells[one.place].shown,
            "beneath": [cells[place].shown for place in one.beneath if cells[place].value],
        }
        for one in shown.columns
    ]
