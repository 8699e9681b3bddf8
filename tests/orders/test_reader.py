from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.currencies import minor_units
from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.mapping import STATUSES, OrderMapping
from pipelines.orders.reader import OrderFile, read_rows
from pipelines.orders.sidecars import ControlTotals

Line = Callable[..., str]
Export = Callable[..., bytes]
Read = Callable[..., OrderFile]


def holds(file: OrderFile) -> bool:
    counted = file.accepted.height + file.repeats + file.quarantined.height + file.aside
    return file.rows_received == counted


def test_identical_rows_of_one_order_count_once(line: Line, export: Export, read: Read) -> None:
    file = read(export(line(), line(order_id="K2"), line(), line()))
    assert file.accepted["order_id"].to_list() == ["K1", "K2"]
    assert file.accepted["source_row"].to_list() == [2, 3]
    assert (file.repeats, file.quarantined.height) == (2, 0)
    assert holds(file)


def test_differing_rows_of_one_order_are_all_quarantined(
    line: Line, export: Export, read: Read
) -> None:
    file = read(export(line(), line(order_id="K2"), line(amount="1250.01"), line()))
    assert file.accepted["order_id"].to_list() == ["K2"]
    assert file.quarantined["source_row"].to_list() == [2, 4, 5]
    assert set(file.quarantined["reason"]) == {
        'order_id "K1" stands in lines 2, 4, 5 with different values.'
    }
    assert holds(file)


def test_a_good_row_is_not_taken_when_a_faulty_one_claims_its_order(
    line: Line, export: Export, read: Read
) -> None:
    file = read(export(line(), line(amount="1,250.00".replace(",", " ")), line(order_id=" K1")))
    assert file.accepted.height == 0
    assert file.quarantined["key"].to_list() == ["K1"] * 3


def test_many_differing_rows_name_only_the_first_lines(
    line: Line, export: Export, read: Read
) -> None:
    file = read(export(*(line(amount=str(row)) for row in range(50))))
    assert file.quarantined["reason"].unique().to_list() == [
        'order_id "K1" stands in lines 2, 3, 4, 5, 6 and more with different values.'
    ]


def test_rows_without_a_usable_id_are_no_duplicates(line: Line, export: Export, read: Read) -> None:
    file = read(export(line(order_id=""), line(order_id=""), line(order_id="", amount="1")))
    assert set(file.quarantined["reason"]) == {"order_id is empty."}
    assert holds(file)


def test_other_status_words_are_mapped(line: Line, export: Export, read: Read) -> None:
    content = export(line(status="Bezahlt"), line(order_id="K2", status="awaiting"))
    file = read(content, mappings={"shop": OrderMapping(status={"Bezahlt": "paid"})})
    assert file.accepted["status"].to_list() == ["paid", "awaiting"]


def test_totals_are_exact_and_kept_apart_by_currency(
    line: Line, export: Export, read: Read
) -> None:
    file = read(
        export(
            line(amount="0.10"),
            line(order_id="K2", amount="0.2"),
            line(order_id="K3", amount="99999999999999"),
            line(order_id="K4", amount="7", currency="UGX"),
            line(order_id="K5", amount="9.00", status="?"),
        )
    )
    assert file.totals == {"NGN": Decimal("99999999999999.30"), "UGX": Decimal(7)}


def test_control_totals_count_every_row_received(line: Line, export: Export, read: Read) -> None:
    content = export(line(), line(), line(order_id="K2", status="?"))
    control = ControlTotals(rows=3, amounts={"NGN": Decimal("3750.00")})
    assert holds(read(content, control=control))


@pytest.mark.parametrize(
    ("control", "sentence"),
    [
        (ControlTotals(rows=3), "the file has 2 rows, its control file says 3."),
        (
            ControlTotals(amounts={"NGN": Decimal("2500.01")}),
            "the file has 2500.00 NGN, its control file says 2500.01 NGN.",
        ),
        (ControlTotals(amounts={}), "the file has 2500.00 NGN, its control file says nothing"),
        (
            ControlTotals(amounts={"NGN": Decimal(2500), "KES": Decimal(1)}),
            "the file has 0 KES, its control file says 1 KES.",
        ),
    ],
)
def test_a_file_that_is_not_as_its_control_totals_say_is_refused_with_both_values(
    line: Line, export: Export, read: Read, control: ControlTotals, sentence: str
) -> None:
    with pytest.raises(OrderFileRefused) as refused:
        read(export(line(), line(order_id="K2")), control=control)
    assert sentence in refused.value.sentence


def test_an_amount_that_cannot_be_read_breaks_a_control_total(
    line: Line, export: Export, read: Read
) -> None:
    content = export(line(), line(order_id="K2", amount='"1,250.00"'))
    with pytest.raises(OrderFileRefused, match=r"has 1250\.00 NGN, its control file says 2500 NGN"):
        read(content, control=ControlTotals(rows=2, amounts={"NGN": Decimal(2500)}))


@pytest.mark.parametrize(
    ("cell", "taken"),
    [
        ("t1 + t2", ("t1", ["t2"])),
        ("t1 + t1 + t3", ("t1", ["t3"])),
        ("r7+r8", ("r7+r8", [])),
        ("+r7", ("+r7", [])),
        ("r7 +r8", None),
        ("r7+ r8", None),
        ("t1 +  t2", None),
        ("t1 + t2 +", None),
        ("t1 + ", None),
    ],
)
def test_several_references_stand_with_a_plus_between_blanks(
    line: Line, export: Export, read: Read, cell: str, taken: tuple[str, list[str]] | None
) -> None:
    content = export(line(transaction_ref=cell), line(order_id="K2"))
    file = read(content)
    found = [*file.accepted.select("transaction_ref", "further_refs").iter_rows()]
    assert found == [*([taken] if taken else []), ("tx_1", [])]
    assert [
        'does not hold references with " + "' in said for said in file.quarantined["reason"]
    ] == ([] if taken else [True])


def test_rows_to_mend_keep_every_reference(line: Line, export: Export) -> None:
    content = export(line(amount="1 5", transaction_ref="t1 + t2 + t3"))
    rows = read_rows("orders.csv", content, lines=[2], time_zone=ZoneInfo("Africa/Lagos"))
    assert rows["transaction_ref"].to_list() == ["t1 + t2 + t3"]


@pytest.mark.parametrize("name", ["orders.xls", "orders.json", "orders.xml", "orders"])
def test_a_format_that_is_not_read_is_refused(export: Export, read: Read, name: str) -> None:
    with pytest.raises(OrderFileRefused, match="are not read"):
        read(export(), name)


ID = st.text(st.sampled_from("abcXYZ019-_#/ é"), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)
SESSION = st.text(st.sampled_from("abcXYZ019-_"), min_size=1, max_size=12)
# With blanks around it, a slash would stand between two references.
REFERENCE = ID.filter(lambda text: " / " not in text)
CURRENCY = st.sampled_from(["NGN", "KES", "UGX", "RWF", "TND"])
INSTANT = st.datetimes(
    min_value=datetime(2000, 1, 2),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2100, 12, 30),  # noqa: DTZ001
    timezones=st.timezones(),
)


@st.composite
def orders(draw: st.DrawFn) -> dict[str, object]:
    currency = draw(CURRENCY)
    units = minor_units(currency)
    assert units is not None
    amount = Decimal(draw(st.integers(0, 10**14 - 1))).scaleb(-units)
    return {
        "order_id": draw(ID),
        "status": draw(st.sampled_from(STATUSES)),
        "amount": f"{amount:f}",
        "currency": currency,
        "placed_at": draw(INSTANT),
        "paid_at": draw(st.none() | INSTANT),
        "session_ids": draw(st.lists(SESSION, max_size=3, unique=True)),
        "transaction_ref": draw(st.none() | REFERENCE),
        "customer_email": draw(st.none() | st.just("ada@shop.example")),
    }


def written(order: dict[str, object]) -> str:
    cells = [
        ";".join(value) if isinstance(value, list) else with_offset(value)
        for value in order.values()
    ]
    return ",".join(cells)


def with_offset(value: object) -> str:
    if isinstance(value, datetime):
        # Offsets of historic local times have seconds; today's have not.
        return value.astimezone(UTC).isoformat()
    return str(value or "")


def in_utc(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


@settings(deadline=None, max_examples=60)
@given(given_orders=st.lists(orders(), max_size=6, unique_by=lambda order: str(order["order_id"])))
def test_orders_written_in_the_generic_layout_come_back_equal(
    given_orders: list[dict[str, object]], export: Export, read: Read
) -> None:
    file = read(export(*(written(order) for order in given_orders)))
    expected = [
        {
            **{column: in_utc(value) for column, value in order.items()},
            "further_refs": [],
            "source_row": row,
        }
        for row, order in enumerate(given_orders, start=2)
    ]
    assert file.quarantined.rows() == []
    assert file.accepted.to_dicts() == expected


def damaged_anywhere(content: bytes, place: int, byte: int, kind: str) -> bytes:
    before, behind = content[:place], content[place + 1 :]
    if kind == "changed":
        return before + bytes([byte]) + behind
    if kind == "dropped":
        return before + behind
    return before + bytes([byte]) + content[place:]


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_a_damaged_byte_never_loses_a_row_without_a_word(
    data: st.DataObject, line: Line, export: Export, read: Read
) -> None:
    quoted = line(order_id='"K,2"', session_ids="", transaction_ref='"say ""hi"""')
    content = export(line(), quoted, line(order_id="K3"), line(order_id="K3"))
    damaged = damaged_anywhere(
        content,
        data.draw(st.integers(0, len(content) - 1)),
        data.draw(st.sampled_from(b'"\n\r,;. 0\0\xff\xe9K') | st.integers(0, 255)),
        data.draw(st.sampled_from(["changed", "dropped", "added"])),
    )
    try:
        file = read(damaged)
    except OrderFileRefused:
        return
    assert holds(file)
    assert file.rows_received == 4
