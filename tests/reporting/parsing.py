"""Reading a form back: the page by its tags and tables, the list by its blocks."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

NOT_TEXT = ("business_date", "as_of", "data_cut_off", "name", "currency", "state", "reasons")


class Page(HTMLParser):
    """Every tag with its attributes' names, and the cells of every table by its caption."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self._rows: list[list[str]] = []
        self._caption = ""
        self._parts: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th", "caption"):
            self._parts = [""]
        elif tag == "span" and self._parts is not None:
            self._parts.append("")

    def handle_endtag(self, tag: str) -> None:
        parts = [part.strip() for part in self._parts or [] if part.strip()]
        if tag == "caption":
            self._caption = parts[0]
        elif tag in ("td", "th"):
            self._rows[-1] += parts
        elif tag == "table":
            self.tables[self._caption] = self._rows[1:]
        if tag in ("td", "th", "caption"):
            self._parts = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._parts is not None:
            self._parts[-1] += data


def blocks(text: str) -> dict[str, list[dict[str, str]]]:
    """The tables of a list of several tables, by name."""
    found: dict[str, list[dict[str, str]]] = {}
    for block in re.split(r"(?:^|\r\n)\r\n", text):
        name, _, rest = block.partition("\r\n")
        found[name] = list(csv.DictReader(io.StringIO(rest, newline="")))
    return found


def poisoned(value: Any, payload: str, key: str = "") -> Any:
    """Put the payload into every text of the figures that is no number, date or currency."""
    if isinstance(value, dict):
        return {name: poisoned(child, payload, name) for name, child in value.items()}
    if isinstance(value, list):
        return [poisoned(child, payload, key) for child in value]
    is_fixed = key in NOT_TEXT or key.endswith(("_date", "_at", "currency", "band"))
    if not isinstance(value, str) or is_fixed or re.fullmatch(r"-?\d+(\.\d+)?", value):
        return value
    return payload
