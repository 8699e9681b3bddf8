"""Where rendered reports lie: `reports/<date or month>/<name>.<form>`, each written whole.

Belongs here: paths and the order of writing. Stays out: rendering, and the index (`reports.index`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports import lists, page, render, text, wording
from reports.atomic import write_atomically
from reports.figures import DailyFigures, FiguresUnusable
from reports.index import write_index
from reports.kinds import REPORTS, report_named
from reports.tables import Figures, Report
from reports.typesetting import NotTypeset

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)


FORMS: Mapping[str, Callable[[Report, Figures], str]] = {
    "html": page.render_page,
    "csv": lists.render_list,
    "txt": lists.render_plain,
}
"""The forms of every declared report, beside the figures themselves as JSON."""

DAILY_FORMS: Mapping[str, Callable[[DailyFigures], str]] = {
    "html": render.render_html,
    "csv": render.render_csv,
    "txt": text.render_text,
}
"""The daily report has these forms of its own."""


BINARY = ("pdf", "xlsx")
"""The forms that have bytes of their own, beside those that are text."""

ALL_FORMS = (*FORMS, "json", *BINARY)


def write_report(
    root: Path, figures: Figures, forms: Sequence[str] = ("html", "csv", "json")
) -> list[Path]:
    """Render the report into its folder below `root/reports`, renew the index, return the files.

    `root` is the data directory. Forms: see `FORMS`. All forms are rendered before the first is
    written, so a fault leaves yesterday's files and today's former ones alone.
    """
    return write_reports(root, [figures], forms)


def write_reports(
    root: Path, reports: Sequence[Figures], forms: Sequence[str] = ("html", "csv", "json")
) -> list[Path]:
    """File several reports, renew the index once, and return the files asked for, in order."""
    files = file_reports(root, reports, forms)
    write_index(root)
    return files


def file_reports(
    root: Path, reports: Sequence[Figures], forms: Sequence[str] = ("html", "csv", "json")
) -> list[Path]:
    """Render several reports, then write them all, and return the files asked for.

    Every other form that lies beside them is drawn from the same figures, so that the files of a
    report and date never tell different ones. The index stays as it was.
    """
    rendered = [pair for figures in reports for pair in _drawn(root, figures, forms)]
    for path, content in rendered:
        if content is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, content)
    return [path_of(root, figures, form) for figures in reports for form in forms]


def _drawn(
    root: Path, figures: Figures, forms: Sequence[str]
) -> Iterator[tuple[Path, bytes | None]]:
    """Yield the files of a report: asked for, lying there already, and always its JSON."""
    asked = [form for form in forms if form != "json"]
    for form in asked:
        yield path_of(root, figures, form), rendered_form(figures, form)
    for form in ALL_FORMS:
        path = path_of(root, figures, form)
        if form not in (*asked, "json") and path.is_file():
            yield path, _redrawn(figures, form)
    # JSON last: the index lists a date by its JSON, so it never lists a half-written one.
    yield path_of(root, figures, "json"), rendered_form(figures, "json")


def _redrawn(figures: Figures, form: str) -> bytes | None:
    """Return the form nobody asked for; None where it cannot be had, and the former must go."""
    try:
        return rendered_form(figures, form)
    except (FiguresUnusable, NotTypeset):
        return None


def path_of(root: Path, figures: Figures, form: str) -> Path:
    """Return where a form of a report lies: by date, and by month where it is of a month."""
    name = figures["name"]
    if not _NAME.fullmatch(name):
        message = f"{name!r} is not the name of a report."
        raise FiguresUnusable(message)
    day = wording.business_date(figures["business_date"]).isoformat()
    is_monthly = name in REPORTS and REPORTS[name].is_monthly
    return root / "reports" / (day[:7] if is_monthly else day) / f"{name}.{form}"


def rendered_form(figures: Figures, form: str) -> bytes:
    """Return the report in one form, as the bytes of its file."""
    name = figures["name"]
    if form == "json":
        return render.render_json(figures).encode("utf-8")
    if form in BINARY:
        return _bytes_of(figures, form)
    if name == "daily" and form in DAILY_FORMS:
        daily: Any = figures
        return DAILY_FORMS[form](daily).encode("utf-8")
    if form not in FORMS:
        message = f"{form!r} is not a form of this report: choose from {', '.join(ALL_FORMS)}."
        raise FiguresUnusable(message)
    return FORMS[form](report_named(name), figures).encode("utf-8")


def _bytes_of(figures: Figures, form: str) -> bytes:
    """The forms whose libraries are loaded only where somebody wants them."""
    from reports.kinds.daily import DAILY

    report = DAILY if figures["name"] == "daily" else report_named(figures["name"])
    if form == "pdf":
        from reports.paper import render_paper

        return render_paper(report, figures)
    from reports.sheet import render_sheet

    return render_sheet(report, figures)
