"""Every published table and column carries its comment, in the file that people open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.settings import Places
from pipelines.warehouse.publication import (
    PRIVATE_COLUMNS,
    PUBLISHED,
    control_totals,
    digest_of,
    publish,
)
from pipelines.warehouse.queries import DICTIONARY, script
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
        return publish(connection, places, digest=digest_of(control_totals(connection)))
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
        select schema_name || '.' || table_name || '.' || column_name, comment
        from duckdb_columns()
        where not internal and database_name = current_database()
        """
    ).fetchall()
    return dict(rows)


def without_comment(connection: Any) -> list[str]:
    return sorted(name for name, comment in comments(connection).items() if not comment)


def test_every_published_table_and_column_has_a_comment(reader: Any) -> None:
    assert without_comment(reader) == []
    assert {name for name in comments(reader) if name.count(".") == 1} == set(PUBLISHED)


def test_a_comment_is_a_sentence(reader: Any) -> None:
    assert [
        name for name, comment in comments(reader).items() if not SENTENCE.fullmatch(comment or "")
    ] == []


def test_a_table_says_what_one_row_is(reader: Any) -> None:
    found = comments(reader)
    assert [table for table in PUBLISHED if not str(found[table]).startswith("One row")] == []


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
    text = "".join(map(script, DICTIONARY))
    named = re.findall(r"^comment on (?:table|column) (\S+) is '", text, re.M)
    assert sorted(named) == sorted(comments(reader))


def test_a_comment_on_a_column_that_does_not_exist_is_refused(blank: Any) -> None:
    blank.execute("create table files (arrival bigint)")
    with pytest.raises(duckdb.Error):
        blank.execute("comment on column files.departure is 'Number of the file.'")
