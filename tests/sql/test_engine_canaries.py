"""What the queries rely on in DuckDB: after an upgrade, a failing test names what has changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest


@pytest.mark.parametrize(
    "expression", ["avg(amount)", "sum(amount) / 2", "max(amount) / max(amount)"]
)
def test_averages_and_quotients_of_decimals_are_floating(blank: Any, expression: str) -> None:
    rows = blank.execute(
        f"select typeof({expression}) from (values (1.10::decimal(38, 18))) as one(amount)"
    ).fetchall()
    assert rows == [("DOUBLE",)]


def test_sums_and_remainders_of_decimals_stay_exact(blank: Any) -> None:
    blank.execute(
        "create table amounts as select unnest([0.1, 0.2, 0.000000000000000001])"
        "::decimal(38, 18) as amount"
    )
    rows = blank.execute("select sum(amount), sum(amount) % 0.00000001 from amounts").fetchall()
    assert rows == [(Decimal("0.300000000000000001"), Decimal("0.000000000000000001"))]


def test_a_product_of_two_wide_decimals_overflows_at_once(blank: Any) -> None:
    with pytest.raises(duckdb.OutOfRangeException, match="Overflow in multiplication"):
        blank.execute("select 200::decimal(38, 18) * 300::decimal(38, 18)").fetchall()


def test_a_product_of_narrow_decimals_keeps_every_digit(blank: Any) -> None:
    rows = blank.execute(
        "select 1.000000000000000001::decimal(30, 18) * 99.99999::decimal(8, 5)"
    ).fetchall()
    assert rows == [(Decimal("99.99999000000000009999999"),)]


def test_a_cast_to_fewer_digits_rounds_without_a_word(blank: Any) -> None:
    rows = blank.execute("select '1.005'::decimal(38, 2), 1.005::decimal(38, 2)").fetchall()
    assert rows == [(Decimal("1.01"), Decimal("1.01"))]


def test_the_date_of_an_instant_follows_the_zone_of_the_session(blank: Any) -> None:
    query = "select '2026-03-04T23:30:00Z'::timestamptz::date"
    in_utc = blank.execute(query).fetchall()
    blank.execute("set TimeZone = 'Africa/Lagos'")
    in_lagos = blank.execute(query).fetchall()
    assert (in_utc, in_lagos) == ([(date(2026, 3, 4),)], [(date(2026, 3, 5),)])


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_the_date_in_a_named_zone_does_not(blank: Any, zone: str) -> None:
    blank.execute(f"set TimeZone = '{zone}'")
    rows = blank.execute(
        "select timezone('Africa/Lagos', '2026-03-04T23:30:00Z'::timestamptz)::date"
    ).fetchall()
    assert rows == [(date(2026, 3, 5),)]


def test_an_upsert_keeps_the_first_of_two_rows_with_one_key(blank: Any) -> None:
    blank.execute("create table orders (order_id varchar primary key, amount integer)")
    blank.execute(
        "insert into orders values ('K1', 1), ('K1', 2) "
        "on conflict do update set amount = excluded.amount"
    )
    assert blank.execute("select amount from orders").fetchall() == [(1,)]


def test_an_unread_result_blocks_its_connection_until_it_is_read(blank: Any) -> None:
    blank.execute("select range from range(1000000)").fetchone()
    with pytest.raises(duckdb.Error, match="unfinished result"):
        blank.sql("select 1").fetchall()
    blank.fetchall()
    assert blank.sql("select 1").fetchall() == [(1,)]


def test_an_unread_result_of_one_cursor_keeps_another_from_a_checkpoint(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "numbers.duckdb")) as connection:
        connection.execute("create table numbers as select range as number from range(1000000)")
        cursor = connection.cursor()
        cursor.execute("select number from numbers").fetchone()
        connection.execute("update numbers set number = 0 where number < 5")
        with pytest.raises(duckdb.TransactionException, match="CHECKPOINT"):
            connection.execute("checkpoint")
        cursor.fetchall()
        connection.execute("checkpoint")


def test_nulls_are_never_in_a_list_with_a_null(blank: Any) -> None:
    rows = blank.execute("select 'K1' not in (select null::varchar)").fetchall()
    assert rows == [(None,)]


def test_tables_and_types_are_changed_and_undone_in_one_transaction(blank: Any) -> None:
    blank.execute("create table matches as select 'K1' as order_id")
    blank.execute("begin")
    blank.execute("create or replace table matches as select 1 as other")
    blank.execute("rollback")
    assert blank.execute("select order_id from matches").fetchall() == [("K1",)]
