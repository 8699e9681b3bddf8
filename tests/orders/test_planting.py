"""Thousands of files with one fault each: what is read wrongly, and nobody is told?

A file is read *silently wrong* when it is neither refused nor any row of it quarantined, and its
orders are not the true ones. Polars and DuckDB as they read by default go through the same harness:
they are the control that shows the faults to be real.
"""

from __future__ import annotations

import hashlib
import io
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest
from orders.planting import DAMAGES, Book, Order, bit_flipped, book_of

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.inbox import State, arrivals
from pipelines.orders.reader import read_order_file
from pipelines.orders.sidecars import ControlTotals

LAGOS = ZoneInfo("Africa/Lagos")
# What leaves a file as sound as it was: nothing in it can show the fault.
INVISIBLE = {"cut_anywhere", "row_dropped", "digit_changed_in_an_amount", "bit_flipped"}
MEMORY_MOST = 1_000_000_000
Reader = Callable[[bytes, Book], list[Order] | None]


@dataclass(frozen=True)
class Case:
    """A damaged file, and what is true of it."""

    damage: str
    book: Book
    content: bytes


def cases(count: int) -> Iterator[Case]:
    for number in range(count):
        dice = random.Random(number)
        book = book_of(dice)
        damage = DAMAGES[number % len(DAMAGES)]
        content = damage(dice, book.lines)
        if content != book.content:
            yield Case(damage.__name__, book, content)


def silently_wrong(count: int, read: Reader) -> Counter[str]:
    """By class, how many files a reader took without a word and got wrong."""
    found: Counter[str] = Counter()
    for case in cases(count):
        orders = read(case.content, case.book)
        if orders is not None and sorted(orders, key=repr) != sorted(case.book.orders, key=repr):
            found[case.damage] += 1
    return found


def with_nothing_beside(content: bytes, book: Book) -> list[Order] | None:
    return _strictly(content, book, None)


def with_count_and_sums(content: bytes, book: Book) -> list[Order] | None:
    sums: dict[str, Decimal] = {}
    for order in book.orders:
        sums[order[3]] = sums.get(order[3], Decimal(0)) + order[2]
    return _strictly(content, book, ControlTotals(rows=len(book.orders), amounts=sums))


def with_a_digest(content: bytes, book: Book) -> list[Order] | None:
    stated = hashlib.sha256(book.content).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "orders.csv").write_bytes(content)
        (Path(folder) / "orders.csv.sha256").write_text(f"{stated}  orders.csv\n")
        (found,) = arrivals(Path(folder), wait_still=False)
    return None if found.state is State.REFUSED else _strictly(content, book, None)


def _strictly(content: bytes, _: Book, control: ControlTotals | None) -> list[Order] | None:
    try:
        file = read_order_file("orders.csv", content, time_zone=LAGOS, control=control)
    except OrderFileRefused:
        return None
    if file.quarantined.height:
        return None
    return [_meant({**row, "session_ids": ";".join(row["session_ids"])}) for row in _rows(file)]


def _rows(file: Any) -> Iterator[dict[str, Any]]:
    return file.accepted.iter_rows(named=True)


def by_polars(content: bytes, _: Book) -> list[Order] | None:
    try:
        frame = pl.read_csv(io.BytesIO(content))
    except pl.exceptions.PolarsError:
        return None
    return [_meant(row) for row in frame.iter_rows(named=True)]


def by_duckdb(content: bytes, _: Book) -> list[Order] | None:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        try:
            cursor = _connection().execute("select * from read_csv(?)", [file.name])
            names = [column[0] for column in cursor.description or []]
            return [_meant(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        except duckdb.Error:
            return None


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _meant(row: Mapping[str, Any]) -> Order:
    """What a row says, whatever types its reader found for it; None where it has no such column."""
    text = {name: "" if value is None else str(value) for name, value in row.items()}
    return (
        text.get("order_id", ""),
        text.get("status", ""),
        _amount(text.get("amount", "")),
        text.get("currency", ""),
        _moment(row.get("placed_at")),
        _moment(row.get("paid_at")),
        text.get("session_ids", ""),
        text.get("transaction_ref", ""),
        text.get("customer_email", ""),
    )  # type: ignore[return-value]


def _amount(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _moment(value: object) -> datetime | str | None:
    if value is None or value == "":
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return moment.astimezone(UTC) if moment.tzinfo else str(value)


def test_there_are_28_classes_and_a_whole_file_is_read_rightly_by_all() -> None:
    assert len({damage.__name__ for damage in DAMAGES}) == 28
    book = book_of(random.Random(1))
    for read in (with_nothing_beside, with_count_and_sums, with_a_digest, by_polars, by_duckdb):
        found = read(book.content, book)
        assert found is not None
        assert sorted(found, key=repr) == sorted(book.orders, key=repr), read


@pytest.mark.counts(small=280, full=8_000)
def test_with_a_digest_no_fault_is_read_silently(count: int) -> None:
    assert silently_wrong(count, with_a_digest) == {}


@pytest.mark.counts(small=280, full=8_000)
def test_with_count_and_sums_next_to_no_fault_is_read_silently(count: int) -> None:
    found = silently_wrong(count, with_count_and_sums)
    assert set(found) <= {bit_flipped.__name__}
    assert found.total() <= count * 0.025


@pytest.mark.counts(small=280, full=8_000)
def test_with_nothing_beside_only_what_no_file_can_show_is_read_silently(count: int) -> None:
    found = silently_wrong(count, with_nothing_beside)
    assert set(found) <= INVISIBLE
    assert found.total() <= count * 0.10


@pytest.mark.counts(small=112, full=8_000)
def test_default_readers_read_most_faults_silently(count: int) -> None:
    for read in (by_polars, by_duckdb):
        assert silently_wrong(count, read).total() > count * 0.40, read.__name__


@pytest.mark.counts(small=28, full=8_000)
def test_no_fault_makes_a_process_of_its_own_fall_over_or_grow(count: int) -> None:
    """Fails as well when the process dies; one that hangs would be ended.

    `ru_maxrss` would not do: it begins with the size of the process that started this one.
    """
    child = (
        "import sys; sys.path.insert(0, 'tests'); from orders import test_planting as t;"
        f"t.silently_wrong({count}, t.with_nothing_beside);"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", child],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60 + count,
    )
    assert int(done.stdout) * 1024 < MEMORY_MOST
