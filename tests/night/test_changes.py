"""What a run changes against what was published: rows by kind, figures by date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.night.changes import Changes
from pipelines.night.reading import Volume
from pipelines.warehouse.queries import script

DAY = date(2026, 11, 20)
TABLES = """
create schema {0}validated;
create schema {0}reconciled;
create schema {0}marts;
create table {0}validated.orders (
    order_id varchar, source_file_digest varchar, status varchar, amount decimal(38, 18)
);
create table {0}validated.transactions (transaction_id varchar, version bigint);
create table {0}reconciled.breaks (
    break_id varchar, code varchar, state varchar, money_impact decimal(38, 18)
);
create table {0}marts.daily_close (
    business_date date, currency varchar, expected_amount decimal(38, 18),
    received_amount decimal(38, 18), open_breaks bigint
);
"""
BEFORE = """
insert into before.validated.orders values ('K1', 'a', 'paid', 5), ('K2', 'a', 'paid', 7);
insert into before.validated.transactions values ('T1', 1), ('T2', 1);
insert into before.reconciled.breaks values ('B1', 'UNDERPAID', 'open', -2);
insert into before.marts.daily_close values ('2026-11-19', 'NGN', 1, 1, 0);
insert into before.marts.daily_close values ('2026-11-20', 'NGN', 12, 10, 1);
"""
NOW = """
insert into validated.orders values ('K1', 'b', 'paid', 5), ('K2', 'a', 'paid', 7);
insert into validated.orders values ('K3', 'b', 'paid', 9);
insert into validated.transactions values ('T1', 1), ('T2', 2);
insert into marts.daily_close values ('2026-11-19', 'NGN', 1, 1, 0);
insert into marts.daily_close values ('2026-11-20', 'NGN', 21, 21, 0);
"""


@pytest.fixture
def both() -> Iterator[duckdb.DuckDBPyConnection]:
    """A working database and, attached as `before`, what was published from it."""
    with duckdb.connect() as connection:
        connection.execute(script("macros"))
        connection.execute("attach ':memory:' as before")
        connection.execute(TABLES.format("before.") + BEFORE + TABLES.format("") + NOW)
        yield connection


def test_rows_are_new_gone_or_changed_and_dates_have_other_figures(
    both: duckdb.DuckDBPyConnection,
) -> None:
    rows = both.execute(script("work/changed_rows")).fetchall()
    figures = both.execute(script("work/changed_figures")).fetchall()
    assert rows == [("transactions", 0, 0, 1), ("orders", 1, 0, 1), ("breaks", 0, 1, 0)]
    assert figures == [(DAY, "NGN", "12", "21", "10", "21", 1, 0)]
    assert str(Changes(tuple(rows), tuple(figures))) == (
        "transactions +0 -0 ~1, orders +1 -0 ~1, breaks +0 -1 ~0, figures of 1 published dates"
    )


def test_a_run_that_changes_nothing_says_so() -> None:
    assert str(Changes((("orders", 0, 0, 0),), ())) == "nothing"


@pytest.mark.parametrize(
    ("of_the_date", "usual", "is_usual"),
    [(100, 300, True), (99, 300, False), (300, 100, True), (301, 100, False), (0, None, True)],
)
def test_a_volume_is_usual_within_a_third_and_three_times(
    of_the_date: int, usual: int | None, *, is_usual: bool
) -> None:
    assert Volume("orders", of_the_date, usual).is_usual is is_usual
