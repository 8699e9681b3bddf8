"""What a store holds is digested as it grows, and says the same as digested as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from pipelines.warehouse.holdings import tables_that_differ, totals
from pipelines.warehouse.queries import SCHEMA, run_scripts

ROW = (
    "insert into raw.transactions by name "
    "select $n as arrival, $n::varchar as content_digest, now() as recorded_from, 'r' as run_id, "
    "'s' as source, 'trxn_' || $n as transaction_id, '10.00' as fiat_amount"
)
FILE = (
    "insert into ops.files by name select 'f' || $n as file_digest, 'f' as name, 'generic' as "
    "layout, 'accepted' as state, $n as arrival, 1 as rows_received, 1 as rows_accepted, 0 as "
    "rows_repeated, 0 as rows_quarantined, now() as recorded_from, 'r' as run_id, now() as seen_at"
)
ORDER = (
    "insert into raw.orders by name select 'f' || $n as file_digest, 1 as source_row, "
    "now() as recorded_from, 'ORDER-' || $n as order_id"
)


@pytest.fixture
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    """A store that took in two payments and two exports, and digested them."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    run_scripts(connection, SCHEMA)
    for number in (1, 2):
        take_in(connection, number)
    totals(connection)
    yield connection
    connection.close()


def take_in(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    for statement in (ROW, FILE, ORDER):
        connection.execute(statement, {"n": number})


def test_rows_added_to_those_digested_before_give_the_digest_of_all(
    store: duckdb.DuckDBPyConnection,
) -> None:
    take_in(store, 3)
    assert totals(store) == totals(store, whole=True)
    take_in(store, 4)
    take_in(store, 5)
    assert totals(store) == totals(store, whole=True)


def test_what_was_digested_before_is_not_read_again(store: duckdb.DuckDBPyConnection) -> None:
    noted = totals(store)["raw.transactions"]["digest"]
    store.execute("update raw.transactions set fiat_amount = '1.00' where arrival = 1")
    assert totals(store)["raw.transactions"]["digest"] == noted
    assert totals(store, whole=True)["raw.transactions"]["digest"] != noted


@pytest.mark.parametrize(
    "loss", ["delete from raw.transactions where arrival = 1", "delete from raw.orders"]
)
def test_rows_that_went_are_not_counted_on(store: duckdb.DuckDBPyConnection, loss: str) -> None:
    store.execute(loss)
    take_in(store, 3)
    assert totals(store) == totals(store, whole=True)


@pytest.mark.parametrize("quickly", [True, False])
@pytest.mark.parametrize(
    ("edit", "table"),
    [
        ("update raw.transactions set fiat_amount = '1.00' where arrival = 1", "raw.transactions"),
        ("update raw.orders set order_id = 'ORDER-9' where order_id = 'ORDER-1'", "raw.orders"),
        ("update ops.files set rows_received = 2 where arrival = 1", "ops.files"),
    ],
)
def test_an_edited_row_is_noticed_by_checksum_and_by_digest(
    store: duckdb.DuckDBPyConnection, edit: str, table: str, *, quickly: bool
) -> None:
    noted = totals(store)
    assert tables_that_differ(store, noted, quickly=quickly) == []
    store.execute(edit)
    assert [name for name, _ in tables_that_differ(store, noted, quickly=quickly)] == [table]


def test_a_checksum_of_another_release_is_not_relied_on(store: duckdb.DuckDBPyConnection) -> None:
    noted = {
        table: {**total, "quick": {"duckdb 1.0.0": "1"}} for table, total in totals(store).items()
    }
    assert tables_that_differ(store, noted, quickly=True) == []
    store.execute("update raw.transactions set fiat_amount = '1.00' where arrival = 1")
    assert [name for name, _ in tables_that_differ(store, noted, quickly=True)] == [
        "raw.transactions"
    ]
