"""No query pairs every order with every payment: what it holds on its way grows with the book.

A book of plain cases is where the planner goes wrong first: one currency, and each key once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from oracle.engine import opened

from pipelines.policy import Policy
from pipelines.warehouse import queries
from pipelines.warehouse.basis import write_basis, write_minor_units
from pipelines.warehouse.queries import fill, materialise, tables_of, text_of

ROWS = 400
"""So few that the planner is not helped by `analyze`."""
ROWS_HELD = 20 * ROWS
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
TABLES = [
    table
    for stage in ("validated", "reconciled", "marts", "delivered")
    for table in tables_of(stage)
]

_TRANSACTIONS = """
insert into raw.transactions by name
select
    n + 1 as arrival, n::varchar as content_digest, $start as recorded_from, 'r' as run_id,
    's' as source, 'trxn_' || n as transaction_id, 'CHECKOUT' as type, 'ref_' || n as reference,
    'cs_' || n as checkout_session_id, 'COMPLETED' as status, 'COMPLETED' as payout_status,
    '1' as exchange_rate, (100 + n)::varchar as fiat_amount, 'NGN' as fiat_currency,
    (100 + n)::varchar as crypto_expected, (100 + n)::varchar as crypto_received,
    'USDT' as crypto_currency, 'TRON' as network, '1' as fee_amount,
    ($start + to_minutes(n))::varchar as created_at, ($start + to_minutes(n))::varchar as updated_at
from range($rows) as numbers(n)
"""

_ORDERS = """
insert into raw.orders by name
select
    'f' as file_digest, n as source_row, $start as recorded_from, 'ORDER-' || n as order_id,
    'fulfilled' as status, (100 + n)::varchar as amount, 'NGN' as currency,
    ($start + to_minutes(n))::varchar as placed_at, ($start + to_minutes(n))::varchar as paid_at,
    ['cs_' || n] as session_ids
from range($rows) as numbers(n)
"""

_FILE = """
insert into ops.files by name
select
    'f' as file_digest, 'orders.csv' as name, 'generic' as layout, 'accepted' as state,
    $start::date as exported_date, 1 as arrival, $rows as rows_received, $rows as rows_accepted,
    0 as rows_repeated, 0 as rows_quarantined, $start as recorded_from, 'r' as run_id,
    $start as seen_at
"""


MADE = {
    "orders": "select n as order_id, 'NGN' as currency, n as amount from range(600) as each(n)",
    "payments": "select n as id, 'a' as kind, 'NGN' as currency, n as amount "
    "from range(600) as each(n)",
    "links": "select n as order_id, n as id, 'a' as kind from range(600) as each(n)",
}
BY_KEYS = (
    "select links.id from links inner join orders on links.order_id = orders.order_id "
    "inner join payments on links.kind = payments.kind and links.id = payments.id "
    "and orders.currency = payments.currency and payments.amount >= orders.amount"
)


@pytest.fixture(scope="module")
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    """Orders and payments one for one, judged a week after the last of them."""
    connection = opened()
    known: dict[str, Any] = {"start": START, "rows": ROWS}
    for query in (_TRANSACTIONS, _ORDERS, _FILE):
        connection.execute(query, {name: known[name] for name in known if f"${name}" in query})
    as_of = START + timedelta(minutes=ROWS, days=7)
    first = date(2026, 3, 1)
    write_basis(connection, Policy(), as_of=as_of, zone=ZoneInfo("UTC"), first_date=first)
    write_minor_units(connection)
    # As a night does: the planner knows less of tables that were made in the same transaction.
    connection.execute("begin")
    for table in TABLES:
        materialise(connection, table)
    yield connection
    connection.close()


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_step_of_a_query_holds_many_times_the_rows_of_the_book(
    store: duckdb.DuckDBPyConnection, table: str
) -> None:
    assert most_rows_held(store, text_of(table)) < ROWS_HELD


def test_a_join_of_everything_with_everything_is_noticed(
    store: duckdb.DuckDBPyConnection,
) -> None:
    paired = (
        "select orders.order_id from validated.orders as orders "
        "inner join validated.transactions as payments on orders.currency = payments.fiat_currency"
    )
    assert most_rows_held(store, paired) >= ROWS_HELD


@pytest.mark.parametrize("is_analyzed", [True, False])
def test_the_planner_knows_tables_of_the_same_transaction_once_they_are_looked_at(
    monkeypatch: pytest.MonkeyPatch, *, is_analyzed: bool
) -> None:
    if not is_analyzed:
        monkeypatch.setattr(queries, "ANALYZED_ROWS", 10**9)
    with duckdb.connect() as connection:
        connection.execute("begin")
        for name, made in MADE.items():
            fill(connection, name, f"create table {name} as {made}")
        assert (most_rows_held(connection, BY_KEYS) < ROWS_HELD) is is_analyzed


def most_rows_held(store: duckdb.DuckDBPyConnection, query: str) -> int:
    """The most rows that one operator of the query's plan gave to the next."""
    rows = store.execute(f"explain (analyze, format json) {query}").fetchall()
    plan = json.loads(rows[0][1])
    # A query of constants is answered while it is planned.
    return max(_rows_given(plan.get("operator", [])), default=0)


def _rows_given(operators: list[dict[str, Any]]) -> Iterator[int]:
    for operator in operators:
        yield operator["intermediate_rows"]
        yield from _rows_given(operator.get("children", []))
