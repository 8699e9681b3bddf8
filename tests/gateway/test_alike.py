"""What is read column by column is what is read object by object, or is left to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.gateway import envelopes, strict_json
from pipelines.gateway.alike import AlikePages
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.records import Row, from_answer

LISTED = ENDPOINTS["transactions"]


def item(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"trxn_{number}",
        "status": "COMPLETED",
        "toAmount": 10_000 + number,
        "amount": 10_000 + number,
        "currency": "ngn",
        "fees": 0.5,
        "actualAmount": None,
        "notes": "",
        "riskFlags": [],
        "riskScore": 5,
        "isMobileMoney": True,
        "invented": None,
        "description": "Ọ̀rẹ́ : \\ 7",
        "createdAt": "2026-09-01T10:00:00Z",
        **changes,
    }


def page(*items: dict[str, Any], **envelope: Any) -> bytes:
    told = {"success": True, "data": list(items), "pagination": {"total": 3}, **envelope}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


GOOD = page(*map(item, range(3)))


def quickly(body: bytes) -> tuple[list[Row], int | None] | None:
    pages = AlikePages(LISTED.table, LISTED.list_keys)
    assert pages.read(GOOD) is None, "there was nothing to learn from yet"
    found = pages.read(body)
    if found is None:
        return None
    return from_answer(found.items, ref="x", fetched_at="y"), found.declared_total


def exactly(body: bytes) -> tuple[list[Row], int | None]:
    found = envelopes.listing(strict_json.parse_exactly(body), LISTED.list_keys)
    return LISTED.table.rows(found.items, ref="x", fetched_at="y"), found.declared_total


SAME = {
    "as before": GOOD,
    "no objects": page(),
    "other values": page(item(1, fees=1.10, status=" paid ", notes="x", description="")),
    "another envelope": page(item(1), pagination={"totalCount": 7, "page": {"of": [1.5]}}),
    "a null among numbers": page(item(1, toAmount=None, amount=None), item(2)),
    "more digits than a double has": GOOD.replace(b"10001", b"10001.000000000000000000010"),
    "minus nothing": GOOD.replace(b":0.5", b":-0"),
}


@pytest.mark.parametrize("body", SAME.values(), ids=SAME.keys())
def test_a_page_like_the_one_before_is_read_at_once_and_alike(body: bytes) -> None:
    found, told = quickly(body), exactly(body)
    assert found == told
    assert [list(row) for row in found[0]] == [list(row) for row in told[0]]


LEFT = {
    "a key twice in one object": GOOD.replace(b'"notes":""', b'"notes":"","notes":""', 1),
    "a key twice, one of them with a blank": GOOD.replace(b'"notes":""', b'"notes" :"","notes":""'),
    "another member": page(item(1, more=1)),
    "a member less": page({"id": "trxn_1"}),
    "a colon behind a quote in a text": page(item(1, description='":')),
    "an exponent": GOOD.replace(b"0.5", b"5e-1"),
    "an exponent in what is not read": GOOD.replace(b'"riskScore":5', b'"riskScore":5e99'),
    "names that contradict": page(item(1, amount=7)),
    "a number as text": page(item(1, fees="0.5")),
    "an object in what is not read": page(item(1, riskFlags=[{"a": 1}])),
    "one of two envelopes": GOOD.replace(b'"success":true', b'"success":true,"success":true'),
    "no success": page(item(1), success=False),
    "a number with a leading nought": GOOD.replace(b"10001", b"010001"),
    "bytes that are no text": GOOD.replace("ẹ".encode(), b"\xff"),
    "a bare list": json.dumps([item(1)]).encode(),
    "rows one level deeper": page(data={"transactions": [item(1)]}),
    "half a surrogate pair": GOOD.replace(b"COMPLETED", b"\\ud800"),
    "nested too deeply": page(beside=None).replace(b"null", b"[" * 2000 + b"]" * 2000),
    "half a page": GOOD[: len(GOOD) // 2],
}


@pytest.mark.parametrize("body", LEFT.values(), ids=LEFT.keys())
def test_what_is_not_plain_is_left_to_the_exact_way(body: bytes) -> None:
    assert quickly(body) is None


def spoiled(places: list[tuple[int, int, bytes]]) -> bytes:
    body = GOOD
    for start, length, put in places:
        at = start % len(body)
        body = body[:at] + put + body[at + length :]
    return body


PIECES = st.sampled_from(
    [b'"', b":", b",", b"{", b"}", b"[", b"]", b" ", b"\\", b"e", b"-", b"0", b'"fees":1,', b"null"]
)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 9), PIECES), min_size=1, max_size=3))
@example([(0, 0, b" ")])
@settings(max_examples=300, deadline=None)
def test_whatever_is_done_to_a_page_it_is_read_alike_or_left(
    places: list[tuple[int, int, bytes]],
) -> None:
    body = spoiled(places)
    found = quickly(body)
    assert found is None or found == exactly(body)


@pytest.mark.parametrize("name", ["", "a\nb", 'a"b', "a\\b", "\x7f", "Ọ̀rẹ́"])
def test_members_of_any_name_are_read_alike_or_left(name: str) -> None:
    odd = page(item(1, **{name: "x"}))
    pages = AlikePages(LISTED.table, LISTED.list_keys)
    assert pages.read(odd) is None
    found = pages.read(odd)
    rows = found and from_answer(found.items, ref="x", fetched_at="y")
    assert rows is None or rows == exactly(odd)[0]


def test_a_gateway_of_which_no_page_is_plain_is_not_learned_from_for_ever() -> None:
    pages = AlikePages(LISTED.table, LISTED.list_keys)
    odd = page(item(1, fees="1e5"))
    for _ in range(12):
        assert pages.read(odd) is None
    assert pages.read(GOOD) is None
    assert pages.read(GOOD) is None
