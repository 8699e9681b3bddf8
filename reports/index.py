"""The page over every report that is filed: by date and kind, with verdict, finding and forms.

Belongs here: what stands in the index, and remembering it, so that a night reads its own reports
only. Stays out: writing reports (`reports.files`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from reports import render, wording
from reports.atomic import write_atomically
from reports.kinds import REPORTS

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)
_FOLDER = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)
_FORMS = ("html", "pdf", "xlsx", "csv", "json", "txt")
MEMORY = ".index.json"
"""What was read of each report, by its path, with size and time of change of the file."""


class IndexEntry(NamedTuple):
    """One filed report."""

    period: str
    name: str
    title: str
    green: bool
    headline: str
    forms: list[str]


def write_index(root: Path) -> Path:
    """Write `root/reports/index.html` over every report there is, newest first."""
    folder = root / "reports"
    known = _remembered(folder / MEMORY)
    seen: dict[str, list[Any]] = {}
    entries = list(_entries(folder, known, seen))
    template = render.environment().get_template("index.html.j2")
    script = render.stylesheet("index.js")
    content = template.render(
        css=render.stylesheet("page.css") + render.stylesheet("report.css"),
        script=script,
        allowed=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        entries=entries,
        kinds=list(dict.fromkeys(entry.title for entry in entries)),
    )
    path = folder / "index.html"
    write_atomically(path, content.encode("utf-8"))
    if seen != known:
        # Without its memory the next index reads every report again, which costs time alone.
        with suppress(OSError):
            write_atomically(folder / MEMORY, json.dumps(seen, sort_keys=True, indent=0).encode())
    return path


def _entries(
    folder: Path, known: Mapping[str, list[Any]], seen: dict[str, list[Any]]
) -> Iterator[IndexEntry]:
    """Read the reports present; links are made of names that match a strict pattern only."""
    order = {name: place for place, name in enumerate(("daily", *REPORTS))}
    found = [
        stored
        for stored in folder.glob("*/*.json")
        if _FOLDER.fullmatch(stored.parent.name) and _NAME.fullmatch(stored.stem)
    ]
    # The pack of a month stands above the dates of that month.
    found.sort(key=lambda one: (order.get(one.stem, len(order)), one.stem))
    found.sort(key=lambda one: one.parent.name.ljust(10, "~"), reverse=True)
    for stored in found:
        mark = _mark(stored)
        if mark is None:
            continue
        key = f"{stored.parent.name}/{stored.stem}"
        former = known.get(key, [])
        seen[key] = former if former[:2] == mark else [*mark, *_verdict(stored)]
        _, _, green, headline = seen[key]
        forms = [form for form in _FORMS if stored.with_suffix(f".{form}").is_file()]
        title = REPORTS[stored.stem].title if stored.stem in REPORTS else wording.words(stored.stem)
        yield IndexEntry(stored.parent.name, stored.stem, title, green, headline, forms)


def _mark(stored: Path) -> list[int] | None:
    """Return size and time of change of a file; None for what is no file: a folder, a dead link."""
    try:
        status = stored.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns] if stat.S_ISREG(status.st_mode) else None


def _verdict(stored: Path) -> tuple[bool, str]:
    """Return a stored report's verdict; one that is damaged must not stop tonight's.

    People put files there as well, and any JSON may be one that no report of ours looks like.
    """
    try:
        figures = json.loads(stored.read_bytes())
        say = REPORTS[stored.stem].headline if stored.stem in REPORTS else wording.headline
        return figures["verdict"]["state"] == "green", say(figures)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ):
        return False, "the stored figures cannot be read"


def _remembered(path: Path) -> dict[str, list[Any]]:
    """Return what the last index read; nothing where that cannot be used."""
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    is_usable = isinstance(known, dict) and all(
        isinstance(one, list)
        and len(one) == 4
        and isinstance(one[2], bool)
        and isinstance(one[3], str)
        for one in known.values()
    )
    return known if is_usable else {}
