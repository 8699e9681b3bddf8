"""A declared report as one self-contained page: verdict, sections, charts, how to find it again.

Belongs here: what the page of every declared report says beside its tables. Stays out: what a
report is (`reports.tables`), and the daily page, which has a form of its own (`reports.render`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from reports import wording
from reports.chart import drawable
from reports.figures import refuse_floats
from reports.render import environment, flat_policy, stylesheet
from reports.tables import (
    Cell,
    Column,
    Drawing,
    Figures,
    Report,
    Section,
    Table,
    cells_of,
    rows_of,
    said_of_none,
    totals_of,
)


class ShownColumn(NamedTuple):
    """A column of the page, with those whose values stand beneath its own."""

    column: Column
    place: int
    beneath: Sequence[int]


class ShownTable(NamedTuple):
    """A table of the page: its cells by row, all columns included."""

    table: Table
    columns: Sequence[ShownColumn]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Sequence[Cell]]
    empty: str


class ShownSection(NamedTuple):
    """A section of the page with its charts as markup."""

    section: Section
    drawings: Sequence[tuple[Drawing, Any]]
    tables: Sequence[ShownTable]


def render_page(report: Report, figures: Figures) -> str:
    """Return the report as one page that asks nothing of the network."""
    from markupsafe import Markup

    refuse_floats(figures)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            **page_words(report, figures),
            css=stylesheet("page.css") + stylesheet("report.css"),
            policy=list(flat_policy(figures["policy"])),
            query=Markup("\n").join(map(wording.plain, figures["control"]["query"].split("\n"))),
        )
    )


def page_words(report: Report, figures: Figures, *, is_drawn: bool = True) -> dict[str, Any]:
    """Return what the HTML forms of a declared report say, with its charts where asked."""
    return {
        "report": report,
        "figures": figures,
        "green": figures["verdict"]["state"] == "green",
        "headline": report.headline(figures),
        "sections": [_section(one, figures, is_drawn=is_drawn) for one in report.sections],
        "both_clocks": partial(wording.both_clocks, timezone=figures["timezone"]),
        "when": wording.long_month if report.is_monthly else wording.long_date,
    }


def shown_columns(table: Table) -> list[ShownColumn]:
    """Return the columns that people read, each with those beneath it."""
    places = {column.name: place for place, column in enumerate(table.columns)}
    return [
        ShownColumn(
            column,
            places[column.name],
            [places[one.name] for one in table.columns if one.under == column.name],
        )
        for column in table.columns
        if not column.is_minor and not column.under
    ]


def _section(section: Section, figures: Figures, *, is_drawn: bool) -> ShownSection:
    drawings = section.draw(figures) if section.draw and is_drawn else []
    return ShownSection(
        section,
        [(one, _svg(one)) for one in drawings],
        [
            ShownTable(
                table,
                shown_columns(table),
                [list(cells_of(table, row, figures)) for row in rows_of(table, figures)],
                [list(cells_of(table, row, figures)) for row in totals_of(table, figures)],
                said_of_none(table, figures),
            )
            for table in section.tables
        ],
    )


def _svg(drawing: Drawing) -> Any:
    import vl_convert
    from markupsafe import Markup

    svg = vl_convert.vegalite_to_svg(drawable(drawing.specification), vl_version="6.4")
    return Markup(svg)  # noqa: S704 - made of dates, numbers and our own words
