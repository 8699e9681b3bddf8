"""Everything in the published file carries its comment there, and the file tells them all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.reading.dictionary import entries_of, markdown_of
from pipelines.reading.lineage import sources_script
from pipelines.settings import Places
from pipelines.warehouse.publication import (
    PRIVATE_COLUMNS,
    PUBLISHED,
    publish,
)
from pipelines.warehouse.queries import DICTIONARY, READERS, script
from pipelines.warehouse.store import connect

SENTENCE = re.compile(r"[A-Z].*[^ .]\.", re.DOTALL)


@pytest.fixture(scope="module")
def published(books: Sequence[Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published file of a random book."""
    places = Places(tmp_path_factory.mktemp("data"))
    books[0].execute(f"attach '{places.warehouse}' as copied")
    books[0].execute("copy from database memory to copied")
    books[0].execute("detach copied")
    connection = connect(places.warehouse)
    try:
        return publish(connection, places).path
    finally:
        connection.close()


@pytest.fixture
def reader(published: Path) -> Iterator[Any]:
    connection = connect(published, read_only=True)
    yield connection
    connection.close()


def comments(connection: Any) -> dict[str, str | None]:
    """Comment by `schema.table` and `schema.table.column` of everything in the file."""
    rows = connection.execute(
        """
        select schema_name || '.' || table_name, comment
        from duckdb_tables()
        where not internal and not temporary
        union all
        select schema_name || '.' || view_name, comment
        from duckdb_views()
        where not internal and not temporary
        union all
        select schema_name || '.' || table_name || '.' || column_name, comment
        from duckdb_columns()
        where not internal and database_name = current_database()
        """
    ).fetchall()
    return dict(rows)


def macros(connection: Any) -> dict[str, str | None]:
    """Comment by `schema.macro` of every macro that stays in the file."""
    rows = connection.execute(
        "select schema_name || '.' || function_name, comment from duckdb_functions() "
        "where function_type in ('macro', 'table_macro') and not internal "
        "and database_name = current_database()"
    ).fetchall()
    return dict(rows)


def views(connection: Any) -> set[str]:
    rows = connection.execute(
        "select schema_name || '.' || view_name from duckdb_views() "
        "where not internal and not temporary"
    ).fetchall()
    return {name for (name,) in rows}


def without_comment(connection: Any) -> list[str]:
    return sorted(name for name, comment in comments(connection).items() if not comment)


def test_every_published_table_and_column_has_a_comment(reader: Any) -> None:
    assert without_comment(reader) == []
    named = {name for name in comments(reader) if name.count(".") == 1}
    assert named == {*PUBLISHED, *views(reader)}
    assert len(views(reader)) > 5


def test_a_comment_is_a_sentence(reader: Any) -> None:
    held = comments(reader) | macros(reader)
    assert [name for name, told in held.items() if not SENTENCE.fullmatch(told or "")] == []


def test_a_table_or_view_says_what_one_row_is(reader: Any) -> None:
    found = comments(reader)
    named = [*PUBLISHED, *views(reader)]
    assert [name for name in named if not str(found[name]).startswith("One row")] == []


def test_no_private_column_is_published(reader: Any) -> None:
    columns = {name.rpartition(".")[2] for name in comments(reader) if name.count(".") == 2}
    assert columns.isdisjoint(PRIVATE_COLUMNS)


def test_a_column_without_a_comment_is_named(blank: Any) -> None:
    blank.execute("create schema ops; create table ops.files (arrival bigint, size bigint)")
    blank.execute("comment on table ops.files is 'One row per file.'")
    blank.execute("comment on column ops.files.arrival is 'Number of the file.'")
    assert without_comment(blank) == ["ops.files.size"]


def test_the_dictionary_says_each_thing_once_and_nothing_of_what_does_not_exist(
    reader: Any,
) -> None:
    text = "".join(map(script, (*DICTIONARY, *READERS)))
    named = re.findall(
        r"^comment on (?:table|view|column|macro|macro table) (\S+) is '", text, re.M
    )
    assert sorted(named) == sorted([*comments(reader), *macros(reader)])


def test_the_file_itself_tells_every_schema_table_view_macro_and_column(reader: Any) -> None:
    told = reader.execute("select kind, schema_name, name, column_name from ops.dictionary")
    rows = told.fetchall()
    held = comments(reader)
    named = {
        ".".join(filter(None, row[1:])) for row in rows if row[0] in {"table", "view", "column"}
    }
    assert named == set(held)
    assert {f"{row[1]}.{row[2].partition('(')[0]}" for row in rows if row[0] == "macro"} == set(
        macros(reader)
    )
    assert {row[1] for row in rows if row[0] == "schema"} == {name.split(".")[0] for name in held}
    assert len(rows) == len(set(rows))


def test_the_sources_are_those_of_the_declarations() -> None:
    """Write it again: `sources_script` gives the text."""
    assert script("reading_sources") == sources_script()


@pytest.mark.parametrize(
    ("table", "column", "source"),
    [
        (
            "transactions",
            "fee_amount",
            "fees, else fee, else feeAmount of GET /api/v1/transactions",
        ),
        ("transactions_history", "business_date", "createdAt of GET /api/v1/transactions"),
        ("transactions", "first_seen_at", ""),
        (
            "orders",
            "amount",
            "generic: amount, shopify: Total, woocommerce: order_total of order exports",
        ),
        (
            "fee_quotes",
            "asked_network",
            "network of the question of GET /api/v1/optimal-transfer-fee",
        ),
    ],
)
def test_a_column_names_the_fields_that_it_comes_from(
    reader: Any, table: str, column: str, source: str
) -> None:
    asked = "select source from ops.dictionary where name = ? and column_name = ?"
    assert reader.execute(asked, [table, column]).fetchall() == [(source,)]


def test_every_column_received_names_a_source(reader: Any) -> None:
    """What has none is the pipeline's own: versions, instants of taking in, places in files."""
    rows = reader.execute(
        "select distinct column_name from ops.dictionary where kind = 'column' and source = '' "
        "and schema_name = 'validated' and name in (select stream from ops.sources)"
    ).fetchall()
    assert {name for (name,) in rows} == {
        *("first_seen_at", "version", "source", "quote_id"),
        *("source_file", "source_file_digest", "source_row", "exported_date"),
    }


def test_the_dictionary_in_markdown_says_where_each_table_comes_from(reader: Any) -> None:
    text = "".join(markdown_of(entries_of(reader)))
    assert "\n## marts\n\nThe tables, views and macros that finance asks first" in text
    assert "### marts.daily_close\n\nTable. One row per business date and currency" in text
    assert " Computed by `sql/marts/daily_close.sql` from `reconciled.breaks`, " in text
    assert " | Sum of the fees told, in major units. | validated.transactions.fee_amount |" in text
    assert "### reconciled.story(id)\n\nMacro. One row per fact" in text
    assert "| fee_amount | DECIMAL(38,18) | The gateway's fee in major units" in text


def test_a_comment_on_a_column_that_does_not_exist_is_refused(blank: Any) -> None:
    blank.execute("create table files (arrival bigint)")
    with pytest.raises(duckdb.Error):
        blank.execute("comment on column files.departure is 'Number of the file.'")
