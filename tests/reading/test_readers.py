"""Readers keep what they opened, new ones get the newest, and none is in the way of a night."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.settings import Places
from pipelines.warehouse.publication import note, publish, replace
from pipelines.warehouse.queries import forget_sums
from pipelines.warehouse.verification.files import sha256_of

SESSION = Path(__file__).with_name("session.py")
HOLDERS_MOST = 8


def put_out(connection: duckdb.DuckDBPyConnection, places: Places, total: int) -> bool:
    """Publish the book with all amounts on either side adding up to this total.

    Gives whether the former file was carried on, as it is in most nights.
    """
    for table, column in (
        ("validated.orders", "amount"),
        ("validated.transactions", "fiat_amount"),
    ):
        connection.execute(f"update {table} set {column} = 0")
        connection.execute(
            f"update {table} set {column} = ? where rowid = (select min(rowid) from {table})",
            [total],
        )
        key = f"{table.removeprefix('validated.').rstrip('s')}_id"
        connection.execute(
            f"insert into ops.unpublished select 'validated', '{key}', {key} from {table}"
        )
    forget_sums(connection, "validated.")
    fresh = publish(connection, places)
    file_digest = sha256_of(fresh.path)
    replace(fresh, places)
    note(connection, file_digest)
    return fresh.is_carried


@contextmanager
def readers(file: Path, manners: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Readers that have each read once when the block begins; what they saw, when it has ended."""
    running = [
        subprocess.Popen(
            [sys.executable, str(SESSION), str(file), manner],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for manner in manners
    ]
    seen: list[dict[str, Any]] = []
    try:
        for reader in running:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "open\n"
        yield seen
        for reader in running:
            out, _ = reader.communicate("stop\n", timeout=60)
            seen.append(json.loads(out))
    finally:
        for reader in running:
            reader.kill()
            reader.wait()


@pytest.mark.counts(small=3, full=40)
def test_no_reader_sees_an_error_or_a_torn_total_while_nights_publish(
    store: tuple[duckdb.DuckDBPyConnection, Places], count: int
) -> None:
    connection, places = store
    put_out(connection, places, 1)
    holders = min(count, HOLDERS_MOST)
    with readers(places.published, ["hold"] * holders + ["come"]) as seen:
        # Every publication ends while all of them hold the file: none can make it wait.
        for total in range(2, count + 2):
            assert put_out(connection, places, total)
    *held, came = seen
    assert [reader["errors"] for reader in seen] == [[]] * (holders + 1)
    assert all(reader["totals"] == [[1, 1]] * len(reader["totals"]) for reader in held)
    assert min(len(reader["totals"]) for reader in held) > 1
    totals = [orders for orders, _ in came["totals"]]
    assert all(orders == payments for orders, payments in came["totals"])
    assert totals == sorted(totals)
    assert {totals[0], totals[-1]} == {1, count + 1}
    assert sorted(path.name for path in places.published.parent.iterdir()) == ["finance.duckdb"]


def test_a_reader_that_sees_two_snapshots_at_once_would_be_noticed(
    store: tuple[duckdb.DuckDBPyConnection, Places],
) -> None:
    """The same file, torn: one side of one publication and the other of the next."""
    connection, places = store
    put_out(connection, places, 1)
    with duckdb.connect(places.published) as torn:
        torn.execute("update validated.orders set amount = amount + 1")
    with readers(places.published, ["come"]) as seen:
        pass
    orders, payments = seen[0]["totals"][0]
    assert orders != payments
