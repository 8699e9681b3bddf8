"""The chain is read to its end whatever was done to it; tables are compared as they were noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.faults import ChainBroken
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.history import BadLine, History, read_history
from pipelines.warehouse.holdings import row_counts, tables_that_differ, totals
from pipelines.warehouse.verification.standing import check_commits, check_rows

COMMITS = 4


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect()
    opened.execute("create schema raw; create schema ops")
    opened.execute("create table ops.control (sequence bigint, digest varchar)")
    opened.execute(
        "create table ops.kept_sums (name varchar, rows bigint, total hugeint, upto bigint, "
        "quick hugeint, engine varchar)"
    )
    opened.execute("create table ops.files (file_digest varchar, arrival bigint)")
    opened.execute("create table raw.orders (order_id varchar, amount varchar)")
    yield opened
    opened.close()


@pytest.fixture
def chain(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Path:
    """A chain of four commits of one row each: three lines a commit."""
    for number in range(1, COMMITS + 1):

        def work(number: int = number) -> dict[str, object]:
            connection.execute("insert into raw.orders values (?, '1.00')", [f"K{number}"])
            return {"run": f"run-{number}"}

        Chain(tmp_path).commit(connection, "orders", work)
    return tmp_path / "chain.jsonl"


def lines_of(chain: Path) -> list[str]:
    return chain.read_text().splitlines(keepends=True)


def write(chain: Path, lines: list[str]) -> None:
    chain.write_text("".join(lines))


def test_commits_are_read_back_with_what_became_of_them(chain: Path) -> None:
    history = read_history(chain)
    assert history.bad_lines == ()
    assert [
        (one.sequence, one.facts["run"], one.held["raw.orders"], one.is_checkpointed)
        for one in history.entries
    ] == [(number, f"run-{number}", number, True) for number in range(1, COMMITS + 1)]


def edited(lines: list[str]) -> list[str]:
    return [*lines[:3], lines[3].replace("run-2", "run-9"), *lines[4:]]


def without_one(lines: list[str]) -> list[str]:
    return [*lines[:3], *lines[6:]]


def unreadable(lines: list[str]) -> list[str]:
    return [*lines[:3], "\N{REPLACEMENT CHARACTER}" + lines[3][1:], *lines[4:]]


def wrong_mark(lines: list[str]) -> list[str]:
    return [*lines[:4], lines[4].replace("2", "1"), *lines[5:]]


def voided(lines: list[str]) -> list[str]:
    return [*lines[:4], '{"voids": 2}\n', *lines[5:]]


@pytest.mark.parametrize(
    ("change", "numbers"),
    [
        (edited, [4]),
        (without_one, [4]),
        # Its marks and its successor rest on the line that is no line.
        (unreadable, [4, 5, 6, 7]),
        (wrong_mark, [5]),
        # The mark that it reached the file, and its successor, speak of a commit that was voided.
        (voided, [6, 7]),
    ],
)
def test_lines_that_do_not_follow_are_told_and_the_rest_is_still_read(
    chain: Path,
    connection: duckdb.DuckDBPyConnection,
    change: Callable[[list[str]], list[str]],
    numbers: list[int],
) -> None:
    write(chain, change(lines_of(chain)))
    history = read_history(chain)
    assert [bad.number for bad in history.bad_lines] == numbers
    assert history.last.facts == {"run": f"run-{COMMITS}"}
    assert check_commits(history, connection, had_wal=False).findings == ()
    with pytest.raises(ChainBroken, match=f"Line {numbers[0]} "):
        Chain(chain.parent).check(connection)


def accepted_lines(bad_lines: tuple[BadLine, ...]) -> dict[str, object]:
    findings = [{**bad.key._asdict(), "what": "an edited line"} for bad in bad_lines]
    return {"by": "Ada", "at": "2026-09-04", "reason": "known", "findings": findings}


def test_an_accepted_line_stops_nobody_until_it_changes_again(
    chain: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    write(chain, edited(lines_of(chain)))
    kept = Chain(chain.parent)
    kept.accept(connection, accepted_lines(kept.history().bad_lines))
    kept.check(connection)
    kept.commit(connection, "orders", dict)
    assert [bad.number for bad in kept.history().bad_lines] == [4]
    assert kept.history().last.sequence == COMMITS + 2
    lines = lines_of(chain)
    write(chain, [*lines[:3], lines[3].replace("run-9", "run-8"), *lines[4:]])
    with pytest.raises(ChainBroken, match="Line 4 "):
        kept.check(connection)


def test_an_edited_acceptance_accepts_nothing(
    chain: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    write(chain, edited(lines_of(chain)))
    kept = Chain(chain.parent)
    kept.accept(connection, accepted_lines(kept.history().bad_lines))
    chain.write_text(chain.read_text().replace('"by": "Ada"', '"by": "Bob"'))
    assert kept.history().accepted == frozenset()
    with pytest.raises(ChainBroken, match="Line 4 "):
        kept.check(connection)


def test_a_torn_last_line_is_no_damage_and_reading_leaves_it(
    chain: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    whole = chain.read_bytes()
    chain.write_bytes(whole + b'{"sequ')
    assert read_history(chain).bad_lines == ()
    assert chain.read_bytes() == whole + b'{"sequ'
    Chain(chain.parent).check(connection)
    assert chain.read_bytes() == whole


def told(history: History, connection: duckdb.DuckDBPyConnection, *, had_wal: bool) -> str:
    check = check_commits(history, connection, had_wal=had_wal)
    return " ".join([*(found.what for found in check.findings), *check.notes])


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (10, "commit 4 was announced and never made"),
        (11, "warehouse.duckdb.wal was deleted."),
        (12, "warehouse.duckdb is an older file put back."),
    ],
    ids=["announced", "confirmed", "checkpointed"],
)
def test_what_the_chain_says_of_the_last_commit_tells_how_it_was_lost(
    chain: Path, connection: duckdb.DuckDBPyConnection, left: int, said: str
) -> None:
    before = read_history(chain).entries[-2]
    write(chain, lines_of(chain)[:left])
    connection.execute("create table ops.closings as select null::timestamptz as as_of limit 0")
    connection.execute("create table ops.gateway (host varchar, timezone varchar)")
    connection.execute("update ops.control set sequence = 3, digest = ?", [before.digest])
    assert said in told(read_history(chain), connection, had_wal=False)


def test_a_commit_that_a_kill_left_in_the_wal_is_marked_by_the_next_check(
    chain: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    whole = chain.read_text()
    write(chain, lines_of(chain)[:10])
    Chain(chain.parent).check(connection)
    assert chain.read_text() == whole


def test_rows_are_those_of_the_commit_that_the_database_stands_at(
    chain: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    history = read_history(chain)
    assert check_rows(history, connection).findings == ()
    connection.execute("delete from raw.orders where order_id = 'K1'")
    (found,) = check_rows(history, connection).findings
    assert found.what.startswith("raw.orders has 3 rows in warehouse.duckdb, and had 4")


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("statement", "differs"),
    [
        ("alter table raw.orders add column currency varchar", False),
        ("create table raw.plans (plan_id varchar)", False),
        ("update raw.orders set amount = '2.00' where order_id = 'K1'", True),
        ("alter table raw.orders drop column amount", True),
        ("drop table raw.orders", True),
    ],
)
def test_a_later_column_is_no_difference_and_a_changed_row_is(
    connection: duckdb.DuckDBPyConnection, statement: str, differs: bool
) -> None:
    assert row_counts(connection)["raw.orders"] == COMMITS
    noted = totals(connection)
    connection.execute(statement)
    found = [table for table, _ in tables_that_differ(connection, noted)]
    assert found == (["raw.orders"] if differs else [])
