"""The texts in `sql/`: exact types, no division, lower case, a first line that says what is in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipelines.warehouse.publication import PUBLISHED
from pipelines.warehouse.queries import SQL_FOLDER

FILES = sorted(path.relative_to(SQL_FOLDER).as_posix() for path in SQL_FOLDER.rglob("*.sql"))
TABLES = [
    name
    for name in FILES
    if name.startswith(("validated/", "reconciled/", "marts/", "delivered/"))
    and "." not in Path(name).stem
]


def bare(name: str) -> str:
    """The statements of a file without comments and without what stands in quotes."""
    text = (SQL_FOLDER / name).read_text(encoding="utf-8")
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", text)


@pytest.mark.parametrize("name", FILES)
def test_no_statement_names_a_floating_type_or_divides(name: str) -> None:
    assert re.findall(r"\b(?:double|float[48]?|real|avg|mean|median)\b|/", bare(name)) == []


@pytest.mark.parametrize("name", FILES)
def test_statements_are_in_lower_case(name: str) -> None:
    assert re.findall(r"\b\w*[A-Z]\w*", bare(name)) == []


@pytest.mark.parametrize("name", FILES)
def test_a_file_opens_with_a_comment_and_ends_with_one_newline(name: str) -> None:
    text = (SQL_FOLDER / name).read_text(encoding="utf-8")
    assert text.startswith("-- ")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\t" not in text


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_one_row_is(name: str) -> None:
    assert (SQL_FOLDER / name).read_text(encoding="utf-8").startswith("-- One row")


def test_no_column_of_any_table_is_floating(books: Sequence[Any]) -> None:
    columns = books[0].execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal"
    )
    rows = columns.fetchall()
    assert len(rows) > 100
    assert [row for row in rows if re.search("FLOAT|DOUBLE|REAL", row[3])] == []


def test_published_json_is_text(books: Sequence[Any]) -> None:
    """A driver hands a column of JSON over otherwise than one of text."""
    columns = books[0].execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
    )
    rows = [row for row in columns.fetchall() if row[0] in PUBLISHED]
    assert ("reconciled.matches", "evidence", "VARCHAR") in rows
    assert [row for row in rows if "JSON" in row[2]] == []


def test_money_columns_are_decimals_of_eighteen_digits(books: Sequence[Any]) -> None:
    money = (
        books[0]
        .execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where schema_name in ('validated', 'reconciled', 'marts') and regexp_matches("
            "column_name, '(^|_)(amount|impact|residual|expected|received|rate)$') "
            "and data_type not in ('BOOLEAN', 'VARCHAR')"
        )
        .fetchall()
    )
    assert len(money) > 20
    assert [row for row in money if row[2] != "DECIMAL(38,18)"] == []
