"""What follows from a row being mended: nothing vanishes by it, and no payment waits for it."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.warehouse.queries import materialise, script

TABLES = """
create schema validated;
create schema ops;
create table ops.files as
    select * from (values
        ('whole', 'whole.csv', 'accepted', date '2026-11-20', 1, now()),
        ('again', 'again.csv', 'accepted', date '2026-11-21', 2, now()),
        ('third', 'third.csv', 'accepted', date '2026-11-21', 3, now())
    ) as file (file_digest, name, state, exported_date, arrival, recorded_from);
create table ops.orders_aside (file_digest varchar, source_row bigint, order_id varchar);
create table validated.quarantine (
    stream varchar, source_digest varchar, source_row bigint, key varchar
);
create table validated.orders_history as
    select unnest(['K1', 'K2', 'K3']) as order_id, date '2026-11-20' as business_date,
        'whole' as source_file_digest, 1 as version;
insert into validated.orders_history values ('K2', '2026-11-20', 'third', 2),
    ('K3', '2026-11-20', 'third', 2);
"""


@pytest.mark.parametrize(
    ("held_back", "vanished"),
    [(("K2", "K3"), []), (("K2",), ["K1"]), ((), ["K1"])],
    ids=["every row was held back", "one was", "none was"],
)
def test_a_file_of_mended_rows_alone_lets_no_order_vanish(
    held_back: tuple[str, ...], vanished: list[str]
) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        for line, key in enumerate(held_back, start=2):
            connection.execute(
                "insert into validated.quarantine values ('orders', 'again', ?, ?)", [line, key]
            )
        found = connection.execute(script("validated/vanished_orders")).fetchall()
    assert [row[0] for row in found] == vanished


@pytest.mark.parametrize(("mended", "waiting"), [((), [("T1",)]), ((3,), [])])
def test_a_payment_waits_for_a_row_only_until_it_is_mended(
    mended: tuple[int, ...], waiting: list[tuple[str]]
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema validated;
            create schema reconciled;
            create table validated.quarantine as select 'orders' as stream, 'a.csv' as source,
                'a' as source_digest, 3 as source_row, ['K1', 'T1'] as known_ids;
            create table reconciled.transaction_facts as select 'T1' as transaction_id,
                '' as reference, '' as external_id, '' as checkout_session_id;
            create table reconciled.known_tokens (transaction_id varchar, order_id varchar);
            create table reconciled.mended_rows (
                stream varchar, source_digest varchar, source_row bigint
            );
            """
        )
        for line in mended:
            connection.execute(
                "insert into reconciled.mended_rows values ('orders', 'a', ?)", [line]
            )
        materialise(connection, "reconciled.held_ids")
        found = connection.execute(script("reconciled/awaited_payments"))
        assert [row[:1] for row in found.fetchall()] == waiting
