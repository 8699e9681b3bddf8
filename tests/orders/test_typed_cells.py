"""What a shop declares about its text leaves numbers and moments of typed files as they are."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile

Read = Callable[..., OrderFile]
PLACED = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
GERMAN = {
    "shop": OrderMapping(
        decimal_mark=",",
        thousands_mark=".",
        time_zone="Europe/Berlin",
        instants="%d.%m.%Y %H:%M",
        columns={
            column: column for column in ("order_id", "status", "amount", "currency", "placed_at")
        },
    )
}


def ndjson(amount: Any, placed_at: Any) -> bytes:
    row = {"order_id": "K1", "status": "paid", "currency": "KWD"}
    return json.dumps({**row, "amount": amount, "placed_at": placed_at}).encode() + b"\n"


def parquet(amount: Any, placed_at: Any) -> bytes:
    file = io.BytesIO()
    row = {"order_id": ["K1"], "status": ["paid"], "currency": ["KWD"]}
    exact = amount if isinstance(amount, str) else Decimal(str(amount))
    pq.write_table(pa.table({**row, "amount": [exact], "placed_at": [placed_at]}), file)
    return file.getvalue()


def workbook(amount: Any, placed_at: Any) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["order_id", "status", "currency", "amount", "placed_at"])
    book.active.append(["K1", "paid", "KWD", amount, placed_at])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ndjson", ndjson(1.255, "20.11.2026 09:30")),
        ("a.parquet", parquet(1.255, PLACED)),
        ("a.xlsx", workbook(1.255, datetime(2026, 11, 20, 9, 30))),  # noqa: DTZ001
    ],
)
def test_declared_forms_are_not_applied_to_numbers_and_moments(
    read: Read, name: str, content: bytes
) -> None:
    file = read(content, name=name, mappings=GERMAN)
    assert file.accepted.select("amount", "placed_at").rows() == [
        ("1.255", "2026-11-20T08:30:00.000000Z")
    ]


@pytest.mark.parametrize(
    ("name", "write"), [("a.ndjson", ndjson), ("a.parquet", parquet), ("a.xlsx", workbook)]
)
def test_declared_forms_are_those_of_text_in_typed_files_too(
    read: Read, name: str, write: Callable[[str, str], bytes]
) -> None:
    file = read(write("1.255", "20.11.2026 09:30"), name=name, mappings=GERMAN)
    assert file.accepted.select("amount", "placed_at").rows() == [
        ("1255", "2026-11-20T08:30:00.000000Z")
    ]
