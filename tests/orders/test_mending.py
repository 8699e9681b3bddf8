"""Rows cut out of an export are its own bytes, and can be read as what they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from orders.shops import SHOPIFY_HEADER, shopify, shopify_item, written

from pipelines.orders.intake import Intake
from pipelines.orders.layouts.layout import Layout
from pipelines.orders.layouts.mapped import layouts_for
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.mending import cut_out
from pipelines.orders.reader import OrderFile

Line = Callable[..., str]
Read = Callable[..., OrderFile]
LAGOS = ZoneInfo("Africa/Lagos")
COLUMNS = "id;state;total;cur;at;note"
MAPPING = {
    "delimiter": ";",
    "columns": {
        "order_id": "id", "status": "state", "amount": "total", "currency": "cur",
        "placed_at": "at",
    },
}  # fmt: skip
FIRST = '1;paid;5.00;NGN;2026-11-20T09:30:00Z;"a ""quoted""\nnote; Ọlá"\n'
SECOND = '2;paid;5,00;NGN;2026-11-20T09:30:00Z;"it goes\non"\n'
THIRD = "3;paid;5.00;NGN;2026-11-20T09:30:00Z;\n"
FOURTH = "4;payed;5.00;NGN;2026-11-20T09:30:00Z;\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_a_row_is_cut_out_with_every_byte_of_it(read: Read, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    mappings = {"shop": OrderMapping.model_validate({**MAPPING, "encoding": declared})}
    content = f"{COLUMNS}\n{FIRST}{SECOND}{THIRD}{FOURTH}".encode(encoding)
    held = read(content, mappings=mappings).quarantined["source_row"].to_list()
    assert held == [4, 7]
    layout = layouts_for("orders.csv", mappings)[0]
    cut = cut_out("orders.csv", content, layout=layout, lines=held)
    assert cut == f"{COLUMNS}\n{SECOND}{FOURTH}".encode(encoding)
    again = read(cut, mappings=mappings)
    assert (again.layout, again.quarantined["key"].to_list()) == ("shop", ["2", "4"])


def test_all_lines_of_an_order_are_cut_out_together(read: Read) -> None:
    content = written(
        SHOPIFY_HEADER, shopify(), shopify_item(), shopify(Name="#2", Total="1.234"),
        shopify_item(Name="#2"), shopify_item(Name="#2"), shopify(Name="#3"),
    )  # fmt: skip
    (held,) = read(content).quarantined["source_row"].to_list()
    (layout,) = (one for one in layouts_for("a.csv", {}) if one.name == "shopify")
    cut = cut_out("a.csv", content, layout=layout, lines=[held])
    lines = content.splitlines(keepends=True)
    assert cut == b"".join([lines[0], *lines[3:6]])


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson"])
@pytest.mark.parametrize(
    ("rows", "held", "lines"),
    [
        (["1 LAG 1,5", "1 _ _", "1 ABJ 5"], [2], [2, 3]),
        (["1 ABJ 5", "1 LAG 1,5", "1 LAG _", "1 ABJ 5"], [3], [3, 4]),
        (["9 LAG 5", "1 _ 1,5", "1 LAG _", "1 ABJ 5"], [3], [3, 4]),
        (["_ LAG 5", "_ LAG 5"], [2], [2]),
    ],
    ids=["followed", "between", "of the store before", "without a number"],
)
def test_an_order_of_another_store_is_not_cut_out_with_it(
    name: str, rows: list[str], held: list[int], lines: list[int]
) -> None:
    header = ["id", "shop", "total"]
    cells = [["" if cell == "_" else cell for cell in row.split()] for row in rows]
    if name == "a.csv":
        written = [",".join(f'"{cell}"' for cell in row) + "\n" for row in [header, *cells]]
        offset, kept = 1, [1, *lines]
    else:
        written = [json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in cells]
        offset, kept = 2, lines
    layout = Layout(
        "shops", {"order_id": "id", "amount": "total"}, has_several_lines=True,
        store_column="shop", stores={"LAG": "L-", "ABJ": "A-"},
    )  # fmt: skip
    # Objects have no header, so that all their lines are one less.
    held = [line - offset + 1 for line in held]
    cut = cut_out(name, "".join(written).encode(), layout=layout, lines=held)
    assert cut.decode() == "".join(written[line - offset] for line in kept)


def test_of_objects_a_line_is_cut_out_and_no_header() -> None:
    lines = [b'{"order_id": "1",  "amount": 5.10}\n', b'{"order_id":"2","amount":"x"}\n']
    layout = layouts_for("a.ndjson", {})[0]
    assert cut_out("a.ndjson", b"".join(lines), layout=layout, lines=[2]) == lines[1]


def test_rows_without_text_come_in_the_generic_columns(tmp_path: Path) -> None:
    rows = [
        ["1", "paid", "5.00", "NGN", "2026-11-20T09:30:00Z", "", "cs_1", "=1+1", ""],
        ["2", "Bezahlt", "5,00", "NGN", "2026-11-20T09:30:00Z", "", "", "tx", "a@shop.example"],
    ]
    names = (
        "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref,"
        "customer_email"
    )
    path = tmp_path / "a.parquet"
    pl.DataFrame(rows, schema=names.split(","), orient="row").write_parquet(path)
    words = {"words": OrderMapping(status={"Bezahlt": "paid"})}
    with Intake(tmp_path / "work") as intake:
        found = intake.rows(
            "a.parquet", path.read_bytes(), lines=[2], time_zone=LAGOS, mappings=words
        )
    assert json.loads(found.write_json()) == [
        dict(zip(names.split(","), ["2", "paid", *rows[1][2:]], strict=True))
    ]
