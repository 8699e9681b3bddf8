"""An order that a later export sets aside, or no longer holds, is seen; it stays in the book."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.warehouse.queries import script

TABLES = """
create schema validated;
create schema ops;
create table ops.files as
    select * from (values
        ('one', 'one.csv', 'accepted', date '2026-11-20', 1, now()),
        ('two', 'two.csv', 'accepted', date '2026-11-21', 2, now()),
        ('three', 'three.csv', 'accepted', date '2026-11-22', 3, now())
    ) as file (file_digest, name, state, exported_date, arrival, recorded_from);
create table ops.orders_aside (file_digest varchar, source_row bigint, order_id varchar);
create table validated.quarantine (
    stream varchar, source_digest varchar, source_row bigint, key varchar
);
create table validated.orders_history (
    order_id varchar, business_date date, source_file_digest varchar, version bigint
);
insert into validated.orders_history
select unnest(['K1', 'K2', 'K3', 'K4']), date '2026-11-20', 'one', 1;
"""


@pytest.mark.parametrize(
    ("held", "aside", "refused", "absent"),
    [
        ({}, {"two": ["K1", "new"]}, {}, [("K1", "set aside", "two.csv")]),
        ({}, {"two": ["K1"], "three": ["K1"]}, {}, [("K1", "set aside", "three.csv")]),
        ({"three": ["K1"]}, {"two": ["K1"]}, {}, []),
        ({}, {"one": ["K1"]}, {}, []),
        ({}, {"two": ["K1"]}, {"three": ["K1"]}, []),
        (
            {"two": ["K3", "K4"]},
            {"two": ["K1"]},
            {},
            [("K1", "set aside", "two.csv"), ("K2", "missing", "two.csv")],
        ),
        (
            {"three": ["K2", "K3", "K4"]},
            {"two": ["K1"]},
            {},
            [("K1", "missing", "three.csv")],
        ),
    ],
    ids=[
        "set aside",
        "set aside twice",
        "held again",
        "beside itself",
        "held back since",
        "set aside counts as there",
        "set aside, then gone",
    ],
)
def test_an_order_known_before_is_reported_when_an_export_sets_it_aside(
    held: dict[str, list[str]],
    aside: dict[str, list[str]],
    refused: dict[str, list[str]],
    absent: list[tuple[str, str, str]],
) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        for query, given in (
            ("insert into validated.orders_history select unnest(?), '2026-11-20', ?, 2", held),
            ("insert into ops.orders_aside select ?2, 2, unnest(?1)", aside),
            ("insert into validated.quarantine select 'orders', ?2, 2, unnest(?1)", refused),
        ):
            for file, ids in given.items():
                connection.execute(query, [ids, file])
        found = connection.sql(script("validated/vanished_orders")).select(
            "order_id", "absence", "missing_from_file"
        )
        assert sorted(found.fetchall()) == absent
