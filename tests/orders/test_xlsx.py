"""Workbooks are read by what is stored: no formula, no number for an id, no macro, no bomb."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font
from orders.shops import shopify

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats.escapes import unescaped
from pipelines.orders.layouts.layout import ORDER_COLUMNS
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile

Read = Callable[..., OrderFile]
PLACED = "2026-11-20T09:30:00+01:00"
ROW = ["00123", "paid", "1250.00", "NGN", PLACED, "", "cs_1;cs_2", "", "ada@shop.example"]
LAGOS = {"lagos": OrderMapping(time_zone="Africa/Lagos")}


def by_openpyxl(*rows: list[Any], alter: Callable[[Any], None] = lambda _: None) -> bytes:
    book = openpyxl.Workbook()
    for row in (list(ORDER_COLUMNS), *rows):
        book.active.append(row)
    alter(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def by_xlsxwriter(
    *rows: list[Any], header: Iterable[str] = ORDER_COLUMNS, is_inline: bool = False
) -> bytes:
    file = io.BytesIO()
    options = {"default_date_format": "dd/mm/yyyy hh:mm", "constant_memory": is_inline}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate((list(header), *rows)):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(place, column, cell)
                elif isinstance(cell, tuple):
                    sheet.write_formula(place, column, cell[0], value=cell[1])
                else:
                    sheet.write(place, column, cell)
    return file.getvalue()


def row(**given: Any) -> list[Any]:
    return list({**dict(zip(ORDER_COLUMNS, ROW, strict=True)), **given}.values())


@pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter])
def test_cells_of_text_are_an_order(read: Read, write: Callable[..., bytes]) -> None:
    file = read(write(ROW, row(order_id="K2")), name="orders.xlsx")
    assert file.accepted.select("order_id", "amount", "session_ids", "source_row").rows() == [
        ("00123", "1250.00", ["cs_1", "cs_2"], 2),
        ("K2", "1250.00", ["cs_1", "cs_2"], 3),
    ]


@pytest.mark.parametrize("is_inline", [False, True])
def test_what_xml_cannot_hold_is_read_as_it_was_written(read: Read, is_inline: bool) -> None:
    order = shopify(Name="#1_x0031_", Notes="Paid by KuvarPay cs_1\r\nthanks")
    content = by_xlsxwriter(list(order.values()), header=order, is_inline=is_inline)
    file = read(content, name="orders.xlsx")
    assert file.accepted.select("order_id", "session_ids").rows() == [("#1_x0031_", ["cs_1"])]
    broken = by_xlsxwriter(row(order_id="K\r1"), is_inline=is_inline)
    assert read(broken, name="orders.xlsx").quarantined["reason"].to_list() == [
        'order_id "K\\r1" holds a control character.'
    ]


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ("a_x000D_b", "a\rb"),
        ("_x000d__x000A_", "\r\n"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005F__x000D_", "_\r"),
        ("_x005f_x005F_", "_x005F_"),
        ("_x00E9_", "é"),
        ("_xD83D__xDE00_", "😀"),
        ("_xD83D_", "_xD83D_"),
        ("_xDE00__xD83D_", "_xDE00__xD83D_"),
        ("_X000D_ _x00D_ _x000G_ x000D_ _x000D", "_X000D_ _x00D_ _x000G_ x000D_ _x000D"),
    ],
)
def test_an_escape_stands_for_one_character_and_is_read_once(stored: str, meant: str) -> None:
    assert unescaped(stored) == meant


@pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter])
def test_numbers_are_amounts_and_dates_are_times_of_the_declared_zone(
    read: Read, write: Callable[..., bytes]
) -> None:
    placed = datetime(2026, 11, 20, 9, 30, 15, 250_000)  # noqa: DTZ001
    file = read(
        write(row(amount=1250.1, placed_at=placed), row(order_id="K2", amount=12, paid_at=placed)),
        name="orders.xlsx",
        mappings=LAGOS,
    )
    assert file.accepted.select("amount", "placed_at", "paid_at").rows() == [
        ("1250.1", "2026-11-20T08:30:15.250000Z", None),
        ("12", "2026-11-20T08:30:00.000000Z", "2026-11-20T08:30:15.250000Z"),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"order_id": 123}, 'order_id "123" is stored as a number'),
        ({"amount": "=1250+0"}, 'amount "" is a formula whose value the workbook does not keep'),
        ({"amount": 1234567890123.456}, "has more than the 15 digits"),
        ({"amount": True}, "is neither text nor a number"),
        ({"placed_at": 46_000.5}, "is a number that is not formatted as a date"),
        ({"amount": datetime(2026, 11, 20)}, "is stored as a date"),  # noqa: DTZ001
        ({"placed_at": datetime(1900, 1, 1)}, "is no date"),  # noqa: DTZ001
        ({"order_id": ""}, "order_id is empty"),
    ],
)
def test_a_cell_that_is_something_else_quarantines_its_row(
    read: Read, given: dict[str, Any], said: str
) -> None:
    content = by_openpyxl(row(**given), row(order_id="K2"))
    file = read(content, name="orders.xlsx", mappings=LAGOS)
    assert said in file.quarantined["reason"].item()
    assert file.accepted["order_id"].to_list() == ["K2"]


def test_what_a_formula_gave_is_told_from_one_that_was_never_worked_out(read: Read) -> None:
    content = by_xlsxwriter(row(amount=("=1250+0", 1250)), row(order_id="K2"))
    (said,) = read(content, name="orders.xlsx").quarantined["reason"]
    assert said.startswith('amount "1250" is what a formula gave')


@pytest.mark.parametrize(
    ("stored", "amount"),
    [
        ("19.989999999999998", "19.99"),
        ("1250.0999999999999", "1250.1"),
        ("1E+2", "100"),
        ("5.0000000000000003E-2", "0.05"),
        ("99999999999999.984", None),
        ("0.30000000000000004", None),
    ],
)
def test_the_noise_of_a_double_is_no_part_of_an_amount(
    read: Read, stored: str, amount: str | None
) -> None:
    content = by_openpyxl(row(amount=12345))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read(SHEET).replace(b"<v>12345</v>", f"<v>{stored}</v>".encode())
    file = read(changed(content, **{SHEET: sheet}), name="orders.xlsx")
    assert file.accepted["amount"].to_list() == ([amount] if amount else [])


def test_a_date_beyond_all_years_quarantines_its_row_alone(read: Read) -> None:
    placed = datetime(2026, 11, 20)  # noqa: DTZ001
    content = by_openpyxl(row(placed_at=placed), row(order_id="K2"))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read(SHEET).replace(b"<v>46346</v>", b"<v>9999999</v>")
    file = read(changed(content, **{SHEET: sheet}), name="orders.xlsx", mappings=LAGOS)
    assert file.quarantined["reason"].to_list() == ['placed_at "9999999" is no date.']
    assert file.accepted["order_id"].to_list() == ["K2"]


@pytest.mark.parametrize(
    ("whole", "said"),
    [(b'<row r="2"', "its rows are out of order"), (b'<c r="A2"', "in another row than its own")],
)
def test_a_place_of_thousands_of_digits_refuses_the_file(
    read: Read, whole: bytes, said: str
) -> None:
    content = by_openpyxl(ROW)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read(SHEET).replace(whole, whole[:-1] + b"9" * 5_000 + b'"')
    with pytest.raises(OrderFileRefused, match=said):
        read(changed(content, **{SHEET: sheet}), name="orders.xlsx")


def test_formatting_alone_is_no_row(read: Read) -> None:
    def embolden(book: Any) -> None:
        book.active["A9"].font = Font(bold=True)

    assert read(by_openpyxl(ROW, alter=embolden), name="orders.xlsx").rows_received == 1


def test_the_declared_sheet_is_read(read: Read) -> None:
    content = by_openpyxl(ROW, alter=lambda book: book.create_sheet("Notes"))
    with pytest.raises(OrderFileRefused, match="has 2 sheets"):
        read(content, name="orders.xlsx")
    mapping = {"shop": OrderMapping(sheet="Sheet")}
    assert read(content, name="orders.xlsx", mappings=mapping).accepted.height == 1


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (lambda book: book.active.merge_cells("A1:B1"), r"a gap|merged"),
        (lambda book: book.active.merge_cells("A2:A3"), "merged"),
        (lambda book: book.active.delete_rows(1), "repeats a column"),
        (lambda book: book.active.insert_rows(2), "an empty row stands between"),
        (lambda book: book.active.cell(2, 12, "x"), "beyond the last column"),
        (lambda book: book.active.cell(1, 2, 7), "no text"),
    ],
)
def test_a_sheet_that_is_no_plain_table_is_refused(
    read: Read, alter: Callable[[Any], None], said: str
) -> None:
    with pytest.raises(OrderFileRefused, match=said):
        read(by_openpyxl(ROW, row(order_id="K2"), alter=alter), name="orders.xlsx")


def changed(content: bytes, **parts: bytes | None) -> bytes:
    """The package with parts put in, or other bytes in their place."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            if part is not None:
                new.writestr(name, part)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"xl/vbaProject.bin": b"x"}, "holds macros"),
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "links to other workbooks"),
        ({"xl/connections.xml": b"<x/>"}, "connections to other sources"),
        ({"xl/embeddings/oleObject1.bin": b"x"}, "embedded objects"),
        ({SHEET: ENTITIES}, "declares a document type"),
        ({SHEET: b"<sheet"}, "is no XML"),
        ({SHEET: None}, "is missing"),
        ({"xl/styles.xml": b"\0" * 20_000_000}, "would unpack to"),
        ({f"part{number}": b"" for number in range(600)}, "parts, more than"),
    ],
    ids=["macros", "links", "connections", "objects", "entities", "xml", "none", "bomb", "parts"],
)
def test_what_no_export_needs_is_refused(
    read: Read, parts: dict[str, bytes | None], said: str
) -> None:
    with pytest.raises(OrderFileRefused, match=said):
        read(changed(by_openpyxl(ROW), **parts), name="orders.xlsx")


@pytest.mark.parametrize("content", [b"P", b"PK\x03\x04", b"order_id,status\n"])
def test_what_is_no_workbook_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(OrderFileRefused, match="no complete workbook"):
        read(content, name="orders.xlsx")


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(read: Read) -> None:
    content = bytearray(by_openpyxl(ROW))
    name = SHEET.encode()
    central = content.rindex(b"PK\x01\x02", 0, content.rindex(name))
    content[central + 24 : central + 28] = (100).to_bytes(4, "little")
    with pytest.raises(OrderFileRefused, match=r"damaged|more than it says|no XML"):
        read(bytes(content), name="orders.xlsx")


@pytest.mark.parametrize("name", ["a.zip", "a.csv.gz", "a.tar", "a.xlsm", "a.xls", "a.ods", "a"])
def test_other_containers_are_refused_with_the_way_out(read: Read, name: str) -> None:
    with pytest.raises(OrderFileRefused) as refused:
        read(b"PK\x03\x04", name=name)
    assert refused.value.remedy.startswith(("Unpack it", "Save it", "Drop the orders"))
