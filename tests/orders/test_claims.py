"""An order number that lines of one file claim otherwise is held back in all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from orders.shops import SHOPIFY_HEADER, shopify, shopify_item, written

from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile

Line = Callable[..., str]
Export = Callable[..., bytes]
Read = Callable[..., OrderFile]
DRAFTS = {"words": OrderMapping(status={"draft": "not_an_order"})}


def holds(file: OrderFile) -> bool:
    counted = file.accepted.height + file.repeats + file.quarantined.height + file.aside
    return file.rows_received == counted


@pytest.mark.parametrize("order_id", ["K1", " K1"])
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("aside", [{}, {"amount": "free", "currency": "", "placed_at": "-"}])
def test_an_order_that_another_line_sets_aside_is_neither(
    line: Line, export: Export, read: Read, order_id: str, is_first: bool, aside: dict[str, str]
) -> None:
    lines = [line(), line(order_id=order_id, status="draft", **aside)]
    lines = list(reversed(lines)) if is_first else lines
    file = read(export(lines[0], line(order_id="K2"), lines[1]), mappings=DRAFTS)
    assert holds(file)
    assert file.accepted["order_id"].to_list() == ["K2"]
    assert (file.aside, file.set_aside.height) == (0, 0)
    order, none = (4, 2) if is_first else (2, 4)
    said = f"stands as an order in line {order} and as none, to be set aside, in line {none}."
    assert dict(file.quarantined.select("source_row", "reason").iter_rows()) == {
        order: f'order_id "K1" {said}',
        none: f'order_id "{order_id}" {said}',
    }


@pytest.mark.parametrize("order_id", ["", "  ", "ada@shop.example", "K\u200b1"])
def test_what_is_set_aside_without_a_number_is_held_back(
    line: Line, export: Export, read: Read, order_id: str
) -> None:
    lines = [line(order_id=order_id, status="draft"), line(order_id="K3", status="draft")]
    file = read(export(line(), *lines), mappings=DRAFTS)
    assert holds(file)
    assert (file.aside, file.quarantined["source_row"].to_list()) == (1, [3])
    assert file.quarantined["reason"][0].startswith("order_id ")


@pytest.mark.parametrize("cells", [{}, {"session_ids": "cs_1"}, {"transaction_ref": "Żubr 7"}])
def test_blanks_around_a_number_make_no_other_order(
    line: Line, export: Export, read: Read, cells: dict[str, str]
) -> None:
    file = read(export(line(**cells), line(order_id=" K1", **cells), line(order_id="K2")))
    assert file.accepted["order_id"].to_list() == ["K2"]
    assert file.quarantined["reason"].to_list() == [
        'order_id "K1" stands in lines 2, 3 with different values.',
        'order_id " K1" has blanks around it.',
    ]


@pytest.mark.parametrize("order_id", [" K1", "K1 ", "\u00a0K1", "\u3000 K1"])
@pytest.mark.parametrize(
    "mapping",
    [
        OrderMapping(prefix="M-"),
        OrderMapping(store_column="currency", stores={"NGN": "M-"}),
        OrderMapping(prefix="M", store_column="currency", stores={"NGN": "-"}),
    ],
    ids=["prefix", "store", "both"],
)
def test_no_prefix_hides_blanks_around_a_number(
    line: Line, export: Export, read: Read, mapping: OrderMapping, order_id: str
) -> None:
    content = export(line(), line(order_id=order_id), line(order_id="K2"), line(order_id="\u00a0"))
    file = read(content, mappings={"lagos": mapping})
    assert holds(file)
    assert file.accepted["order_id"].to_list() == ["M-K2"]
    assert file.quarantined["key"].to_list() == ["M-K1", "M-K1", None]
    for said in file.quarantined["reason"][1:]:
        assert said.endswith("has blanks around it.")


@pytest.mark.parametrize("blank", [" ", "\u00a0"])
@pytest.mark.parametrize(
    "other",
    [shopify, shopify_item, partial(shopify, Tags="test")],
    ids=["order", "further line", "trial"],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_no_prefix_hides_that_lines_of_a_shop_claim_one_number(
    read: Read, blank: str, other: Callable[..., dict[str, str]], is_first: bool
) -> None:
    lines = [shopify(Name="#1"), other(Name=f"{blank}#1")]
    lines = list(reversed(lines)) if is_first else lines
    shop = OrderMapping(layout="shopify", prefix="S-")
    file = read(written(SHOPIFY_HEADER, *lines), mappings={"shop": shop})
    assert holds(file)
    assert (file.accepted.height, file.aside) == (0, 0)
    assert file.quarantined["key"].to_list() == ["S-#1", "S-#1"]
