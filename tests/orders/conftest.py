"""Makers of order exports: what a test does not name is filled with something that holds."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from pipelines.orders.reader import OrderFile, read_order_file

HEADER = (
    "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref,customer_email"
)


def line(**given: str) -> str:
    values = {
        "order_id": "K1",
        "status": "paid",
        "amount": "1250.00",
        "currency": "NGN",
        "placed_at": "2026-11-20T09:30:00+01:00",
        "paid_at": "2026-11-20T09:45:00+01:00",
        "session_ids": "cs_1;cs_2",
        "transaction_ref": "tx_1",
        "customer_email": "ada@shop.example",
    }
    assert given.keys() <= values.keys()
    return ",".join({**values, **given}.values())


def export(*lines: str) -> bytes:
    return "".join(f"{text}\n" for text in (HEADER, *lines)).encode()


def read(content: bytes, name: str = "orders.csv", **given: object) -> OrderFile:
    return read_order_file(name, content, time_zone=ZoneInfo("Africa/Lagos"), **given)  # type: ignore[arg-type]


@pytest.fixture(scope="session", name="line")
def _line() -> Callable[..., str]:
    """One line of an export; every column can be given as text."""
    return line


@pytest.fixture(scope="session", name="export")
def _export() -> Callable[..., bytes]:
    """The bytes of an export with the right header and these lines."""
    return export


@pytest.fixture(scope="session", name="read")
def _read() -> Callable[..., OrderFile]:
    """Read an export for a shop in Lagos."""
    return read
