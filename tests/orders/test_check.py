"""`recon orders check` explains a file before it is dropped, and takes nothing in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from orders.shops import SHOPIFY_HEADER, shopify, shopify_item, written

from pipelines.cli import main

Line = Callable[..., str]
Export = Callable[..., bytes]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], Result]:
    monkeypatch.chdir(tmp_path)

    def run(name: str, content: bytes) -> Result:
        (tmp_path / name).write_bytes(content)
        return CliRunner().invoke(main, ["orders", "check", name])

    return run


def test_a_good_file_is_explained(check: Callable[[str, bytes], Result], tmp_path: Path) -> None:
    content = written(
        SHOPIFY_HEADER, shopify(), shopify_item(), shopify(Name="#2", Currency="KES"),
        shopify(Name="#3", Payment_Method="bogus"),
    )  # fmt: skip
    result = check("orders 2026-11-21.csv", content)
    assert result.output.splitlines() == [
        "orders 2026-11-21.csv would be taken in.",
        "  layout      shopify",
        "  written as  UTF-8",
        "  exported    2026-11-21",
        "  rows        3 orders in 4 rows",
        "              2 accepted",
        "              0 repeated",
        "              1 set aside",
        "              0 quarantined",
        "  totals      KES 1,250.00",
        "              NGN 1,250.00",
    ]
    assert result.exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["orders 2026-11-21.csv"]


def test_the_first_problems_are_named_with_their_lines(
    check: Callable[[str, bytes], Result], line: Line, export: Export
) -> None:
    faulty = [line(order_id=f"K{row}", amount="1,5".replace(",", " ")) for row in range(25)]
    result = check("orders.csv", export(*faulty))
    assert 'line 2: amount "1 5" is not decimal text' in result.output
    assert "… and 5 more" in result.output
    assert result.exit_code == 3


def test_an_unknown_export_shows_what_a_mapping_could_look_like(
    check: Callable[[str, bytes], Result],
) -> None:
    result = check("shop.csv", b"Order No,State,Grand Total,Cur,Created,E-Mail\n1,ok,5,NGN,x,\n")
    assert "would be refused" in result.output
    assert result.exit_code == 3
    assert result.output.partition("recon.example.toml):\n")[2].splitlines() == [
        "  [orders.NAME.columns]",
        '  order_id = "Order No"',
        '  status = "State"',
        '  amount = "Grand Total"',
        '  currency = "Cur"',
        '  placed_at = "Created"',
        '  customer_email = "E-Mail"',
        "  [orders.NAME.status]",
        '  # "word in the export" = "paid"',
    ]


def test_what_stands_beside_it_is_verified(
    check: Callable[[str, bytes], Result], tmp_path: Path, line: Line, export: Export
) -> None:
    (tmp_path / "orders.csv.control.json").write_text('{"rows": 2}')
    result = check("orders.csv", export(line()))
    assert "the file has 1 rows, its control file says 2" in result.output
    assert result.exit_code == 3


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["orders", "check", str(tmp_path / "none.csv")])
    assert result.exit_code == 2
    assert "There is no file" in result.output


@pytest.mark.parametrize(
    ("path", "said"),
    [("a.csv/x.csv", "There is no file a.csv/x.csv."), ("x" * 300, "File name too long")],
)
def test_a_path_that_leads_nowhere_is_one_sentence(
    check: Callable[[str, bytes], Result], export: Export, path: str, said: str
) -> None:
    check("a.csv", export())
    result = CliRunner().invoke(main, ["orders", "check", path])
    assert said in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(("mark", "shown"), [(";", ";"), ("\t", "\\t"), ("|", "|")])
def test_a_file_parted_by_another_mark_shows_how_to_declare_it(
    check: Callable[[str, bytes], Result], mark: str, shown: str
) -> None:
    header = mark.join(("Order", "State", "Total, all", "Currency", "Created"))
    result = check("shop.csv", f"{header}\n1{mark}ok{mark}5{mark}NGN{mark}x\n".encode())
    assert f'"{shown}" seems to stand between its columns, not ","' in result.output
    assert result.output.partition("recon.example.toml):\n")[2].splitlines()[:8] == [
        "  [orders.NAME]",
        f'  delimiter = "{shown}"',
        "  [orders.NAME.columns]",
        '  order_id = "Order"',
        '  status = "State"',
        '  amount = "Total, all"',
        '  currency = "Currency"',
        '  placed_at = "Created"',
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"foo,bar\n", "it is in no layout that is known; of the nearest, generic, order"),
        ("a.csv", b"\n", "its first line is empty, it has no header."),
        ("a.ndjson", b'{"foo": "bar"}\n', "Its columns must be exactly: order_id,status"),
        ("a.parquet", b"", "the file is empty, it has not even a header."),
        ("a.xlsx", b"", "the file is empty, it has not even a header."),
    ],
)
def test_a_file_that_is_no_export_at_all_is_told_so(
    check: Callable[[str, bytes], Result], name: str, content: bytes, said: str
) -> None:
    assert said in check(name, content).output


def test_a_folder_is_told_to_be_one(check: Callable[[str, bytes], Result], tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    check("a.csv", b"x\n")
    result = CliRunner().invoke(main, ["orders", "check", "exports"])
    assert "it is a folder." in result.output
    assert "Drop the exports in it themselves." in result.output


@pytest.mark.parametrize(
    ("path", "said"),
    [(".", ". is a folder."), ("/", "/ is a folder."), ("a/..", "a/.. is a folder.")],
)
def test_a_folder_without_a_name_of_its_own_is_told_to_be_one(path: str, said: str) -> None:
    result = CliRunner().invoke(main, ["orders", "check", path])
    assert said in result.output
    assert result.exit_code == 2


def test_a_file_without_rows_is_taken_with_a_hint(
    check: Callable[[str, bytes], Result], export: Export
) -> None:
    result = check("orders.csv", export())
    assert "exported    on the date of the night that takes it in" in result.output
    assert "It has a header and no rows" in result.output
    assert result.exit_code == 0


def test_a_plus_within_a_reference_is_taken_with_a_hint(
    check: Callable[[str, bytes], Result], line: Line, export: Export
) -> None:
    result = check("orders.csv", export(line(transaction_ref="r7+r8")))
    assert '1 transaction_ref has a plus within, such as "r7+r8", read as one' in result.output
    assert result.exit_code == 0
    assert "has a plus" not in check("b.csv", export(line(transaction_ref="r7 + r8"))).output


@pytest.mark.parametrize(
    ("name", "placed_at", "said", "code"),
    [
        ("orders.csv", "2099-01-02T10:00:00Z", "A time in it, 2099-01-02T10:00:00.000000Z,", 0),
        ("orders 2099-01-02.csv", "2026-11-20T10:00:00Z", "its name dates it 2099-01-02,", 3),
    ],
)
def test_a_date_that_has_not_come_is_told(
    check: Callable[[str, bytes], Result],
    line: Line,
    export: Export,
    *,
    name: str,
    placed_at: str,
    said: str,
    code: int,
) -> None:
    result = check(name, export(line(placed_at=placed_at)))
    assert said in result.output
    assert "has not come yet" in result.output
    assert result.exit_code == code
    assert "has not come yet" not in check("orders 2026-11-20.csv", export(line())).output


def test_a_generic_export_that_a_mapping_would_read_under_another_name_asks_for_it(
    check: Callable[[str, bytes], Result], line: Line, export: Export, tmp_path: Path
) -> None:
    (tmp_path / "recon.toml").write_text('[orders.lagos]\nfiles = "lagos-*.csv"\nprefix = "L-"\n')
    said = 'Its name does not fit "lagos-*.csv", so it is read without [orders.lagos]'
    assert said in check("lagso-1.csv", export(line())).output
    assert said not in check("Lagos-1.csv", export(line())).output
