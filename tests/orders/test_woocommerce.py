"""Exports of WooCommerce's order-export plugins come out as the orders a shopkeeper would name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from orders.shops import WOOCOMMERCE_HEADER, woocommerce, written

from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile

Read = Callable[..., OrderFile]
SESSION = f"cs_{'a1' * 16}"


def test_everything_about_an_order_is_read(read: Read) -> None:
    line = woocommerce(
        transaction_id="trxn_1",
        customer_note='Leave it "at the gate",\nthanks',
        **{"meta:_kuvarpay_session_id": SESSION},
    )
    file = read(written(WOOCOMMERCE_HEADER, line), name="order_export_2026-11-21.csv")
    assert file.layout == "woocommerce"
    assert file.accepted.row(0, named=True) == {
        "order_id": "4711",
        "status": "paid",
        "amount": "1250.00",
        "currency": "NGN",
        "placed_at": "2026-11-20T08:30:00.000000Z",
        "paid_at": "2026-11-20T08:45:00.000000Z",
        "session_ids": [SESSION],
        "transaction_ref": "trxn_1",
        "customer_email": "ada@shop.example",
        "further_refs": [],
        "source_row": 2,
    }


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", "awaiting"),
        ("on-hold", "awaiting"),
        ("processing", "paid"),
        ("completed", "fulfilled"),
        ("wc-completed", "fulfilled"),
        ("cancelled", "cancelled"),
        ("failed", "cancelled"),
        ("refunded", "refunded"),
    ],
)
def test_its_words_for_states_are_known(read: Read, word: str, status: str) -> None:
    file = read(written(WOOCOMMERCE_HEADER, woocommerce(status=word)))
    assert file.accepted["status"].to_list() == [status]


@pytest.mark.parametrize(
    ("absent", "instead"),
    [
        ("customer_note", "customer_name"),
        ("customer_note", "customer_role"),
        ("order_notes", "order_items"),
        ("order_notes", "order_total_tax"),
    ],
)
def test_a_shop_may_leave_out_a_column_whose_neighbours_it_exports(
    read: Read, absent: str, instead: str
) -> None:
    header = [column for column in WOOCOMMERCE_HEADER if column != absent]
    content = written([*header, instead], woocommerce())
    assert read(content).accepted["order_id"].to_list() == ["4711"]


def test_a_partial_refund_leaves_the_order_and_its_total(read: Read) -> None:
    line = woocommerce(status="completed", refund_items="amount:200.00|reason:one broken")
    file = read(written(WOOCOMMERCE_HEADER, line))
    assert file.accepted.select("status", "amount").rows() == [("fulfilled", "1250.00")]


@pytest.mark.parametrize("word", ["draft", "auto-draft", "checkout-draft", "wc-checkout-draft"])
def test_a_draft_is_counted_but_is_no_order(read: Read, word: str) -> None:
    draft = woocommerce(order_number="4712", status=word, order_total="")
    file = read(written(WOOCOMMERCE_HEADER, woocommerce(), draft))
    assert (file.accepted["order_id"].to_list(), file.aside) == (["4711"], 1)


def test_what_is_set_aside_is_known_by_the_id_that_it_would_have(read: Read) -> None:
    mapping = OrderMapping(layout="woocommerce", prefix="LAG-")
    lines = [woocommerce(), *(woocommerce(order_number=n, status="trash") for n in ("4712", ""))]
    file = read(written(WOOCOMMERCE_HEADER, *lines), mappings={"lagos": mapping})
    assert (file.aside, file.set_aside.rows()) == (1, [(3, "LAG-4712")])
    assert file.quarantined["source_row"].to_list() == [4]


def test_a_line_for_each_item_is_still_one_order(read: Read) -> None:
    header = [*WOOCOMMERCE_HEADER, "item_name"]
    file = read(
        written(
            header,
            {**woocommerce(), "item_name": "Ankara print"},
            {**woocommerce(), "item_name": "Head wrap"},
            {**woocommerce(order_number="4712", order_currency="KES"), "item_name": "Thread"},
        )
    )
    assert file.accepted["order_id"].to_list() == ["4711", "4712"]
    assert (file.lines_received, file.rows_received, file.repeats) == (3, 2, 0)


def test_an_unknown_word_is_quarantined(read: Read) -> None:
    file = read(written(WOOCOMMERCE_HEADER, woocommerce(status="shipped")))
    assert 'status "shipped" is none of' in file.quarantined["reason"].item()


def test_a_site_in_another_time_zone_is_declared(read: Read) -> None:
    mapping = OrderMapping(layout="woocommerce", time_zone="America/New_York")
    file = read(
        written(
            WOOCOMMERCE_HEADER,
            woocommerce(order_number="1", order_date="2026-07-01 12:00:00"),
            woocommerce(order_number="2", order_date="2026-03-08 02:30:00"),
            woocommerce(order_number="3", order_date="2026-11-01 01:30:00"),
        ),
        mappings={"newyork": mapping},
    )
    assert file.accepted["placed_at"].to_list() == ["2026-07-01T16:00:00.000000Z"]
    assert file.quarantined["reason"].to_list() == [
        'order_date "2026-03-08 02:30:00" is no time in America/New_York, or is two.',
        'order_date "2026-11-01 01:30:00" is no time in America/New_York, or is two.',
    ]
