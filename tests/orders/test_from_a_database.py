"""The query of the README writes a shop's table as an export that is taken whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.orders.reader import OrderFile

README = Path(__file__).parents[2] / "README.md"
SHOP = """
create table shop_orders (
    id bigint, state varchar, total decimal(18, 4), currency varchar, created_at timestamptz,
    paid_at timestamp, session_id varchar, payment_id varchar, email varchar
);
insert into shop_orders values
    (17, 'paid', 1250.5, 'NGN', '2026-11-20 08:30:00.25+00', '2026-11-20 09:45:00', 'cs_1', null,
     'ada@shop.example'),
    (18, 'awaiting', 7, 'NGN', '2026-11-20 10:00:00+01', null, null, 'a, "b"', null),
    (19, 'awaiting', 5000, 'UGX', '2026-11-20 10:00:00+01', null, null, null, null),
    (20, 'awaiting', 1.255, 'KWD', '2026-11-20 10:00:00+01', null, null, null, null);
"""


def test_the_query_of_the_readme_writes_what_is_read_whole(
    tmp_path: Path, read: Callable[..., OrderFile]
) -> None:
    told = re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (query,) = (one for one in told if "to 'orders " in one)
    export = tmp_path / "orders 2026-11-20.csv"
    with duckdb.connect() as connection:
        connection.execute(SHOP)
        connection.execute(query.replace("'orders 2026-11-20.csv'", f"'{export}'"))
    file = read(export.read_bytes(), name=export.name)
    columns = ("order_id", "amount", "placed_at", "paid_at", "session_ids", "transaction_ref")
    assert file.accepted.select(columns).rows() == [
        ("17", "1250.5", "2026-11-20T08:30:00.250000Z", "2026-11-20T08:45:00.000000Z", ["cs_1"],
         None),
        ("18", "7", "2026-11-20T09:00:00.000000Z", None, [], 'a, "b"'),
        ("19", "5000", "2026-11-20T09:00:00.000000Z", None, [], None),
        ("20", "1.255", "2026-11-20T09:00:00.000000Z", None, [], None),
    ]  # fmt: skip
