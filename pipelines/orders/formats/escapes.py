"""Characters that the XML of a workbook writes as `_xHHHH_` (ECMA-376, ST_Xstring), read back.

Belongs here: the escape alone. Stays out: which texts have it (`sheet`, `xlsx`).
"""

from __future__ import annotations

import re

# The second alternative is one character beyond the first 65,536, written as two halves.
_ESCAPE = re.compile(
    r"_x(?P<one>(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_"
    r"|_x(?P<high>[Dd][89ABab][0-9A-Fa-f]{2})__x(?P<low>[Dd][C-Fc-f][0-9A-Fa-f]{2})_"
)


def unescaped(text: str) -> str:
    """Give the text that is meant: every escape once, from left to right.

    `_x005F_` is an underscore, so that an underscore which begins no escape can be written. Half a
    character that stands alone is none, and stays as it is written.
    """
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    if match["one"]:
        return chr(int(match["one"], 16))
    high, low = int(match["high"], 16), int(match["low"], 16)
    return chr(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)
