"""Every declared report and the index in Chromium: nothing asked, nothing wrong, usable by all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from reporting.declared import busy_report, quiet_report

from reports.figures import quiet_day
from reports.files import write_reports
from reports.kinds import REPORTS

pytestmark = pytest.mark.needs("chromium")
WIDTHS = {"desk": 1200, "phone": 390}
CROWD = 40
KINDS = [*reversed(REPORTS)]
"""The close pack, which has most in it, comes first."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind on a busy and on a quiet day, more quiet days, and the index over them."""
    root = tmp_path_factory.mktemp("data")
    busy = [busy_report(report, 1) for report in REPORTS.values()]
    quiet = [quiet_report(report) | {"business_date": "2026-10-31"} for report in REPORTS.values()]
    days = [quiet_day(str(date(2026, 9, 1) + timedelta(days=day))) for day in range(CROWD)]
    write_reports(root, [*busy, *quiet, *days], ("html", "json"))
    return root / "reports"


def looked_at(browser: Any, file: Path, *, width: int, scheme: str = "light") -> Any:
    """The page, with what it asked for and what it complained of noted on it."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.asked, page.complaints = [], []
    page.on("request", lambda one: page.asked.append(one.url))
    page.on("console", lambda one: page.complaints.append(one.text))
    page.on("pageerror", lambda one: page.complaints.append(str(one)))
    page.goto(file.as_uri())
    return page


def shown(pages: Path, name: str, day: str) -> Path:
    is_monthly = name in REPORTS and REPORTS[name].is_monthly
    return pages / (day[:7] if is_monthly else day) / f"{name}.html"


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("day", ["2026-11-21", "2026-10-31"], ids=["busy", "quiet"])
@pytest.mark.seeds(small=1, full=len(KINDS))
def test_a_page_asks_for_nothing_and_stays_within_its_width(
    browser: Any, pages: Path, seed: int, day: str, width: int
) -> None:
    file = shown(pages, KINDS[seed - 1], day)
    page = looked_at(browser, file, width=width)
    assert page.asked == [file.as_uri()]
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.seeds(small=2, full=len(KINDS) + 1)
def test_nothing_serious_keeps_anybody_from_reading_it(
    browser: Any, pages: Path, seed: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    name = ["index", *KINDS][seed - 1]
    file = pages / "index.html" if name == "index" else shown(pages, name, "2026-11-21")
    page = looked_at(browser, file, width=1200, scheme=scheme)
    found = Axe().run(page).response["violations"]
    serious = [
        (one["id"], one["nodes"][0]["html"])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
    page.close()


def test_the_index_is_searched_by_words_kind_and_verdict(browser: Any, pages: Path) -> None:
    page = looked_at(browser, pages / "index.html", width=1200)
    rows = page.locator("tbody tr:visible")
    everything = rows.count()
    assert everything == CROWD + 2 * len(REPORTS)
    page.fill("#search", "2026-10 nothing")
    assert 0 < rows.count() < everything
    assert all("2026-10" in text for text in rows.all_inner_texts())
    page.fill("#search", "")
    page.select_option("#kind", "Fees")
    assert rows.count() == 2
    page.select_option("#state", "red")
    assert rows.count() == 0
    assert page.inner_text("#count") == f"0 of {everything} shown"
    assert page.asked == [(pages / "index.html").as_uri()]
    assert page.complaints == []
    page.close()


def test_without_script_the_index_lists_everything_and_shows_no_dead_field(
    browser: Any, pages: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((pages / "index.html").as_uri())
    assert page.locator("tbody tr").count() == CROWD + 2 * len(REPORTS)
    assert page.locator("#finder").is_hidden()
    context.close()


def test_a_wide_table_is_scrolled_by_the_keyboard(browser: Any, pages: Path) -> None:
    page = looked_at(browser, shown(pages, "month", "2026-11-21"), width=390)
    region = page.locator(".scroll").first
    region.focus()
    # The page's own policy lets nobody wait for a condition that is given as text.
    region.evaluate(
        "one => { one.moved = new Promise(done => { setTimeout(() => done(0), 5000); "
        "one.addEventListener('scroll', () => done(one.scrollLeft)); }); }"
    )
    page.keyboard.press("ArrowRight")
    assert region.evaluate("one => one.moved") > 0
    page.close()
