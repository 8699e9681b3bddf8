"""How a value out of a stranger's file is shown: short, printable, no formula, no e-mail address.

Every name and every cell that reaches a sentence, a log or the quarantine passes through here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_SHOWN_CHARACTERS = 40
# What is cut away before searching keeps the search for addresses short in a cell of 100 kB.
_CONSIDERED_CHARACTERS = 400
_SEPARATORS = (";", "\t", "|", ",")
_ADDRESS = re.compile(r"[^\s@,;<>\"]*@[^\s@,;<>\"]*")
# The second four are the full-width forms, which some spreadsheets run as well.
_FORMULA_STARTERS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")


def shown(value: str) -> str:
    """Give the value in double quotes, at most 40 characters of it, with everything odd escaped."""
    return f'"{harmless(value)}"'


def other_separator(header: Sequence[str]) -> str | None:
    """Give the mark that seems to part a header's columns instead of the declared one.

    For sentences only: no file is ever read by it.
    """
    counts = {mark: sum(name.count(mark) for name in header) for mark in _SEPARATORS}
    mark = max(_SEPARATORS, key=lambda one: counts[one])
    return mark if counts[mark] >= len(header) else None


def harmless(value: str) -> str:
    """Give the value without its quotes: for names, which stand at the head of a sentence."""
    considered = _ADDRESS.sub("(e-mail)", value[:_CONSIDERED_CHARACTERS])
    blanks = len(considered) - len(considered.lstrip())
    pieces = [_escaped(character) for character in considered]
    if considered[blanks : blanks + 1] and considered[blanks] in _FORMULA_STARTERS:
        pieces[blanks] = f"\\{pieces[blanks]}"
    whole = "".join(pieces)
    if len(whole) <= MAX_SHOWN_CHARACTERS:
        return whole
    return _cut(pieces)


def _cut(pieces: list[str]) -> str:
    kept: list[str] = []
    room = MAX_SHOWN_CHARACTERS - 1
    for piece in pieces:
        if len(piece) > room:
            break
        kept.append(piece)
        room -= len(piece)
    return "".join(kept) + "…"


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if not character.isprintable():
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character
