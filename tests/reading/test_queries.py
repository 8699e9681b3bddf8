"""Questions are answered exactly; whatever is not a question is refused and changes nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from click.testing import Result

from pipelines.faults import ConfigurationFault, ReconFault
from pipelines.reading.queries import answer, statements_of
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Places

REFUSED = [
    "insert into validated.orders select * from validated.orders",
    "update validated.orders set amount = 0",
    "delete from validated.orders",
    "truncate validated.orders",
    "merge into validated.orders using (select 1 as one) on true when matched then delete",
    "drop table validated.orders",
    "alter table validated.orders add column x int",
    "create table x (a int)",
    "create temp table x as select 1",
    "create macro f(a) as a",
    "create secret s (type s3)",
    "comment on table validated.orders is 'x'",
    "attach ':memory:' as other",
    "detach finance",
    "use memory",
    "install httpfs",
    "load httpfs",
    "update extensions",
    "copy validated.orders to '{folder}/out.csv'",
    "copy validated.orders from '{folder}/in.csv'",
    "export database '{folder}/out'",
    "import database '{folder}/out'",
    "set threads = 1",
    "set lock_configuration = false",
    "reset enable_external_access",
    "set variable a = 1",
    "pragma database_size",
    "call pragma_version()",
    "checkpoint",
    "vacuum",
    "begin",
    "prepare p as select 1",
    "explain analyze create temp table x as select 1",
    "explain analyze copy (select 1) to '{folder}/out.csv'",
    "/* a question */ explain /* of */ drop table validated.orders",
    "select 1; drop table validated.orders",
    "with gone as (delete from validated.orders returning *) select * from gone",
    "set global memory_limit = '9GB'",
    "set session timezone = 'Africa/Lagos'",
    "create or replace persistent secret s (type s3, key_id 'x', secret 'y')",
    "drop secret s",
    "create view v as select 1",
    "create or replace macro reconciled.story(id) as table select 1",
    "attach 'https://localhost/finance.duckdb' as other (type sqlite)",
    "copy validated.orders to '/dev/stdout'",
    "copy (select 1) to 's3://bucket/out.parquet'",
    "copy from database finance to memory",
    "force install httpfs from 'http://localhost'",
    "call enable_logging()",
    "call dbgen(sf = 1)",
    "execute p",
    "deallocate p",
    "commit",
]
OUT_OF_REACH = [
    "from read_csv('{folder}/in.csv')",
    "from '{folder}/in.csv'",
    "select * from read_text('{folder}/in.csv')",
    "from read_blob('{folder}/*')",
    "from read_json('{folder}/in.csv')",
    "from read_parquet('{folder}/in.parquet')",
    "from glob('{folder}/*')",
    "from sniff_csv('{folder}/in.csv')",
    "from read_duckdb('{folder}/other.duckdb')",
    "from read_csv('https://localhost/in.csv')",
    "from query('from read_text(''{folder}/in.csv'')')",
    "from duckdb_extensions()",
    "from parquet_metadata('{folder}/in.parquet')",
    "from read_ndjson_objects('{folder}/in.csv')",
    "from read_csv('/dev/stdin')",
    "from 's3://bucket/in.parquet'",
    "select (select content from read_text('{folder}/in.csv')) as word",
    "from json_execute_serialized_sql(json_serialize_sql('from read_text(''{folder}/in.csv'')'))",
]
WRONG = [
    "selec 1",
    "select nothing_like_it from validated.orders",
    "from orders_of_nobody",
    "select 'x'::int",
    "select ?",
    "select getenv('HOME')",
    "from enable_logging()",
    "from enable_profiling()",
    "from force_checkpoint()",
    "from query_table('/etc/hostname')",
    "from postgres_scan('host=localhost', 'public', 'orders')",
    "from sqlite_scan('other.db', 'orders')",
    "from load_aws_credentials()",
    "from python_map_function((select 1), 'print')",
    "from destroy_external_resource('print')",
    "select * from '/etc/hostname'",
    "select error('two\nlines')",
    "select 1; selec 2",
    "",
    " ; -- nothing",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_a_statement_that_would_change_something_is_refused(
    book: Places, tmp_path: Path, recon: Callable[..., Result], fault_of: Callable, statement: str
) -> None:
    before = hashlib.sha256(book.published.read_bytes()).digest()
    fault = fault_of(recon(book, "sql", statement.format(folder=tmp_path)))
    assert fault.exit_code == 2
    assert "read" in str(fault)
    assert hashlib.sha256(book.published.read_bytes()).digest() == before
    assert not list(tmp_path.glob("out*"))
    assert [path.name for path in book.published.parent.iterdir()] == [book.published.name]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("pivot validated.orders on status using count(*)", "A PIVOT that does not name its"),
        ("explain/**/select 1", "This EXPLAIN cannot be read"),
    ],
)
def test_a_question_in_a_form_that_is_refused_says_which_is_not(
    book: Places, recon: Callable[..., Result], fault_of: Callable, statement: str, sentence: str
) -> None:
    fault = fault_of(recon(book, "sql", statement))
    assert fault.sentence.startswith(sentence)
    assert "Allowed are" not in str(fault)


@pytest.mark.parametrize("statement", OUT_OF_REACH)
def test_a_question_that_reaches_outside_is_refused(
    book: Places, tmp_path: Path, recon: Callable[..., Result], fault_of: Callable, statement: str
) -> None:
    (tmp_path / "in.csv").write_text("a\nsecret\n")
    result = recon(book, "sql", statement.format(folder=tmp_path))
    assert fault_of(result).sentence.startswith("The query reaches outside the published snapshot")
    assert "secret" not in result.output


@pytest.mark.parametrize("statement", WRONG)
def test_a_question_that_cannot_be_answered_is_one_sentence(
    book: Places, recon: Callable[..., Result], fault_of: Callable, statement: str
) -> None:
    fault = fault_of(recon(book, "sql", statement))
    assert isinstance(fault, ConfigurationFault)
    assert fault.sentence.endswith(".")
    assert fault.remedy


def test_a_misspelt_table_gets_the_engines_suggestion(
    book: Places, recon: Callable[..., Result], fault_of: Callable
) -> None:
    fault = fault_of(recon(book, "sql", "from validated.ordres"))
    assert fault.remedy in ('Did you mean "orders"?', 'Did you mean "validated.orders"?')


@pytest.mark.parametrize(
    "statement",
    [
        "with a as (select 1 as one) select * from a",
        "from validated.orders limit 1",
        "values (1)",
        "show all tables",
        "describe validated.orders",
        "summarize reconciled.breaks",
        "explain select 1",
        "explain analyze select 1",
        "pivot validated.orders on status in ('paid') using count(*)",
        "select * from query('select 1')",
    ],
)
def test_every_kind_of_question_is_answered(
    book: Places, recon: Callable[..., Result], statement: str
) -> None:
    result = recon(book, "sql", statement)
    assert result.exception is None
    assert result.output.strip()


@pytest.mark.parametrize(
    "statement",
    [
        "attach ':memory:' as other",
        "set threads = 1",
        "set lock_configuration = false",
        "reset memory_limit",
        "install httpfs",
        "load httpfs",
        "copy (select 1) to '{folder}/out.csv'",
        "attach '{folder}/other.duckdb' as other",
        "export database '{folder}/out'",
        "delete from validated.orders",
    ],
)
def test_the_connection_itself_is_shut_whatever_the_statements_are_called(
    book: Places, tmp_path: Path, statement: str
) -> None:
    with open_snapshot(book.published) as connection:
        before = connection.execute("select count(*) from validated.orders").fetchall()
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(folder=tmp_path)).fetchall()
        assert connection.execute("select count(*) from validated.orders").fetchall() == before
    assert list(tmp_path.iterdir()) == []


def test_variables_of_the_program_are_no_tables(book: Places) -> None:
    secrets = pa.table({"word": ["hidden"]})
    with open_snapshot(book.published) as connection, pytest.raises(ReconFault):
        answer(connection, *statements_of(connection, "from secrets"))
    assert secrets.num_rows == 1


def test_rows_are_read_as_they_are_asked_for(book: Places) -> None:
    with open_snapshot(book.published) as connection:
        endless = answer(connection, *statements_of(connection, "from range(1_000_000_000_000)"))
        assert [next(endless.rows) for _ in range(3)] == [(0,), (1,), (2,)]
        after = answer(connection, *statements_of(connection, "select 7"))
        assert list(after.rows) == [(7,)]


def test_an_error_in_a_later_row_is_one_sentence_too(
    book: Places, recon: Callable[..., Result], fault_of: Callable
) -> None:
    statement = "select if(range = 500000, error('late'), 1) from range(1000000)"
    result = recon(book, "sql", statement, "--format", "csv")
    assert fault_of(result).sentence == "The query cannot be answered: late."


def test_too_much_memory_is_one_sentence(
    book: Places, recon: Callable[..., Result], fault_of: Callable
) -> None:
    result = recon(book, "sql", "select list(range::hugeint) from range(1_000_000_000)")
    assert fault_of(result).sentence == "The query needs more memory than is allowed."


@pytest.mark.parametrize(
    ("file_bytes", "machine_bytes", "allowed_bytes"),
    [
        (10**6, 16 * 10**9, 10**9),
        (3 * 10**9, 16 * 10**9, 6 * 10**9),
        (9 * 10**9, 16 * 10**9, 8 * 10**9),
        (9 * 10**9, 10**9, 10**9),
    ],
)
def test_a_query_of_a_larger_book_may_take_more_memory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file_bytes: int,
    machine_bytes: int,
    allowed_bytes: int,
) -> None:
    duckdb.connect(tmp_path / "a.duckdb").close()
    # A file of that size with a hole in it, and a machine of that many pages of one byte.
    os.truncate(tmp_path / "a.duckdb", file_bytes)
    pages = {"SC_PHYS_PAGES": machine_bytes, "SC_PAGE_SIZE": 1}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    with open_snapshot(tmp_path / "a.duckdb") as connection:
        limits = connection.execute(
            "select value from duckdb_settings() where name = 'memory_limit'"
        ).fetchall()
        assert (
            limits
            == connection.execute(
                "select format_bytes(?::bigint)", [allowed_bytes // 1024 * 1024]
            ).fetchall()
        )


def test_a_text_beyond_the_maximum_is_refused(
    book: Places, recon: Callable[..., Result], fault_of: Callable
) -> None:
    result = recon(book, "sql", given="select 1 " + " " * 1_000_001)
    assert fault_of(result).sentence == "The text is longer than 1,000,000 characters."
