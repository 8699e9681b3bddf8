"""The file that people edit: out, through a spreadsheet and in again, to the letter or not."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.makers import make_order, make_transaction, make_world

from pipelines.faults import ConfigurationFault
from pipelines.night.importing import Imported, decisions_in, key_of, read_worklist
from pipelines.orders.formats.xlsx import XlsxFile
from pipelines.orders.layouts.layout import Form
from pipelines.orders.layouts.layout import Wanted as Column
from pipelines.reading.exceptions import Wanted, exceptions_in
from pipelines.reading.snapshot import open_snapshot
from pipelines.reading.worklist import (
    AMOUNTS,
    EDITABLE,
    HEADER,
    LOCKED,
    SHEET,
    as_csv,
    as_workbook,
    locked_cells,
)
from pipelines.settings import Places

LIMITS = {"NGN": Decimal(5000)}
Cells = dict[str, Any]


@pytest.fixture(scope="module")
def places(published: Callable[..., Places]) -> Places:
    """Three orders that the gateway does not know, one with an id that is a formula."""
    orders = [
        make_order(order_id=name, amount=amount)
        for name, amount in (("=1+1", "4999.99"), ("00123", "5000"), ("9007199254740993", "7"))
    ]
    return published(make_world(orders=orders, transactions=[]))


def exported(places: Places) -> list[dict[str, Any]]:
    with open_snapshot(places.published) as connection:
        return exceptions_in(connection, Wanted())


def edited(places: Places, file: Path, edits: dict[str, Cells]) -> Path:
    """The workbook, filled in for the orders named and saved by another program."""
    file.write_bytes(as_workbook(exported(places)))
    return filled_in(file, edits)


def filled_in(file: Path, edits: dict[str, Cells]) -> Path:
    book = openpyxl.load_workbook(file)
    sheet = book["Breaks"]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        cells = dict(zip(names, row, strict=True))
        for name, value in edits.get(cells["order_id"].value, {}).items():
            cells[name].value = value
    book.save(file)
    return file


def saved_by_libreoffice(file: Path, form: str) -> Path:
    """The file opened and saved beside itself in another form, by a LibreOffice of its own."""
    folder = file.parent / f"saved from {file.suffix[1:]} as {form}"
    profile = (file.parent / "profile").as_uri()
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={profile}",
            "--headless",
            *("--convert-to", form),
            *("--outdir", str(folder)),
            str(file),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return (folder / f"{file.stem}.{form}").replace(file.with_suffix(f".{form}"))


def taken(places: Places, file: Path, *, by: str = "Ada") -> Imported:
    rows = read_worklist(file)
    with open_snapshot(places.published) as connection:
        return decisions_in(connection, rows, by=by, limits=LIMITS)


def test_what_is_filled_in_comes_back_and_everything_else_is_left_alone(
    places: Places, tmp_path: Path
) -> None:
    file = edited(
        places,
        tmp_path / "breaks.xlsx",
        {
            "=1+1": {"action": "write-off", "reason": " below  what a letter costs "},
            "00123": {"action": "Assign", "assign_to": "Ben", "reason": "look", "by": "Cleo"},
        },
    )
    found = {
        one.order_id: (one.verb, one.assignee, one.reason, one.decided_by, one.amount)
        for one in taken(places, file).decisions
    }
    assert found == {
        "=1+1": ("write_off", None, "below what a letter costs", "Ada", Decimal("-4999.99")),
        "00123": ("assign", "Ben", "look", "Cleo", Decimal(-5000)),
    }


def test_an_untouched_file_asks_for_nothing(places: Places, tmp_path: Path) -> None:
    assert read_worklist(edited(places, tmp_path / "breaks.xlsx", {})) == []


@pytest.mark.needs(soffice="libreoffice-calc")
@pytest.mark.counts(small=1, full=20)
def test_a_workbook_that_libreoffice_saved_again_and_again_brings_the_same_decisions(
    places: Places, tmp_path: Path, count: int
) -> None:
    file = saved_by_libreoffice(edited(places, tmp_path / "breaks.xlsx", {}), "xlsx")
    assert read_worklist(file) == []
    filled_in(
        file,
        {
            "=1+1": {"action": "write-off", "reason": "1e5"},
            "00123": {"action": "assign", "assign_to": "007", "reason": "2026-01-02", "by": "TRUE"},
            "9007199254740993": {"action": "note", "reason": '0,10 \u00e9 "it\'s"'},
        },
    )
    for _ in range(count):
        file = saved_by_libreoffice(saved_by_libreoffice(file, "ods"), "xlsx")
    found = {
        one.order_id: (one.verb, one.assignee, one.reason, one.decided_by, one.amount)
        for one in taken(places, file).decisions
    }
    assert found == {
        "=1+1": ("write_off", None, "1e5", "Ada", Decimal("-4999.99")),
        "00123": ("assign", "007", "2026-01-02", "TRUE", Decimal(-5000)),
        "9007199254740993": ("note", None, '0,10 \u00e9 "it\'s"', "Ada", Decimal(-7)),
    }


@pytest.mark.needs(soffice="libreoffice-calc")
def test_a_cell_that_libreoffice_saved_as_a_number_is_named(places: Places, tmp_path: Path) -> None:
    file = edited(places, tmp_path / "breaks.xlsx", {"00123": {"action": "note", "reason": 7}})
    with pytest.raises(ConfigurationFault, match='column reason "7" is stored as a number'):
        read_worklist(saved_by_libreoffice(file, "xlsx"))


def test_every_cell_is_text_and_only_four_columns_are_open(places: Places) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(exported(places))))
    sheet = book["Breaks"]
    assert sheet.protection.sheet
    assert [cell.value for cell in sheet[1]] == list(HEADER)
    for row in sheet.iter_rows(min_row=2):
        locked, editable = row[: len(LOCKED)], row[len(LOCKED) :]
        assert {cell.data_type for cell in locked if cell.value is not None} == {"s"}
        assert all(cell.protection.locked for cell in locked)
        assert not any(cell.protection.locked for cell in editable)
        assert len(editable) == len(EDITABLE)
    shown = {row[LOCKED.index("order_id")].value for row in sheet.iter_rows(min_row=2)}
    assert shown == {"=1+1", "00123", "9007199254740993"}


def test_in_csv_text_that_would_run_is_marked_and_amounts_stay_numbers(places: Places) -> None:
    lines = as_csv(exported(places)).decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(HEADER)
    formula = next(line for line in lines if "1+1" in line)
    assert ",'=1+1," in formula
    assert ",-4999.99," in formula
    assert set(AMOUNTS) <= set(LOCKED)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_comes_back_also_with_its_amounts_rewritten(
    delimiter: str, places: Places, tmp_path: Path
) -> None:
    text = as_csv(exported(places)).decode("utf-8-sig")
    lines = [line.replace("-5000.00", "-5000") for line in text.splitlines()]
    filled = [f"{line[:-3]}resolve,,explained," if "00123" in line else line for line in lines]
    file = tmp_path / "breaks.csv"
    swapped = [line.replace(",", delimiter) for line in filled if "1+1" not in line]
    # Sentences hold commas of their own, in quotes: the detail is not looked at.
    file.write_bytes(("\r\n".join(swapped) + "\r\n").encode())
    (one,) = taken(places, file).decisions
    assert (one.verb, one.order_id, one.amount) == ("resolve", "00123", Decimal(-5000))


WRONG = {
    "an unknown word": ({"action": "delete", "reason": "x"}, "column action: 'delete' is none of"),
    "no reason": ({"action": "resolve"}, "column reason: is empty, and resolve needs it"),
    "nobody named": ({"action": "assign", "reason": "x"}, "column assign_to: is empty"),
    "a name too many": (
        {"action": "note", "reason": "x", "assign_to": "Ben"},
        "column assign_to: is filled in, and note assigns nothing",
    ),
    "no action": ({"reason": "x"}, "column action: is empty, and reason is filled in"),
    "a number": ({"action": "note", "reason": 7}, 'column reason "7" is stored as a number'),
    "a formula": (
        {"action": "note", "reason": "=A1"},
        "is a formula whose value the workbook does not keep",
    ),
    "an invisible mark": ({"action": "note", "reason": "x\u202ey"}, "not printable"),
    "an edited amount": (
        {"action": "note", "reason": "x", "money_impact": "-1.00"},
        "column money_impact: was edited",
    ),
    "another version": (
        {"action": "note", "reason": "x", "version": "v0"},
        "column version: break brk_",
    ),
    "another break": (
        {"action": "note", "reason": "x", "break_id": "brk_0"},
        "column break_id: there is no break brk_0",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_cell_is_named_by_row_and_column_and_nothing_is_taken(
    name: str, places: Places, tmp_path: Path
) -> None:
    cells, says = WRONG[name]
    good = {"action": "resolve", "reason": "explained"}
    file = edited(places, tmp_path / "breaks.xlsx", {"=1+1": cells, "00123": good})
    with pytest.raises(ConfigurationFault) as refused:
        taken(places, file)
    row = 2 + [one["order_id"] for one in exported(places)].index("=1+1")
    assert f"row {row}, " in refused.value.sentence
    assert says in refused.value.sentence
    assert refused.value.sentence.count("row ") == 1


def test_every_wrong_cell_is_named_at_once(places: Places, tmp_path: Path) -> None:
    bad = {"action": "delete"}
    file = edited(places, tmp_path / "breaks.xlsx", {"=1+1": bad, "00123": bad})
    with pytest.raises(ConfigurationFault) as refused:
        read_worklist(file)
    assert refused.value.sentence.count("column action") == 2


def test_a_write_off_beyond_the_limit_names_its_row(places: Places, tmp_path: Path) -> None:
    file = edited(places, tmp_path / "b.xlsx", {"00123": {"action": "write-off", "reason": "x"}})
    rows = read_worklist(file)
    with open_snapshot(places.published) as connection:
        assert len(decisions_in(connection, rows, by="Ada", limits=LIMITS).decisions) == 1
        with pytest.raises(ConfigurationFault, match=r"row \d, column action: .* allows NGN 4999"):
            decisions_in(connection, rows, by="Ada", limits={"NGN": Decimal("4999.99")})


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("breaks.xls", b"x", "neither a workbook nor CSV"),
        ("breaks.xlsx", b"x", "no complete workbook"),
        ("breaks.csv", b"break_id,action\nbrk_0,note\n", "are not those of an export"),
        ("missing.csv", None, "cannot be read: no such file"),
    ],
)
def test_another_file_is_refused(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationFault, match=says):
        read_worklist(tmp_path / name)


def test_what_was_taken_in_before_is_left_alone(
    places: Places, published: Callable[..., Places], tmp_path: Path
) -> None:
    file = edited(places, tmp_path / "b.xlsx", {"00123": {"action": "resolve", "reason": "x"}})
    (row,) = read_worklist(file)
    order = make_order(order_id="00123", amount="5000")
    again = published(
        make_world(orders=[order], transactions=[make_transaction(transaction_id="T9")]),
        "insert into ops.actions (action_no, verb, break_id, reason, decided_by, decided_at, "
        f"effective_at, request_key) values (1, 'resolve', '{row.cells['break_id']}', 'x', 'Ada', "
        f"'2026-11-01', '2026-11-01', '{key_of(row)}')",
    )
    imported = taken(again, file)
    assert (imported.decisions, imported.before) == ([], 1)
    assert imported.summary == "All 1 rows were taken in before; nothing was changed."


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=25, deadline=None)
@given(detail=texts, order_id=texts)
def test_any_text_comes_back_from_a_workbook_as_it_stands_there(detail: str, order_id: str) -> None:
    blank: dict[str, Any] = dict.fromkeys(LOCKED, None)
    row = {**blank, "currency": "NGN", "detail": detail, "order_id": order_id, "break_id": "b"}
    for name in AMOUNTS:
        row[name] = Decimal("-0.01")
    file = XlsxFile("b.xlsx", as_workbook([row]), Form(sheet=SHEET))
    table = file.table([Column(name) for name in LOCKED])
    (cells,) = table.frame.rows()
    assert (table.faults, cells) == ({}, tuple(locked_cells(row).values()))
