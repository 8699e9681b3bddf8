"""JSON is taken only when it can mean one thing, and numbers keep their digits."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.faults import AnswerUnusable
from pipelines.gateway.strict_json import parse


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
