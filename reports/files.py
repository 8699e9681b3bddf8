"""Where rendered reports lie: `reports/<date>/<name>.<form>` and an index over all dates.

Belongs here: paths and the order of writing. Stays out: rendering.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reports import render, text, wording
from reports.atomic import write_atomically
from reports.figures import DailyFigures, FiguresUnusable

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class IndexEntry(NamedTuple):
    """One delivered date in the index."""

    business_date: str
    name: str
    green: bool
    headline: str
    forms: list[str]


def write_report(
    root: Path, figures: DailyFigures, forms: Sequence[str] = ("html", "csv", "json")
) -> list[Path]:
    """Render the report into `root/reports/<date>/`, renew the index, and return the files.

    `root` is the data directory. Forms: html, csv, json, txt. All forms are rendered before the
    first is written, so a fault leaves yesterday's files and today's former ones alone.
    """
    name = figures["name"]
    if not _NAME.fullmatch(name):
        message = f"{name!r} is not the name of a report."
        raise FiguresUnusable(message)
    folder = root / "reports" / wording.business_date(figures["business_date"]).isoformat()
    # JSON last: the index lists a date by its JSON, so it never lists a half-written one.
    in_order = sorted(forms, key=lambda form: form == "json")
    rendered = {form: rendered_form(figures, form) for form in in_order}
    for form, content in rendered.items():
        write_atomically(folder / f"{name}.{form}", content)
    write_index(root)
    return [folder / f"{name}.{form}" for form in forms]


def rendered_form(figures: DailyFigures, form: str) -> bytes:
    """Return the report in one form, as the bytes of its file."""
    forms = {
        "html": render.render_html,
        "csv": render.render_csv,
        "json": render.render_json,
        "txt": text.render_text,
    }
    if form not in forms:
        message = f"{form!r} is not a form of this report: choose from {', '.join(forms)}."
        raise FiguresUnusable(message)
    return forms[form](figures).encode("utf-8")


def write_index(root: Path) -> Path:
    """Write `root/reports/index.html` over every date that has a report, newest first."""
    path = root / "reports" / "index.html"
    page = render.environment().get_template("index.html.j2")
    content = page.render(css=render.stylesheet("page.css"), entries=list(_entries(path.parent)))
    write_atomically(path, content.encode("utf-8"))
    return path


def _entries(folder: Path) -> Iterator[IndexEntry]:
    """Read the dates present; links are made of names that match a strict pattern only."""
    for stored in sorted(folder.glob("*/*.json"), reverse=True):
        date, name = stored.parent.name, stored.stem
        if not (_DATE.fullmatch(date) and _NAME.fullmatch(name)):
            continue
        siblings = (stored.with_suffix(f".{form}") for form in ("html", "csv", "json", "txt"))
        green, headline = _verdict(stored)
        forms = [path.suffix[1:] for path in siblings if path.exists()]
        yield IndexEntry(date, name, green, headline, forms)


def _verdict(stored: Path) -> tuple[bool, str]:
    """Return a stored report's verdict; one that is damaged must not stop tonight's."""
    try:
        figures: DailyFigures = json.loads(stored.read_bytes())
        return figures["verdict"]["state"] == "green", wording.headline(figures)
    except (ValueError, KeyError, TypeError):
        return False, "the stored figures cannot be read"
