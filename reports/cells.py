"""Text from data in cells of a sheet: it must stay text when a spreadsheet opens the file.

Only for text columns. Numbers are written as numbers and never come here.
"""

from __future__ import annotations

import re
import unicodedata

_STARTERS = "=+-@\N{MINUS SIGN}"
# A sheet that takes `;` for the separator starts a new cell after it, quotes or not.
_AFTER_SEPARATOR = re.compile(r";(\s*)(?=[=+\-@＝＋－＠])")  # noqa: RUF001
_HALVES = re.compile("[\ud800-\udfff]")


def safe_cell(text: str) -> str:
    """Return the text on one line, with `'` before whatever could start a formula."""
    acts = text[:1] in ("\t", "\r", "\n") or _first_seen(text) in _STARTERS
    one_line = re.sub(r"[\r\n\t\v\f\x00\x85\u2028\u2029]+", " ", text)
    one_line = _AFTER_SEPARATOR.sub(r";\1'", _HALVES.sub("\N{REPLACEMENT CHARACTER}", one_line))
    return f"'{one_line}" if acts else one_line


def _first_seen(text: str) -> str:
    """Return the first character a spreadsheet would look at, in its plain form; else a blank."""
    for character in text:
        if not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf"):
            return unicodedata.normalize("NFKC", character)[:1]
    return " "
