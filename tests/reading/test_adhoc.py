"""Every query of `sql/adhoc` on a book small enough to reckon its answer by hand (`known_book`)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from click.testing import Result
from reading.known_answers import KNOWN

from pipelines.reading.cells import cell_text
from pipelines.reading.examples import Example, example_of, examples, values_for
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Places

EXAMPLES = examples()
REQUIRED = {"id": "K1", "assignee": "ada", "instant": "2026-03-09T23:00:00Z"}


@pytest.fixture(scope="module")
def reader(
    known_book: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of it, open all along: one process opens a file with one set of settings only."""
    copied = tmp_path_factory.mktemp("copied") / "finance.duckdb"
    shutil.copyfile(known_book.published, copied)
    with open_snapshot(copied) as connection:
        yield connection


def told(value: Any) -> str:
    """A cell as the known answers write it."""
    if isinstance(value, Decimal):
        value = value.normalize()
    text = cell_text(value)
    return "-" if text is None else text.replace(" ", "_") or "''"


def asked(reader: duckdb.DuckDBPyConnection, example: Example, given: dict[str, str]) -> Any:
    return reader.execute(example.text, values_for(example, given) or None)


@pytest.mark.parametrize(("name", "given", "columns", "rows"), KNOWN)
def test_a_query_answers_what_was_reckoned_by_hand(
    reader: duckdb.DuckDBPyConnection,
    name: str,
    given: dict[str, str],
    columns: str,
    rows: list[str],
) -> None:
    answer = asked(reader, example_of(name), given)
    places = [[column[0] for column in answer.description].index(one) for one in columns.split()]
    found = [" ".join(told(row[place]) for place in places) for row in answer.fetchall()]
    assert sorted(found) == sorted(rows)


def test_there_are_at_least_25_queries_and_each_has_a_known_answer() -> None:
    assert len(EXAMPLES) >= 25
    assert {name for name, *_ in KNOWN} == {example.name for example in EXAMPLES}


def test_every_parameter_is_tried_with_a_value_of_its_own() -> None:
    tried = {(name, parameter) for name, given, *_ in KNOWN for parameter in given}
    assert tried == {(one.name, each.name) for one in EXAMPLES for each in one.parameters}


def test_with_one_closing_everything_is_new(book: Places, recon: Callable[..., Result]) -> None:
    changes = recon(book, "sql", "--name", "changed_since", "--format", "csv").output.splitlines()
    breaks = recon(book, "sql", "from reconciled.breaks", "--format", "csv").output.splitlines()
    assert {line.partition(",")[0] for line in changes[1:]} == {"new"}
    assert len(changes) == len(breaks)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_query_says_what_it_asks_with_what_and_how_its_answer_is_read(example: Example) -> None:
    comments = [line for line in example.text.splitlines() if line.startswith("-- ")]
    assert example.question.endswith("?")
    assert re.fullmatch(r"one row .*\.", example.reading)
    assert len(comments) == 2 + len(example.parameters)
    assert set(re.findall(r"\$(\w+)::", example.text)) == {one.name for one in example.parameters}
    # Cast where it is used, so that text from a command line and a value of Python mean the same.
    bare = "".join(line for line in example.text.splitlines() if not line.startswith("--"))
    assert re.findall(r"\$\w+\b(?!::)", bare) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_answer_has_no_binary_fraction_and_an_order_of_its_own(
    reader: duckdb.DuckDBPyConnection, example: Example
) -> None:
    given = {one.name: REQUIRED[one.name] for one in example.parameters if one.is_required}
    types = {str(column[1]) for column in asked(reader, example, given).description}
    assert types & {"DOUBLE", "FLOAT", "HUGEINT"} == set()
    assert re.search(r"^order by|reconciled\.story\(", example.text, re.M)


def test_the_list_names_every_query_with_its_question(
    known_book: Places, recon: Callable[..., Result]
) -> None:
    lines = recon(known_book, "sql", "--list", "--format", "csv").output.splitlines()
    assert lines[0] == "name,question,parameters"
    assert [line.partition(",")[0] for line in lines[1:]] == [one.name for one in EXAMPLES]
    assert "oldest_open_breaks,Which breaks have been open for too long?,least_days=30" in lines


def test_a_query_is_asked_by_its_name_with_parameters(
    known_book: Places, recon: Callable[..., Result]
) -> None:
    arguments = ("--name", "unpaid_fulfilled_orders", "--param", "least_amount=1000")
    result = recon(known_book, "sql", *arguments, "--format", "csv")
    assert [line.split(",")[:3] for line in result.output.splitlines()[1:]] == [
        ["K2", "5000.000000000000000000", "NGN"]
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--name", "unknown"), "No query of sql/adhoc is called so."),
        (("--name", "../marts/fees"), "No query of sql/adhoc is called so."),
        (("--name", "story"), "The parameter id is missing: an order, payment, session,"),
        (("--name", "paid_twice", "--param", "x=1"), "paid_twice has no parameter x."),
        (("--name", "story", "--param", "id"), "A parameter is not given once as name=value."),
        (
            ("--name", "payouts_waiting", "--param", "least_days=two"),
            "The parameter least_days is not a whole number, such as 30.",
        ),
        (
            ("--name", "payments_without_order", "--param", "least_amount=1e3"),
            "The parameter least_amount is not an amount, such as 1500.50.",
        ),
        (
            ("--name", "daily_totals", "--param", "first_date=yesterday"),
            "The parameter first_date is not a date, such as 2026-11-20.",
        ),
        (
            ("--name", "daily_totals", "--param", "first_date=20260901"),
            "The parameter first_date is not a date, such as 2026-11-20.",
        ),
        (
            ("--name", "daily_totals", "--param", "first_date=2026-W40-1"),
            "The parameter first_date is not a date, such as 2026-11-20.",
        ),
        (
            ("--name", "daily_totals", "--param", "first_date=2026-02-30"),
            "The parameter first_date is not a date, such as 2026-11-20.",
        ),
        (
            ("--name", "changed_since", "--param", "since=2026-W40-1T10:00:00Z"),
            "The parameter since is not an instant with its offset, such as 2026-11-20T23:00:00Z.",
        ),
        (
            ("--name", "changed_since", "--param", "since=2026-03-09"),
            "The parameter since is not an instant with its offset, such as 2026-11-20T23:00:00Z.",
        ),
        (("select $a::int", "--param", "b=1"), "No statement names the parameter b."),
        (("select 1", "--name", "story"), "More than one of statement, file, query by name and"),
        (("--list", "--name", "story"), "More than one of statement, file, query by name and list"),
        (("--list", "--format", "parquet"), "The list of queries is no Parquet."),
    ],
)
def test_a_slip_is_one_sentence(
    known_book: Places,
    recon: Callable[..., Result],
    fault_of: Callable,
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    fault = fault_of(recon(known_book, "sql", *arguments))
    assert fault.sentence.startswith(sentence)
    assert fault.exit_code == 2
    assert fault.remedy


def test_a_statement_of_ones_own_takes_parameters_too(
    known_book: Places, recon: Callable[..., Result]
) -> None:
    statement = "select count(*) as n from validated.orders where amount > $least::decimal(38, 18)"
    result = recon(known_book, "sql", statement, "--param", "least=1999.99", "--format", "csv")
    assert result.output == "n\n3\n"
