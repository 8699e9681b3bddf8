"""Nothing that could identify a payer stands in the published file, in any cell or loose page."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.landing import Landing
from pipelines.settings import Places

NAME = re.compile(rb'"customerName": ?"([^"]+)"')
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
# Fields of the gateway's answers that are never read, and what an answer begins with.
FIELDS = ("customerEmail", "customerName", "accountNumber", "accountName", "authToken", '{"data"')


def cells(file: Path) -> Iterator[str]:
    """Every text of every table: plain, in lists, and in JSON."""
    with duckdb.connect(file, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal"
        ).fetchall()
        for (table,) in tables:
            for row in connection.table(table).fetchall():
                for value in row:
                    yield str(value)


def addresses_of_orders(places: Places) -> set[str]:
    """The e-mail addresses in the exports that were taken in."""
    found: set[str] = set()
    for file in places.orders_inbox.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            found |= {row["customer_email"] for row in csv.DictReader(lines)} - {""}
    return found


def names_in_answers(places: Places) -> set[str]:
    """The names of payers in the answers of the gateway."""
    landing = Landing(places.landing)
    answers = (answer for file in landing.files() for answer in landing.read(file))
    return {name.decode() for answer in answers for name in NAME.findall(answer.body)}


@pytest.fixture(scope="module")
def texts(book: Places) -> list[str]:
    return list(cells(book.published))


def test_no_cell_holds_an_address_or_a_field_of_an_answer(texts: list[str]) -> None:
    assert len(texts) > 5_000
    assert [text for text in texts if ADDRESS.search(text)] == []
    assert [text for text in texts if any(field in text for field in FIELDS)] == []


def test_no_cell_holds_the_name_of_a_payer(book: Places, texts: list[str]) -> None:
    names = names_in_answers(book)
    assert len(names) > 10
    assert [text for text in texts if any(name in text for name in names)] == []


def test_an_address_in_the_text_of_a_payment_is_not_published(known_book: Places) -> None:
    with duckdb.connect(known_book.published, read_only=True) as connection:
        rows = connection.execute(
            "select transaction_id, description from validated.transactions "
            "where description is not null"
        ).fetchall()
    assert rows == [("T6a", "Order K6 of (e-mail)")]
    assert [text for text in cells(known_book.published) if ADDRESS.search(text)] == []


def test_no_page_of_the_file_holds_an_address_that_the_shop_told(book: Places) -> None:
    """Also not where a deleted row was: the file is written anew, and compression keeps texts."""
    addresses = addresses_of_orders(book)
    assert len(addresses) > 10
    content = book.published.read_bytes()
    assert [one for one in addresses if one.encode() in content] == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "leaking.duckdb"
    with duckdb.connect(file) as leaking:
        leaking.execute(
            "create table t as select ['x', 'ada@example.com'] as a, '{\"data\": 1}' as b"
        )
    found = list(cells(file))
    assert any(ADDRESS.search(text) for text in found)
    assert any(FIELDS[-1] in text for text in found)
    assert b"ada@example.com" in file.read_bytes()
