"""JSON as the gateway must speak it: complete, unambiguous, exact, and of bounded depth.

Every number comes out as plain decimal text, the digits as they were on the wire (an exponent
is written out), so nothing between wire and table can pass through a double. Shapes and
envelopes are read in `envelopes`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any, NoReturn

import msgspec

from pipelines.faults import AnswerUnusable

DEPTH_MOST = 64
EXPONENT_MOST = 60
REMEDY = "Nothing was stored from it; see it in the landing, and run again later."

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = [0] * 256
for _byte, _step in zip(b"[{]}", (1, 1, -1, -1), strict=True):
    _STEP[_byte] = _step


def parse(body: bytes) -> object:
    """The body as dicts, lists, text, booleans and None; AnswerUnusable when it is not JSON.

    Refused as well: NaN and Infinity, exponents beyond 60, a key twice in one object, more than
    64 levels, anything but UTF-8. Lone surrogates become their visible escapes.
    """
    tree = parse_plain(body)
    return parse_exactly(body) if tree is NOT_PLAIN else tree


def parse_plain(body: bytes) -> object:
    """The same for an ordinary body, several times faster; `NOT_PLAIN` whenever in doubt.

    The quick decoder keeps the last of two equal keys, so the keys found are counted against the
    colons behind closing quotes: those are as many only when no key stands twice and no text
    holds one. It reads -0 as 0, and leaves whole numbers to be written out here.
    """
    if _MINUS_ZERO.search(body) or LOOSE_COLON.search(body):
        return NOT_PLAIN
    try:
        tree = _QUICK.decode(body)
        keys = _write_out_numbers(tree, DEPTH_MOST)
    except (msgspec.MsgspecError, ValueError, InvalidOperation, RecursionError):
        # What is wrong with it is said by the exact way.
        return NOT_PLAIN
    return tree if keys == body.count(b'":') else NOT_PLAIN


def _write_out_numbers(node: Any, levels: int) -> int:
    """Turn whole numbers below a node into text; how many keys its objects have."""
    if not levels:
        raise ValueError("nested too deeply")
    if node.__class__ is dict:
        keys, members = len(node), list(node.items())
    elif node.__class__ is list:
        keys, members = 0, list(enumerate(node))
    else:
        # A document of one bare value is left to the exact way.
        raise ValueError("no container")
    for name, value in members:
        kind = value.__class__
        if kind is str or value is None or kind is bool:
            continue
        if kind is int:
            node[name] = str(value)
        else:
            keys += _write_out_numbers(value, levels - 1)
    return keys


def parse_exactly(body: bytes) -> object:
    """What `parse` says, for any body whatever."""
    try:
        text = body.decode("utf-8-sig")
        tree = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise unusable(f"not UTF-8 at byte {error.start}") from None
    except (ValueError, InvalidOperation) as error:
        raise unusable(f"not complete and unambiguous JSON: {error}") from None
    except RecursionError:
        raise unusable("nested too deeply") from None
    # The quick count takes brackets in strings for levels, so the exact one has the last word.
    quick = accumulate(map(_STEP.__getitem__, body.translate(None, _NOT_BRACKETS)))
    if max(quick, default=0) > DEPTH_MOST and _is_deeper(tree, DEPTH_MOST):
        raise unusable("nested too deeply")
    if b"\\ud" in body or b"\\uD" in body:
        return _well_formed(tree)
    return tree


def unusable(what: str) -> AnswerUnusable:
    """The fault for a body that came, but says nothing that can be relied on."""
    return AnswerUnusable(f"The gateway's answer is unusable: {what}.", REMEDY)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return fields


def _plain_decimal(text: str) -> str:
    if "e" not in text and "E" not in text:
        return text
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if abs(number.adjusted()) > EXPONENT_MOST or abs(int(exponent)) > EXPONENT_MOST:
        raise ValueError("a number has an exponent beyond reason")
    return format(number, "f")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


NOT_PLAIN = object()
_MINUS_ZERO = re.compile(rb"-0[\s,\]}]|-0$")
LOOSE_COLON = re.compile(rb'"[ \t\r\n]+:')
_QUICK = msgspec.json.Decoder(float_hook=_plain_decimal)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_plain_decimal,
    parse_int=str,
    parse_constant=_refuse_constant,
)


def _is_deeper(tree: object, levels: int) -> bool:
    layer: list[object] = [tree]
    for _ in range(levels):
        layer = [child for node in layer for child in _children(node)]
        if not layer:
            return False
    return True


def _children(node: object) -> Iterator[object]:
    values = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return (value for value in values if isinstance(value, dict | list))


def _well_formed(node: Any) -> Any:
    """The tree with lone surrogates, which no store can hold, as visible escapes."""
    if isinstance(node, str):
        if _LONE_SURROGATE.search(node):
            return node.encode("utf-8", "backslashreplace").decode()
        return node
    if isinstance(node, list):
        return [_well_formed(value) for value in node]
    if isinstance(node, dict):
        return {_well_formed(name): _well_formed(value) for name, value in node.items()}
    return node
