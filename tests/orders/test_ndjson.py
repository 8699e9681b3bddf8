"""NDJSON is read line by line: numbers keep their digits, keys are the same on every line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.reader import OrderFile

Read = Callable[..., OrderFile]


def order(**given: Any) -> dict[str, Any]:
    return {
        "order_id": "K1",
        "status": "paid",
        "amount": "1250.00",
        "currency": "NGN",
        "placed_at": "2026-11-20T09:30:00+01:00",
        "paid_at": None,
        "session_ids": ["cs_1", "cs_2"],
        "transaction_ref": None,
        "customer_email": "ada@shop.example",
        **given,
    }


def lines(*orders: dict[str, Any]) -> bytes:
    return "".join(f"{json.dumps(one)}\n" for one in orders).encode()


def test_an_object_a_line_is_an_order_a_line(read: Read) -> None:
    reordered = dict(reversed(order(order_id="K2", session_ids="cs_3", amount="7").items()))
    file = read(lines(order(), reordered), name="orders.ndjson")
    columns = ("order_id", "amount", "session_ids", "transaction_ref", "source_row")
    assert file.accepted.select(columns).rows() == [
        ("K1", "1250.00", ["cs_1", "cs_2"], None, 1),
        ("K2", "7", ["cs_3"], None, 2),
    ]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1250.10", "1250.10"), ("99999999999999.99", "99999999999999.99"), ("1.5e3", "1500")],
)
def test_a_number_keeps_the_digits_it_is_written_with(
    read: Read, written: str, amount: str
) -> None:
    content = lines(order(amount=0)).replace(b'"amount": 0', f'"amount": {written}'.encode())
    assert read(content, name="orders.jsonl").accepted["amount"].to_list() == [amount]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"order_id": 123}, 'order_id "123" is stored as a number'),
        ({"amount": True}, 'amount "true" is neither text nor a number'),
        ({"amount": {"value": 1}}, "is neither text nor a number"),
        ({"session_ids": [1]}, "is no list of ids"),
        ({"session_ids": ["cs_1;cs_2"]}, "is no list of ids"),
        ({"order_id": "\ud800"}, "holds half a character"),
        ({"order_id": None}, "order_id is empty"),
        ({"amount": 1e308}, "is no amount"),
    ],
)
def test_a_value_of_another_kind_quarantines_its_row(
    read: Read, given: dict[str, Any], said: str
) -> None:
    file = read(lines(order(**given), order(order_id="K2")), name="orders.ndjson")
    assert said in file.quarantined["reason"].item()
    assert file.accepted["order_id"].to_list() == ["K2"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[:-1], "no line end"),
        (lambda text: text[:-30], "no line end"),
        (lambda text: text + b"\n", "this line cannot be read: it is no complete JSON"),
        (lambda text: text.replace(b'"paid"', b"NaN", 1), "NaN is no JSON number"),
        (lambda text: text.replace(b'"status"', b'"order_id"', 1), '"order_id" stands there twice'),
        (lambda text: text + b"[1]\n", "this line is no object"),
        (lambda text: text + b'{"order_id": "K3"}\n', "this line has other keys"),
        (lambda text: text + b"[" * 100_000 + b"\n", "this line cannot be read"),
        (lambda text: text.replace(b"NGN", b"N\xffN", 1), "byte 0xFF is not UTF-8"),
        (lambda text: text.replace(b"amount", b"total"), "amount is missing"),
        (lambda text: b"\x1f\x8b" + text, "but is packed by gzip"),
    ],
)
def test_a_damaged_file_is_refused(read: Read, damage: Callable[[bytes], bytes], said: str) -> None:
    with pytest.raises(OrderFileRefused, match=said):
        read(damage(lines(order(), order(order_id="K2"))), name="orders.ndjson")
