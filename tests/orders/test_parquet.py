"""Parquet is read by types that keep every digit; floats, integers as ids and lies are refused."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.reader import OrderFile

Read = Callable[..., OrderFile]
PLACED = datetime(2026, 11, 20, 8, 30, 0, 123456, tzinfo=UTC)


def parquet(**given: pa.Array) -> bytes:
    columns = {
        "order_id": pa.array(["00123", "9007199254740993"]),
        "status": pa.array(["paid", "awaiting"]).dictionary_encode(),
        "amount": pa.array([Decimal("1250.50"), Decimal(7)], pa.decimal128(38, 18)),
        "currency": pa.array(["NGN", "UGX"]),
        "placed_at": pa.array([PLACED, PLACED], pa.timestamp("us", "Africa/Lagos")),
        "paid_at": pa.array([PLACED, None], pa.timestamp("ns", "UTC")),
        "session_ids": pa.array([["cs_1", "cs_2"], []], pa.list_(pa.string())),
        "transaction_ref": pa.array([None, None], pa.string()),
        "customer_email": pa.nulls(2),
        **given,
    }
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, write_page_checksum=True)
    return file.getvalue()


def test_typed_columns_come_out_exactly(read: Read) -> None:
    file = read(parquet(), name="orders.parquet")
    columns = ("order_id", "status", "amount", "placed_at", "paid_at", "session_ids", "source_row")
    instant = "2026-11-20T08:30:00.123456Z"
    assert file.accepted.select(columns).rows() == [
        ("00123", "paid", "1250.5", instant, instant, ["cs_1", "cs_2"], 1),
        ("9007199254740993", "awaiting", "7", instant, None, [], 2),
    ]


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("amount", pa.array([1250.5, 7.0]), "amount is stored as double"),
        ("amount", pa.array([1250.5, 7.0], pa.float32()), "amount is stored as float"),
        ("order_id", pa.array([123, 124]), "order_id is stored as int64"),
        ("placed_at", pa.array([PLACED.date()] * 2), "placed_at is stored as date32"),
        ("session_ids", pa.array([[1], [2]]), "session_ids is stored as list"),
        ("transaction_ref", pa.array([b"a", b"b"]), "transaction_ref is stored as binary"),
    ],
)
def test_a_type_that_loses_something_refuses_the_file(
    read: Read, column: str, values: pa.Array, said: str
) -> None:
    with pytest.raises(OrderFileRefused, match=said) as refused:
        read(parquet(**{column: values}), name="orders.parquet")
    assert refused.value.remedy.startswith("Cast it")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"amount": pa.array([Decimal("1.005"), Decimal(7)])}, "more digits after the point"),
        ({"placed_at": pa.array([PLACED] * 2, pa.timestamp("us"))}, "with an offset"),
        ({"session_ids": pa.array([["cs_1;cs_2"], []])}, "holds a control character"),
        ({"session_ids": pa.array([["cs_1", None], []])}, "holds a control character"),
        ({"session_ids": pa.array([[""], []])}, "holds a control character"),
        ({"order_id": pa.array([None, "K2"])}, "order_id is empty"),
    ],
)
def test_a_value_that_breaks_the_contract_quarantines_its_row(
    read: Read, given: dict[str, Any], said: str
) -> None:
    assert said in read(parquet(**given), name="orders.parquet").quarantined["reason"][0]


def test_nanoseconds_are_not_rounded_away(read: Read) -> None:
    late = pa.array([1_763_627_400_123_456_789] * 2, pa.timestamp("ns", "UTC"))
    with pytest.raises(OrderFileRefused, match="would lose data"):
        read(parquet(placed_at=late), name="orders.parquet")


def test_a_footer_that_hides_a_bomb_is_refused_by_what_it_unpacks_to(read: Read) -> None:
    file = io.BytesIO()
    names = ["order_id", "status", "amount", "currency", "placed_at", "paid_at"]
    names += ["session_ids", "transaction_ref", "customer_email"]
    row = pa.array(["x" * 100_000] * 2_000)
    pq.write_table(
        pa.table(dict.fromkeys(names, row)), file, compression="zstd", use_dictionary=False
    )
    assert len(file.getvalue()) < 1_000_000
    with pytest.raises(OrderFileRefused, match="would unpack to"):
        read(file.getvalue(), name="orders.parquet")


@pytest.mark.counts(small=40, full=2_000)
def test_a_damaged_byte_never_changes_an_order(read: Read, count: int) -> None:
    whole = parquet()
    truth = read(whole, name="orders.parquet").accepted.rows()
    dice = random.Random(count)
    for _ in range(count):
        place = dice.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[place] ^= 1 << dice.randrange(8)
        try:
            file = read(bytes(damaged), name="orders.parquet")
        except OrderFileRefused:
            continue
        assert file.accepted.rows() == truth or file.quarantined.height, place
