"""The page, the list and JSON: each form parsed back and compared with the figures."""

import copy
import csv
import io
import json
import re
import time
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from reports import render
from reports.amounts import MINUS
from reports.figures import FiguresUnusable, figures_digest, quiet_day

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</style><style>*{display:none}</style>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)//' onmouseover='x",
    "&lt;b&gt;<!-- --></td></tr></table>",
    '=HYPERLINK("http://x.test","pay")',
    "a\x00\x1b[31m\u202egnp.exe\ud800",
]
NOT_TEXT = ("business_date", "as_of", "data_cut_off", "name", "first_seen_date")


class Page(HTMLParser):
    """Every tag with its attributes, every table by its caption, and all text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.tables, self.text = [], {}, ""
        self._rows, self._cell, self._caption = [], None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th", "caption"):
            self._cell = ""
        elif tag == "span" and self._cell:
            self._cell += "|"

    def handle_endtag(self, tag):
        if tag == "caption":
            self._caption, self._cell = self._cell.split("|")[0].strip(), None
        elif tag in ("td", "th"):
            self._rows[-1].append(" ".join(self._cell.split()))
            self._cell = None
        elif tag == "table":
            self.tables.setdefault(self._caption or f"severity {len(self.tables)}", self._rows[1:])

    def handle_data(self, data):
        self.text += data
        if self._cell is not None:
            self._cell += data


def exact(shown):
    return Decimal(
        re.sub(r"^[A-Z]+ ", "", shown.replace("|", " ").strip()).translate(
            {ord(","): "", ord(MINUS): "-", ord("\N{EM DASH}"): "0"}
        )
    )


def poisoned(value, payload, key=""):
    """Put the payload into every text of the figures that is neither money nor a date."""
    if isinstance(value, dict):
        return {name: poisoned(child, payload, name) for name, child in value.items()}
    if isinstance(value, list):
        return [poisoned(child, payload, key) for child in value]
    money = isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value)
    if not isinstance(value, str) or money or key in NOT_TEXT:
        return value
    return payload


@pytest.mark.parametrize("seed", range(2))
def test_every_figure_of_the_page_is_the_figure_to_the_last_digit(make_daily, seed):
    figures = make_daily(seed, breaks=25, days=30)

    tables = Page(render.render_html(figures)).tables

    parts = ("expected", "received", "difference", "in_breaks", "in_timing", "unexplained_residual")
    for caption, rows in (
        ("The whole book, by currency", figures["totals"]),
        ("Totals of 2026-11-21", figures["day"]),
    ):
        assert [[row[0], exact(row[1]), *map(exact, row[2:])] for row in tables[caption]] == [
            [row["currency"], row["orders"], *(Decimal(row[part]) for part in parts)]
            for row in rows
        ]
    assert [[exact(cell) for cell in row[2:]] for row in tables["Rows by match status"]] == [
        [row["rows"], *map(Decimal, row["amounts"].values())] for row in figures["statuses"]
    ]
    assert [
        [row[0], row[1], *map(exact, row[2:])]
        for row in tables["Matched against expected, by day and currency"]
    ] == [
        [row["business_date"], row["currency"]]
        + [Decimal(row[part]) for part in ("expected", "received", "matched", "open")]
        for row in figures["trend"]
    ]


@pytest.mark.parametrize("seed", range(3))
def test_every_break_of_the_page_has_its_reason_and_both_values(make_daily, seed):
    figures = make_daily(seed, breaks=25)

    tables = Page(render.render_html(figures)).tables

    shown = [
        row
        for caption in ("High", "Medium", "Low", "For information")
        for row in tables.get(caption, tables.get(f"|{caption}", []))
    ]
    by_id = {row["break_id"]: row for row in figures["breaks"]}
    assert len(shown) == len(figures["breaks"])
    for what, expected, received, impact, *_ in shown:
        one = by_id[what.split("break ")[-1]]
        assert one["detail"] in what
        assert [exact(expected), exact(received), exact(impact)] == [
            Decimal(one[part]) for part in ("expected_amount", "actual_amount", "money_impact")
        ]


def test_the_movement_of_the_page_is_the_movement(make_daily):
    figures = make_daily(3)

    rows = Page(render.render_html(figures)).tables["From the last closing to this one"]

    parts = [
        "opening",
        "new",
        "reopened",
        "recoded",
        "revalued",
        "resolved",
        "written_off",
        "closing",
    ]
    assert [
        [exact(cell.split("|")[0].split("—")[0] or "0") for cell in row[1:]] for row in rows
    ] == [[Decimal(row[f"{part}_amount"]) for part in parts] for row in figures["roll_forward"]]


def test_a_month_of_order_files_is_one_row_with_each_source_behind_it(make_daily):
    figures = make_daily(1)
    figures["rows"] = [
        {"stream": "orders", "source": f"{day}.csv", "received": 5, "accepted": 4, "quarantined": 1}
        for day in range(30)
    ]

    tables = Page(render.render_html(figures)).tables

    assert tables["Rows in"] == [["Orders", "30 sources", "150", "120", "30"]]
    assert [row[1:] for row in tables["Rows in, by source"]] == [
        [f"{day}.csv", "5", "4", "1"] for day in range(30)
    ]


def test_the_verdict_and_the_proof_stand_before_everything_else(make_daily):
    html = render.render_html(make_daily(1))

    order = ['aria-label="Verdict"', 'id="proof"', 'id="person"', 'id="suggestions"',
             'id="held"', 'id="ageing"', 'id="day"', 'id="trend"', 'id="sources"',
             "<footer>"]  # fmt: skip
    places = [html.index(mark) for mark in order]
    assert places == sorted(places)


def test_a_red_night_says_each_reason_first(make_daily):
    figures = make_daily(1)
    figures["verdict"] = {"state": "red", "reasons": ["A window is open.", "A file was refused."]}

    text = Page(render.render_html(figures)).text

    assert text.index("Red: 12 breaks") < text.index("A window is open.") < text.index("Proof")
    assert "A file was refused." in text


def test_changed_figures_are_named_with_old_and_new(make_daily):
    figures = make_daily(1)
    figures["changes"] = [{"figure": "NGN received", "old": "1.00", "new": "2.00"}]

    assert Page(render.render_html(figures)).tables["Changed figures"] == [
        ["NGN received", "1.00", "2.00"]
    ]


def test_a_quiet_day_reads_well():
    text = Page(render.render_html(quiet_day())).text

    for sentence in (
        "Green: all clear",
        "No break is open.",
        "No pair waits for a decision.",
        "nothing ages",
        "Nothing is held back: no row waits to be mended.",
        "There is nothing to draw yet.",
        "No fee schedule is set, so no fee is judged.",
    ):
        assert sentence in text
    assert list(csv.reader(io.StringIO(render.render_csv(quiet_day())))) == [
        list(render.BREAK_COLUMNS)
    ]


def test_the_page_asks_nothing_of_the_network_and_runs_nothing(make_daily):
    html = render.render_html(make_daily(1, days=2))
    page = Page(html)

    assert {tag for tag, _ in page.tags} & {"script", "link", "iframe", "img", "object"} == set()
    assert [tag for tag, names in page.tags if {"src", "onload", "action"} & set(names)] == []
    assert re.findall(r"href=\"[^\"]*\"", html) == ['href="#person"']
    assert "default-src 'none'" in html
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_changes_no_tag_and_no_attribute_of_the_page(make_daily, payload):
    figures = make_daily(2, breaks=6, days=2)
    benign = Page(render.render_html(poisoned(figures, "harmless")))

    hostile = Page(render.render_html(poisoned(figures, payload)))

    assert hostile.tags == benign.tags
    assert "\ud800" not in hostile.text
    assert "\x1b" not in hostile.text


@pytest.mark.parametrize("payload", [*HOSTILE, "+1", "\t=1", "@SUM(A1)", " -2+3", "\uff1d1"])
def test_hostile_text_stays_text_in_the_list(make_daily, payload):
    figures = poisoned(make_daily(2, breaks=3), payload)

    header, *rows = csv.reader(io.StringIO(render.render_csv(figures)))

    assert len(rows) == 3
    for cell in (
        cell
        for row in rows
        for column, cell in zip(header, row, strict=True)
        if column in render.TEXT_COLUMNS and cell
    ):
        assert cell.lstrip("\ufeff \x00").lstrip()[:1] not in list("=+-@\t\r\uff1d")


@pytest.mark.parametrize("seed", range(3))
def test_the_list_holds_every_break_with_plain_numbers(make_daily, seed):
    figures = make_daily(seed, breaks=40)

    rows = list(csv.DictReader(io.StringIO(render.render_csv(figures))))

    for row, one in zip(rows, figures["breaks"], strict=True):
        for part in ("expected_amount", "actual_amount", "money_impact"):
            assert re.fullmatch(r"-?\d+(\.\d+)?", row[part])
            assert Decimal(row[part]) == Decimal(one[part])
        for part in ("break_id", "case_id", "code", "order_id", "currency", "detail", "state"):
            assert row[part] == one[part]
        assert row["transaction_id"] == (one["transaction_id"] or "")
        assert row["secondary_codes"].split() == one["secondary_codes"]
        assert int(row["age_days"]) == one["age_days"]


def test_json_is_the_figures_whatever_the_order_of_their_keys(make_daily):
    figures = make_daily(4)
    turned = dict(reversed(list(figures.items())))

    assert json.loads(render.render_json(figures)) == figures
    assert render.render_json(turned) == render.render_json(figures)


def test_money_as_a_float_is_refused_in_every_form(make_daily):
    figures = make_daily(1)
    figures["breaks"][0]["money_impact"] = 1.5

    for form in (render.render_html, render.render_csv, render.render_json):
        with pytest.raises(FiguresUnusable):
            form(figures)


@pytest.mark.parametrize("value", ["=1+1", "NaN", "<b>1</b>", "1,000"])
def test_money_that_is_not_exact_decimal_text_is_refused(make_daily, value):
    figures = make_daily(1)
    figures["breaks"][0]["money_impact"] = value

    for form in (render.render_html, render.render_csv):
        with pytest.raises(FiguresUnusable, match="not an exact decimal"):
            form(figures)


def test_a_missing_figure_is_an_error_and_never_a_blank(make_daily):
    figures = make_daily(1)
    del figures["breaks"][0]["detail"]

    with pytest.raises(UndefinedError, match="detail"):
        render.render_html(figures)


def test_rendering_leaves_the_figures_alone(make_daily):
    figures = make_daily(1)
    before = copy.deepcopy(figures)

    render.render_html(figures)
    render.render_csv(figures)

    assert figures == before


def test_two_thousand_breaks_are_rendered_quickly_and_completely(make_daily):
    figures = make_daily(9, breaks=2_000)
    started = time.perf_counter()

    html = render.render_html(figures)

    assert time.perf_counter() - started < 5
    assert all(row["break_id"] in html for row in figures["breaks"])


def test_the_digest_of_the_figures_does_not_hang_on_what_changed(make_daily):
    figures = make_daily(1)
    corrected = figures | {"changes": [{"figure": "x", "old": "1", "new": "2"}]}
    other = make_daily(2)

    assert figures_digest(corrected) == figures_digest(figures) != figures_digest(other)
