"""Which names an export may have, and how a name is shown that is not one of them.

A strict pattern, because readers take `[1]` or `*` in a name for a request to look for other files,
and because names stand in logs, mails and sheets.
"""

from __future__ import annotations

import re

from pipelines.orders.wording import harmless

# With the 64 characters of a digest and a suffix before or behind it, a name stays below the 255
# bytes that file systems allow.
MAX_NAME_CHARACTERS = 150
_NAME = re.compile(r"[A-Za-z0-9 _()+-][A-Za-z0-9 ._()+-]*")


def name_fault(name: str) -> str | None:
    """Say what is wrong with the name, as the rest of a sentence; None for a fit one."""
    if name.startswith("."):
        return "the name starts with a dot."
    if len(name) > MAX_NAME_CHARACTERS:
        return f"the name is longer than {MAX_NAME_CHARACTERS} characters."
    if _NAME.fullmatch(name) is None:
        return "the name has other characters than letters, digits, space and ._()+-."
    return None


def shown_name(name: str) -> str:
    """Give a fit name as it is, any other shortened and escaped."""
    return name if name_fault(name) is None else harmless(name)
