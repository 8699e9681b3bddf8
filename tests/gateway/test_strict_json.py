"""JSON is taken only when it can mean one thing, and numbers keep their digits."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.faults import AnswerUnusable
from pipelines.gateway.strict_json import NOT_PLAIN, parse, parse_exactly, parse_plain


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
@settings(max_examples=200, deadline=None)
def test_a_number_comes_out_with_all_its_digits(number: Decimal) -> None:
    text = format(number, "f")
    assert parse(text.encode()) == text


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("1.10", "1.10"),
        ("0.123456789012345678", "0.123456789012345678"),
        ("12345678901234567890123456789", "12345678901234567890123456789"),
        ("1e3", "1000"),
        ("1.5E-7", "0.00000015"),
        ("-0", "-0"),
        ("9007199254740993", "9007199254740993"),
    ],
)
def test_numbers_are_plain_text(sent: str, text: str) -> None:
    assert parse(f"[{sent}]".encode()) == [text]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{", b"[1,]", b"{'a':1}", b'{"a":1}{"a":1}', b'{"a":1}x', b"[01]", b"[1.]"),
        *(b"[NaN]", b"[Infinity]", b"[-Infinity]", b"[1e400]", b"[1e-400]", b"[0e99]", b"[+1]"),
        *(b"[1e99999999999999999999]", b'{"a":1,"a":1}', b'[{"a":{"b":1,"b":2}}]', b'"\n"'),
        *(b"[" * 65 + b"]" * 65, b"[" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000),
        *(b'"\xff"', b'"\xc3', '{"a":1}'.encode("utf-16"), b"undefined", b"// x\n1"),
    ],
)
def test_what_is_not_one_clear_document_is_unusable(body: bytes) -> None:
    with pytest.raises(AnswerUnusable):
        parse(body)


def test_depth_counts_brackets_and_not_text() -> None:
    assert parse(b"[" * 64 + b"]" * 64)
    assert parse(b'{"a":"' + b"[" * 500 + b'"}') == {"a": "[" * 500}


def test_a_lone_surrogate_becomes_visible_and_pairs_stay() -> None:
    assert parse(rb'{"a\ud800":["x\udfff", "\ud83d\ude00"]}') == {
        "a\\ud800": ["x\\udfff", "\U0001f600"]
    }


@given(
    st.recursive(
        st.text() | st.booleans() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_everything_else_reads_as_everyone_reads_it(value: object) -> None:
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


NUMBERS = ("0", "-0", "1.50", "-3", "1e3", "12345678901234567890123", "true", "null")
KEYS = ('"a"', '"b"', '"c"', r'"\u0061"', r'"a\":"')
odd_text = st.text(st.sampled_from('a":\\{}[],-0 \n\u00e9'), max_size=4)


def objects_of(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Objects as text: keys may stand twice, and blanks before their colons."""
    colon = st.sampled_from([":", ": ", " :", "\n:"])
    members = st.lists(st.tuples(st.sampled_from(KEYS), colon, inner).map("".join), max_size=3)
    return members.map(lambda each: "{" + ",".join(each) + "}")


json_text = st.recursive(
    st.one_of(odd_text.map(json.dumps), st.sampled_from(NUMBERS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: f"[{','.join(each)}]"), objects_of(inner)
    ),
    max_leaves=12,
)


@given(json_text)
@settings(max_examples=600, deadline=None)
def test_the_quick_way_says_what_the_exact_way_says_or_nothing(text: str) -> None:
    found = parse_plain(text.encode())
    if found is not NOT_PLAIN:
        assert found == parse_exactly(text.encode())


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        rb'{"a":1,"\u0061":2}',
        b'{"a" :1,"a":2}',
        rb'[{"a":1,"a" :2},"\":"]',
        b"[-0]",
        b'{"a":-0}',
        b"[" * 65 + b"]" * 65,
        b"[NaN]",
        b"[1e400]",
        rb'["\ud800"]',
    ],
)
def test_the_quick_way_leaves_what_is_doubtful(body: bytes) -> None:
    assert parse_plain(body) is NOT_PLAIN


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_an_ordinary_page_takes_the_quick_way(separators: tuple[str, str]) -> None:
    page = {"success": True, "data": [{"id": "a", "n": 5}, {"id": "b", "n": 6}], "total": 2}
    body = json.dumps(page, separators=separators).encode()
    assert parse_plain(body) == parse_exactly(body)
