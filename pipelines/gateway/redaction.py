"""Cuts the values of secret fields out of a body, byte by byte, before anything is stored.

The body may be cut short, nested (JSON as text inside JSON, to any depth), oddly spaced or not
JSON at all, so this works on bytes and never parses: what it does not touch stays as received.
Which fields are secret is decided here and nowhere else.
"""

from __future__ import annotations

import re

SECRET_FIELDS = ("authToken", "accountName", "accountNumber", "bankCode")
CUT = b"null"

_WORDS = (("auth", "token"), ("account", "name"), ("account", "number"), ("bank", "code"))


def _letter(letter: str) -> str:
    """One letter in either case, plain or as a JSON escape at any depth of nesting."""
    low, high = (f"{ord(case):02x}" for case in (letter, letter.upper()))
    return rf"(?:[{letter}{letter.upper()}]|\\+u00(?:{low}|{high}))"


def _name(words: tuple[str, ...]) -> str:
    return r"(?:_|-|\\+u005f|\\+u002d)?".join("".join(map(_letter, word)) for word in words)


_QUOTE = r'(?:\\*"|\\+u0022)'
_SPACE = r"(?:[ \t\r\n]|\\+[nrt]|\\+u00(?:20|09|0a|0d))*"
_AFTER_NAME = rf"(\\*)(?:\"|u0022){_SPACE}(?::|\\+u003a){_SPACE}"
_NAMES = "|".join(map(_name, _WORDS))
# Searching for this is slow, so it runs only over bodies that escape letters.
_KEY_ANYWHERE = re.compile(rf"{_QUOTE}(?:{_NAMES}){_AFTER_NAME}".encode(), re.IGNORECASE)
_LETTER_ESCAPES = (b"\\u004", b"\\u005", b"\\u006", b"\\u007")
# Everywhere else the first word of a name is found first, at the speed of memory.
_FIRST_WORDS = tuple({words[0].encode() for words in _WORDS})
_PLAIN_NAMES = "|".join("[_-]?".join(words) for words in _WORDS)
_KEY_HERE = re.compile(rf"(?:{_PLAIN_NAMES}){_AFTER_NAME}".encode())
_STRING_EDGE = re.compile(rb'(\\*)("|u0022)')
_EDGE_OR_BRACKET = re.compile(rb'(\\*)("|u0022)|[\[\]{}]')
_TOKEN = re.compile(rb"[^\s,\]}\\\"]*")


def cut_secrets(body: bytes) -> bytes:
    """The body with every value of a secret field replaced by null."""
    pieces: list[bytes] = []
    position = 0
    for start, depth in _secret_values(body):
        if start < position:
            continue  # A secret inside a secret: already gone.
        end = _value_end(body, start, depth)
        if end > start:
            pieces += (body[position:start], CUT)
            position = end
    return b"".join((*pieces, body[position:])) if pieces else body


def _secret_values(body: bytes) -> list[tuple[int, int]]:
    """Where the values of secret fields start, in order, with the depth of their key's quotes."""
    lowered = body.lower()
    if b"\\u00" in lowered and any(escape in lowered for escape in _LETTER_ESCAPES):
        keys = _KEY_ANYWHERE.finditer(body)
        return [(key.end(), len(key.group(1))) for key in keys]
    starts: list[tuple[int, int]] = []
    for word in _FIRST_WORDS:
        at = lowered.find(word)
        while at >= 0:
            if lowered.endswith((b'"', b"u0022"), 0, at):
                key = _KEY_HERE.match(lowered, at)
                if key is not None:
                    starts.append((key.end(), len(key.group(1))))
            at = lowered.find(word, at + 1)
    starts.sort()
    return starts


def _value_end(body: bytes, start: int, depth: int) -> int:
    """Where the value that starts here ends; the end of the body when it never does."""
    if body.startswith(b'"', start):
        end = body.find(b'"', start + 1)
        if end > 0 and body.find(b"\\", start, end) < 0:
            return end + 1
    edge = _STRING_EDGE.match(body, start)
    if edge is not None and _is_quote(edge):
        return _string_end(body, edge.end(), len(edge.group(1)))
    if body[start : start + 1] in (b"{", b"["):
        return _container_end(body, start, depth)
    token = _TOKEN.match(body, start)
    return token.end() if token else start


def _is_quote(edge: re.Match[bytes]) -> bool:
    # The letters u0022 are a quote only behind an odd number of backslashes.
    return edge.group(2) == b'"' or len(edge.group(1)) % 2 == 1


def _string_end(body: bytes, start: int, depth: int) -> int:
    """Where a string ends whose quotes carry `depth` backslashes.

    Text nested n times writes its quotes with 2**n - 1 backslashes, so among the backslashes
    before any quote the remainder modulo 2 * (depth + 1) tells: equal to depth, the string
    closes; less, the text around it closes first; more, the quote is part of the string.
    """
    for edge in _STRING_EDGE.finditer(body, start):
        if not _is_quote(edge) or (depth == 0 and edge.group(2) != b'"'):
            continue
        rest = len(edge.group(1)) % (2 * (depth + 1))
        if rest == depth:
            return edge.end()
        if rest < depth:
            return edge.end() - len(edge.group(2)) - rest
    return len(body)


def _container_end(body: bytes, start: int, depth: int) -> int:
    open_brackets = 0
    position = start
    while (found := _EDGE_OR_BRACKET.search(body, position)) is not None:
        position = found.end()
        if found.group(2) is not None:
            if not _is_quote(found):
                continue
            if len(found.group(1)) < depth:
                return found.start()
            position = _string_end(body, position, len(found.group(1)))
            continue
        open_brackets += 1 if found.group() in (b"{", b"[") else -1
        if open_brackets == 0:
            return position
    return len(body)
