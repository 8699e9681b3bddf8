"""Exports of a Shopify admin come out as the orders that the shopkeeper would name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from orders.shops import SHOPIFY_HEADER, shopify, shopify_item, written

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile
from pipelines.orders.sidecars import ControlTotals

Read = Callable[..., OrderFile]
SESSION = f"cs_{'0f' * 16}"


def test_an_order_over_three_lines_is_one_order(read: Read) -> None:
    file = read(
        written(
            SHOPIFY_HEADER,
            shopify(Name="#1001"),
            shopify_item(Name="#1001", Lineitem_name="Head wrap"),
            shopify_item(Name="#1001", Lineitem_name="Thread, red\nand blue"),
            shopify(Name="#1002", Total="99.50"),
        ),
        name="orders_export_1.csv",
    )
    assert file.layout == "shopify"
    assert file.accepted.select("order_id", "amount", "source_row").rows() == [
        ("#1001", "1250.00", 2),
        ("#1002", "99.50", 6),
    ]
    assert (file.lines_received, file.rows_received, file.quarantined.height) == (4, 2, 0)


def test_everything_about_an_order_is_read(read: Read) -> None:
    note = 'Please call first, "Ada"\nsecond gate; thanks'
    file = read(
        written(
            SHOPIFY_HEADER,
            shopify(
                Name="#1001",
                Notes=note,
                Note_Attributes=f"gift: yes\nkuvarpay_session: {SESSION}",
                Payment_Reference="trxn_1 + trxn_2",
            ),
        )
    )
    assert file.accepted.row(0, named=True) == {
        "order_id": "#1001",
        "status": "paid",
        "amount": "1250.00",
        "currency": "NGN",
        "placed_at": "2026-11-20T08:30:00.000000Z",
        "paid_at": "2026-11-20T08:45:00.000000Z",
        "session_ids": [SESSION],
        "transaction_ref": "trxn_1",
        "customer_email": "ada@shop.example",
        "further_refs": ["trxn_2"],
        "source_row": 2,
    }
    assert file.exported_on == date(2026, 11, 20)


@pytest.mark.parametrize("refs", ["trxn_1 + ", "trxn_1 +  + trxn_2", "trxn_1 + ada@shop.example"])
def test_references_that_are_none_are_quarantined(read: Read, refs: str) -> None:
    file = read(written(SHOPIFY_HEADER, shopify(Payment_Reference=refs)))
    (reason,) = file.quarantined["reason"]
    assert reason.endswith('does not hold references with " + " between them.')


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"Financial_Status": "paid"}, "paid"),
        ({"Financial_Status": "paid", "Fulfillment_Status": "partial"}, "paid"),
        ({"Financial_Status": "paid", "Fulfillment_Status": "fulfilled"}, "fulfilled"),
        ({"Financial_Status": "partially_refunded", "Refunded_Amount": "50.00"}, "paid"),
        ({"Financial_Status": "refunded", "Refunded_Amount": "1250.00"}, "refunded"),
        ({"Financial_Status": "refunded", "Cancelled_at": "2026-11-21 10:00:00 +0100"}, "refunded"),
        ({"Financial_Status": "paid", "Cancelled_at": "2026-11-21 10:00:00 +0100"}, "cancelled"),
        ({"Financial_Status": "voided", "Paid_at": ""}, "cancelled"),
        ({"Financial_Status": "pending", "Paid_at": ""}, "awaiting"),
        ({"Financial_Status": "pending", "Fulfillment_Status": "fulfilled"}, "awaiting"),
        ({"Financial_Status": "authorized", "Paid_at": ""}, "awaiting"),
        ({"Financial_Status": "partially_paid", "Outstanding_Balance": "750.00"}, "awaiting"),
    ],
)
def test_the_status_is_told_from_payment_delivery_and_cancellation(
    read: Read, told: dict[str, str], status: str
) -> None:
    file = read(written(SHOPIFY_HEADER, shopify(**told)))
    assert file.accepted.select("status", "amount").rows() == [(status, "1250.00")]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"authorized": "paid", "paid": "fulfilled"}, ["paid", "fulfilled", "paid", "cancelled"]),
        ({"paid": "awaiting"}, ["awaiting", "awaiting", "paid", "cancelled"]),
        ({"cancelled": "refunded"}, ["awaiting", "paid", "paid", "cancelled"]),
        ({"cancelled": "not_an_order"}, ["awaiting", "paid", "paid", "cancelled"]),
        ({"voided": "not_an_order"}, ["awaiting", "paid", "paid"]),
        ({"voided": "refunded", "refunded": "paid"}, ["awaiting", "paid", "paid", "refunded"]),
    ],
)
@pytest.mark.parametrize("layout", ["shopify", "generic"], ids=["mapping", "words alone"])
def test_words_translate_what_the_shop_writes_and_nothing_twice(
    read: Read, words: dict[str, str], status: list[str], layout: str
) -> None:
    told = ("authorized", "paid", "partially_refunded", "voided")
    lines = [shopify(Name=f"#{place}", Financial_Status=one) for place, one in enumerate(told)]
    # Words alone count for a file in the built-in layout.
    mapping = OrderMapping.model_validate({"layout": layout, "status": words})
    file = read(written(SHOPIFY_HEADER, *lines), mappings={"shop": mapping})
    assert file.accepted["status"].to_list() == status
    assert (file.aside, file.quarantined.height) == (len(told) - len(status), 0)


@pytest.mark.parametrize(
    "told", [{"Payment_Method": "bogus"}, {"Tags": "vip, test"}], ids=["test gateway", "tag"]
)
def test_a_trial_is_counted_but_is_no_order(read: Read, told: dict[str, str]) -> None:
    file = read(written(SHOPIFY_HEADER, shopify(**told), shopify(Name="#1002", Tags="testing")))
    assert file.accepted["order_id"].to_list() == ["#1002"]
    assert (file.rows_received, file.aside) == (2, 1)


def test_totals_are_kept_apart_by_currency_and_lose_zeros_that_it_has_no_place_for(
    read: Read,
) -> None:
    file = read(
        written(
            SHOPIFY_HEADER,
            shopify(Name="#1", Currency="NGN", Total="10.50"),
            shopify(Name="#2", Currency="UGX", Total="5000.00"),
            shopify(Name="#3", Currency="TND", Total="1.250"),
            shopify(Name="#4", Currency="UGX", Total="5000.50"),
        )
    )
    assert {code: str(total) for code, total in file.totals.items()} == {
        "NGN": "10.50",
        "TND": "1.250",
        "UGX": "5000",
    }
    assert "more digits after the point than the 0 of UGX" in file.quarantined["reason"].item()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"Financial_Status": "payed"}, 'Financial Status "payed" is no word that is known there.'),
        ({"Fulfillment_Status": "fulfil1ed"}, 'Fulfillment Status "fulfil1ed" is no word'),
        ({"Created_at": "2026-11-20 09:30:00"}, "is not ISO-8601 with an offset"),
        ({"Total": ""}, "amount is not decimal text"),
    ],
)
def test_what_is_not_as_the_shop_writes_it_is_quarantined(
    read: Read, given: dict[str, str], said: str
) -> None:
    file = read(written(SHOPIFY_HEADER, shopify(**given), shopify(Name="#1002")))
    assert said in file.quarantined["reason"].item()
    assert file.accepted["order_id"].to_list() == ["#1002"]


def test_lines_of_one_order_that_contradict_each_other_are_quarantined_with_both_values(
    read: Read,
) -> None:
    file = read(written(SHOPIFY_HEADER, shopify(Total="1250.00"), shopify_item(Total="1200.00")))
    assert file.quarantined.select("source_row", "key", "reason").rows() == [
        (
            2,
            "#1001",
            'Total is "1250.00" in line 2 and "1200.00" in line 3 of the same order.',
        )
    ]


def test_an_order_whose_first_line_is_lost_is_quarantined(read: Read) -> None:
    file = read(written(SHOPIFY_HEADER, shopify(), shopify_item(Name="#1002")))
    assert file.quarantined["key"].to_list() == ["#1002"]


@pytest.mark.parametrize(
    "absent", ["Note Attributes", "Notes", "Tags", "Cancelled at", "Payment Method"]
)
def test_no_column_of_the_shop_passes_for_one_that_is_absent(read: Read, absent: str) -> None:
    header = [column for column in SHOPIFY_HEADER if column != absent]
    line = {column: cell for column, cell in shopify().items() if column != absent}
    assert read(written(header, line)).accepted.height == 1


def test_columns_that_nobody_reads_may_come_and_go(read: Read) -> None:
    header = [column for column in SHOPIFY_HEADER if not column.startswith(("Tax", "Billing"))]
    line = {column: cell for column, cell in shopify().items() if column in header}
    file = read(written([*header, "Sustainability score"], line))
    assert file.accepted.height == 1


@pytest.mark.parametrize(
    ("column", "said"),
    [("Total", "Total is missing"), ("Note Attributes", '"Note AttributesX" is nearly')],
)
def test_a_column_whose_name_is_damaged_refuses_the_file(
    read: Read, column: str, said: str
) -> None:
    content = written(SHOPIFY_HEADER, shopify())
    with pytest.raises(OrderFileRefused, match=said):
        read(content.replace(column.encode(), f"{column}X".encode(), 1))


def test_a_shop_may_read_its_words_otherwise_and_take_only_its_crypto_orders(read: Read) -> None:
    mapping = OrderMapping(
        layout="shopify",
        status={"partially_paid": "paid"},
        only={"Payment Method": ("KuvarPay",)},
        prefix="LAG-",
    )
    file = read(
        written(
            SHOPIFY_HEADER,
            shopify(Name="#1", Financial_Status="partially_paid"),
            shopify(Name="#2", Payment_Method="Cash on Delivery (COD)"),
        ),
        mappings={"lagos": mapping},
    )
    assert file.layout == "lagos"
    assert file.accepted.select("order_id", "status").rows() == [("LAG-#1", "paid")]
    assert file.aside == 1


@pytest.mark.parametrize(
    ("way", "held", "aside"),
    [
        ("KuvarPay", 0, 0),
        ("kuvarpay", 1, 0),
        ("KuvarPay ", 1, 0),
        ("\u00a0KUVARPAY", 1, 0),
        ("KuvarPay 2", 0, 1),
        ("", 0, 1),
        (" ", 0, 1),
    ],
)
def test_a_word_to_be_taken_that_is_written_otherwise_is_not_set_aside(
    read: Read, way: str, held: int, aside: int
) -> None:
    mapping = OrderMapping(layout="shopify", only={"Payment Method": ("KuvarPay", "Kuvar")})
    content = written(SHOPIFY_HEADER, shopify(Payment_Method=way))
    file = read(content, mappings={"shop": mapping})
    assert (file.quarantined.height, file.aside) == (held, aside)
    for said in file.quarantined["reason"]:
        assert said.endswith("is written otherwise than KuvarPay, Kuvar, which alone are taken.")


def test_two_orders_under_one_number_are_both_quarantined(read: Read) -> None:
    file = read(
        written(
            SHOPIFY_HEADER,
            shopify(Total="1250.00"),
            shopify_item(),
            shopify(Total="99.00"),
            shopify_item(),
        )
    )
    reason = 'Total is "1250.00" in line 2 and "99.00" in line 4 of the same order.'
    assert file.quarantined.select("source_row", "key", "reason").rows() == [
        (2, "#1001", reason),
        (4, "#1001", reason),
    ]


def test_lines_of_one_order_that_stand_apart_are_both_quarantined(read: Read) -> None:
    file = read(written(SHOPIFY_HEADER, shopify(), shopify(Name="#1002"), shopify_item()))
    assert file.quarantined.select("source_row", "key").rows() == [(2, "#1001"), (4, "#1001")]
    assert file.accepted["order_id"].to_list() == ["#1002"]


def test_lines_without_a_number_are_quarantined_each(read: Read) -> None:
    lines = [shopify(Name=""), shopify(Name=""), shopify(Name=" "), shopify(Name=" ")]
    file = read(written(SHOPIFY_HEADER, *lines))
    assert (file.rows_received, file.quarantined["source_row"].to_list()) == (4, [2, 3, 4, 5])


def test_the_same_number_of_two_declared_stores_is_two_orders(read: Read) -> None:
    shops = OrderMapping(
        layout="shopify", store_column="Vendor", stores={"Lagos": "L-", "Abuja": "A-"}
    )
    file = read(
        written(
            SHOPIFY_HEADER,
            shopify(Vendor="Lagos"),
            shopify_item(),
            shopify(Vendor="Abuja", Total="99.00"),
            shopify_item(Vendor="Abuja"),
        ),
        mappings={"shops": shops},
    )
    assert file.accepted.select("order_id", "amount", "source_row").rows() == [
        ("L-#1001", "1250.00", 2),
        ("A-#1001", "99.00", 4),
    ]
    assert not file.quarantined.height


def stated(rows: int, naira: str) -> ControlTotals:
    return ControlTotals(rows=rows, amounts={"NGN": Decimal(naira)})


def with_an_item_and_a_trial() -> bytes:
    trial = shopify(Name="#1002", Payment_Method="bogus", Total="50.00")
    return written(SHOPIFY_HEADER, shopify(), shopify_item(), trial)


def test_control_totals_count_every_row_of_the_file_and_each_order_once(read: Read) -> None:
    file = read(with_an_item_and_a_trial(), control=stated(3, "1300.00"))
    assert (file.accepted.height, file.aside) == (1, 1)


@pytest.mark.parametrize(
    ("control", "said"),
    [
        (stated(2, "1300.00"), r"the file has 3 data rows \(2 orders\), its control file says 2\."),
        (
            stated(3, "1250.00"),
            r"has 1300\.00 NGN \(50\.00 of it set aside\), its .* 1250\.00 NGN\.",
        ),
    ],
)
def test_control_totals_that_count_otherwise_are_refused_with_both(
    read: Read, control: ControlTotals, said: str
) -> None:
    with pytest.raises(OrderFileRefused, match=said):
        read(with_an_item_and_a_trial(), control=control)
