"""Every declared report in every form: quiet, busy and hostile; no figure is lost on the way."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import altair
import pytest
from reporting.declared import busy_report, quiet_report
from reporting.parsing import Page, blocks, poisoned

from pipelines.warehouse.figures import DRAWN
from reports.figures import FiguresUnusable
from reports.files import FORMS, rendered_form, write_reports
from reports.index import write_index
from reports.kinds import NAMES, REPORTS
from reports.tables import Report, cells_of, rows_of, totals_of

EVERY = pytest.mark.parametrize("report", REPORTS.values(), ids=list(REPORTS))
HOSTILE = [
    "\"><img src=x onerror='alert(1)'>",
    "</style></td></table>{{ 7 * 7 }}",
    '=HYPERLINK("http://x.test","pay")',
    "\t\uff1d1;+2",
    "a\x00\x1b[31m\u202egnp.exe\ud800",
]


@EVERY
def test_what_is_declared_is_what_is_drawn(report: Report) -> None:
    stored = [table for table in report.tables if table.rows is None]
    named = {name for table in stored for name in (table.name, table.totals) if name}
    assert named == set(DRAWN[report.name])


def test_every_report_that_is_drawn_can_be_rendered() -> None:
    assert set(DRAWN) == set(NAMES)


@EVERY
def test_names_are_unique_and_fit_for_files_and_anchors(report: Report) -> None:
    groups = [
        [section.name for section in report.sections],
        [table.name for table in report.tables],
        *([column.name for column in table.columns] for table in report.tables),
    ]
    for names in groups:
        assert len(set(names)) == len(names)
        assert [name for name in names if not re.fullmatch("[a-z][a-z0-9_]*", name)] == []


@EVERY
def test_a_quiet_night_says_so_in_a_sentence_for_each_table(report: Report) -> None:
    page = Page(rendered_form(quiet_report(report), "html").decode())
    text = rendered_form(quiet_report(report), "txt").decode()
    by_hand = {table.caption for table in report.tables if table.rows}
    assert set(page.tables) == by_hand
    for table in [one for one in report.tables if one.caption not in by_hand]:
        assert re.fullmatch(r"[A-Z].*\.", table.empty)
        assert table.empty in page.text
        assert table.empty in text


@EVERY
def test_the_page_shows_every_figure(report: Report) -> None:
    figures = busy_report(report, 1)
    page = Page(rendered_form(figures, "html").decode())
    for table in report.tables:
        shown = [
            [cell.shown for cell in cells_of(table, row, figures) if not cell.column.is_minor]
            for row in [*rows_of(table, figures), *totals_of(table, figures)]
        ]
        assert [sorted(row) for row in page.tables[table.caption]] == [sorted(row) for row in shown]


@EVERY
def test_the_list_holds_every_figure_to_the_last_digit(report: Report) -> None:
    figures = busy_report(report, 2)
    found = blocks(rendered_form(figures, "csv").decode())
    assert list(found) == [table.name for table in report.tables]
    for table in report.tables:
        cells = [list(cells_of(table, row, figures)) for row in rows_of(table, figures)]
        assert found[table.name] == [{one.column.name: one.listed for one in row} for row in cells]


@EVERY
def test_the_text_holds_every_figure_that_people_read(report: Report) -> None:
    figures = busy_report(report, 3)
    text = rendered_form(figures, "txt").decode()
    for table in report.tables:
        for row in rows_of(table, figures):
            for cell in cells_of(table, row, figures):
                assert cell.column.is_minor or cell.shown in text


@EVERY
@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_adds_no_tag_and_starts_no_formula(report: Report, payload: str) -> None:
    figures = busy_report(report, 4)
    harmless = Page(rendered_form(poisoned(figures, "harmless"), "html").decode())
    hostile = Page(rendered_form(poisoned(figures, payload), "html").decode())
    assert hostile.tags == harmless.tags
    assert {"\x1b", "\x00", "\ud800"}.isdisjoint(hostile.text)
    for rows in blocks(rendered_form(poisoned(figures, payload), "csv").decode()).values():
        texts = [cell for row in rows for cell in row.values() if not re.match(r"-?\d", cell)]
        assert [text for text in texts if text.lstrip()[:1] in ("=", "+", "-", "@", "\uff1d")] == []


@EVERY
@pytest.mark.parametrize("form", [*FORMS, "json"])
def test_rendering_gives_the_same_bytes_again_and_leaves_the_figures_alone(
    report: Report, form: str
) -> None:
    figures = busy_report(report, 5)
    before = copy.deepcopy(figures)
    first = rendered_form(figures, form)
    stored = json.loads(json.dumps(figures, sort_keys=True))
    assert rendered_form(stored, form) == first
    assert figures == before


@EVERY
def test_the_page_asks_nothing_of_the_network_and_runs_nothing(report: Report) -> None:
    html = rendered_form(busy_report(report, 6), "html").decode()
    tags = {tag for tag, _ in Page(html).tags}
    assert tags & {"script", "link", "iframe", "img", "object"} == set()
    assert re.findall(r'href="[^#][^"]*"', html) == []
    assert "default-src 'none'" in html


@EVERY
@pytest.mark.parametrize("form", [*FORMS, "json"])
def test_a_float_is_refused_in_every_form(report: Report, form: str) -> None:
    figures = busy_report(report, 7)
    figures[report.tables[0].name][0]["amount"] = 0.1
    with pytest.raises(FiguresUnusable, match="floating"):
        rendered_form(figures, form)


@EVERY
def test_charts_are_valid_say_what_they_find_and_have_their_figures_as_a_table(
    report: Report,
) -> None:
    figures = busy_report(report, 9)
    for section in report.sections:
        for drawing in section.draw(figures) if section.draw else ():
            altair.Chart.from_dict(drawing.specification, validate=True)
            assert re.search(r"\d", drawing.finding)
            assert drawing.description.endswith(".")
            assert section.tables


def test_reports_lie_under_their_date_and_stand_in_the_index(tmp_path: Path) -> None:
    drawn = [busy_report(report, 8) for report in REPORTS.values()]
    paths = write_reports(tmp_path, drawn, ("html", "json"))
    assert all(path.is_file() for path in paths)
    index = write_index(tmp_path).read_text(encoding="utf-8")
    for path in paths:
        assert f'href="{path.relative_to(tmp_path / "reports")}"' in index
