"""Every form of an answer: exact amounts, NULL apart where the form can, no steering of screens."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result

from pipelines.reading.cells import screen_text
from pipelines.reading.formats import write
from pipelines.reading.queries import Answer
from pipelines.settings import Places

MIXED = (
    "select 'K1' as order_id, 41200::decimal(38, 18) as amount, null as paid_at, '' as note, "
    "timestamptz '2026-11-22 01:00:00+01' as as_of, date '2026-11-22' as day, ['a', 'b'] as ids"
)


def test_csv_is_exact_and_tells_null_from_an_empty_text(
    book: Places, recon: Callable[..., Result]
) -> None:
    assert recon(book, "sql", MIXED, "--format", "csv").output == (
        "order_id,amount,paid_at,note,as_of,day,ids\n"
        'K1,41200.000000000000000000,,"",2026-11-22T00:00:00Z,2026-11-22,"[""a"", ""b""]"\n'
    )


def test_json_carries_money_as_text(book: Places, recon: Callable[..., Result]) -> None:
    assert json.loads(recon(book, "sql", MIXED, "--format", "json").output) == [
        {
            "order_id": "K1",
            "amount": "41200.000000000000000000",
            "paid_at": None,
            "note": "",
            "as_of": "2026-11-22T00:00:00Z",
            "day": "2026-11-22",
            "ids": ["a", "b"],
        }
    ]


def test_json_keeps_columns_of_the_same_name_and_knows_no_infinity(
    book: Places, recon: Callable[..., Result]
) -> None:
    output = recon(book, "sql", "select 1 as a, 2 as a, 1 / 0 as b", "--format", "json").output
    assert json.loads(output) == [{"a": 1, "a_1": 2, "b": "inf"}]


def test_json_without_rows_is_an_empty_array(book: Places, recon: Callable[..., Result]) -> None:
    output = recon(book, "sql", "select 1 as a limit 0", "--format", "json").output
    assert json.loads(output) == []


def test_markdown_keeps_its_columns_whatever_the_text(
    book: Places, recon: Callable[..., Result]
) -> None:
    statement = "select 'a|b' as text, 1.50 as amount, null::date as nothing, '<b>' as tag"
    assert recon(book, "sql", statement, "--format", "markdown").output == (
        "| text | amount | nothing | tag |\n"
        "| --- | ---: | --- | --- |\n"
        "| a\\|b | 1.50 |  | &lt;b> |\n"
    )


def test_a_table_shows_whole_cells_and_says_how_many_rows_there_are(
    book: Places, recon: Callable[..., Result]
) -> None:
    statement = "select repeat('x', 200) as long, 12.50 as amount"
    lines = recon(book, "sql", statement).output.splitlines()
    assert lines[0].split() == ["long", "amount"]
    assert lines[2].split() == ["x" * 200, "12.50"]
    assert lines[3] == "1 row"


@pytest.mark.parametrize(
    ("limit", "last"),
    [
        ("3", "Only the first 3 rows are shown; --limit 0 shows all."),
        ("5", "5 rows"),
        ("0", "5 rows"),
    ],
)
def test_a_table_notes_what_it_leaves_out(
    book: Places, recon: Callable[..., Result], limit: str, last: str
) -> None:
    output = recon(book, "sql", "from range(5)", "--limit", limit).output
    assert output.splitlines()[-1] == last


def test_a_limit_holds_nothing_back_from_other_forms(
    book: Places, recon: Callable[..., Result]
) -> None:
    output = recon(book, "sql", "from range(5000)", "--limit", "3", "--format", "csv").output
    assert output.splitlines() == ["range", *map(str, range(5000))]


def test_text_from_data_cannot_steer_a_terminal(book: Places, recon: Callable[..., Result]) -> None:
    statement = "select 'a' || chr(27) || '[2J' || chr(10) || chr(8238) || '[red]b' as text"
    output = recon(book, "sql", statement).output
    assert "\N{ESCAPE}" not in output
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in output
    assert "a\N{REPLACEMENT CHARACTER}[2J \N{REPLACEMENT CHARACTER}[red]b" in output


def test_a_row_too_wide_for_the_terminal_is_written_as_a_list_of_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "40")
    out = Terminal()
    row = ("x" * 60, Decimal("1.50"), None)
    answer = Answer(("note", "amount", "paid_at"), ("VARCHAR", "DECIMAL(4,2)", "DATE"), iter([row]))
    write(answer, out, form="table", limit=10)
    assert out.getvalue().splitlines() == [
        "-- row 1 --",
        "note     " + "x" * 60,
        "amount   1.50",
        "paid_at  NULL",
        "1 row",
    ]


def test_several_statements_are_answered_one_after_the_other(
    book: Places, recon: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "questions.sql"
    file.write_text("select 1 as a;\nselect 2 as b; -- the end\n")
    output = recon(book, "sql", "-f", str(file), "--format", "csv").output
    assert output == "a\n1\n\nb\n2\n"


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("41200.000000000000000000", "41200.00"),
        ("0E-18", "0.00"),
        ("-0.500000000000000000", "-0.50"),
        ("0.123456789012345678", "0.123456789012345678"),
        ("33.3330", "33.333"),
        ("7", "7"),
        ("1.5", "1.5"),
    ],
)
def test_a_screen_shows_every_digit_of_a_decimal_and_no_needless_zero(
    exact: str, shown: str
) -> None:
    assert screen_text(Decimal(exact)) == shown
