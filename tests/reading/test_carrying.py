"""A published file that is carried on holds what one written whole holds, or is written whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest
from limiting import files_of_at_most

from pipelines.faults import DiskFull
from pipelines.settings import Places
from pipelines.warehouse.judgement import CASES, READ_ON
from pipelines.warehouse.publication import PUBLISHED, Fresh, note, publish, replace
from pipelines.warehouse.queries import forget_sums
from pipelines.warehouse.verification.files import sha256_of

Store = tuple[duckdb.DuckDBPyConnection, Places]

FIRST_ORDER = "(select min(order_id) from reconciled.matches)"
CHANGED = f"update validated.orders set amount = amount + 1 where order_id = {FIRST_ORDER}"
COMPUTED = f"insert into ops.unpublished select 'validated', 'order_id', {FIRST_ORDER}"
CHANGES = {
    "a row that changed": [COMPUTED, CHANGED],
    "a row that went": [
        COMPUTED,
        f"delete from validated.orders where order_id = {FIRST_ORDER}",
    ],
    "a row that came": [
        "insert into ops.unpublished values ('validated', 'order_id', 'NEW')",
        "insert into validated.orders by name select * replace ('NEW' as order_id) "
        f"from validated.orders where order_id = {FIRST_ORDER}",
    ],
    "rows of a case": [
        "insert into ops.unpublished "
        "select 'reconciled', 'case_id', min(case_id) from reconciled.matches",
        "update reconciled.matches set rule_version = rule_version || '+' "
        "where case_id = (select min(case_id) from reconciled.matches)",
    ],
    "a table that is written anew": ["update reconciled.breaks set age_days = age_days + 1"],
    "nothing": [],
}
"""What happens between two publications, and what a night notes of it."""


def put_out(store: Store) -> Fresh:
    connection, places = store
    fresh = publish(connection, places)
    file_digest = sha256_of(fresh.path)
    replace(fresh, places)
    note(connection, file_digest)
    return fresh


def compute(connection: duckdb.DuckDBPyConnection, statements: Sequence[str]) -> None:
    """Change rows as a computation does: no sum is kept of what was there before."""
    for statement in statements:
        connection.execute(statement)
    forget_sums(connection, "")


def held_in(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every published table, the dictionary of the file, and its views' rows."""
    with duckdb.connect(file, read_only=True) as connection:
        names = [*PUBLISHED, "ops.dictionary"]
        return {name: connection.execute(f"from {name} order by all").fetchall() for name in names}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_carried_on_holds_what_one_written_whole_holds(store: Store, change: str) -> None:
    connection, places = store
    assert not put_out(store).is_carried
    before = held_in(places.published)
    compute(connection, CHANGES[change])
    assert put_out(store).is_carried
    carried = held_in(places.published)
    places.published.unlink()
    assert not put_out(store).is_carried
    assert carried == held_in(places.published)
    assert (carried == before) is (change == "nothing")


def edit(file: Path) -> None:
    with duckdb.connect(file) as connection:
        connection.execute("create view marts.of_mine as select 1")


def no_file(store: Store) -> None:
    store[1].published.unlink()


def another_file(store: Store) -> None:
    edit(store[1].published)


def another_form(store: Store) -> None:
    store[0].execute("update ops.published set form = 'of an older version'")


def everything_computed(store: Store) -> None:
    store[0].execute("insert into ops.unpublished values ('validated', null, null)")


def a_row_that_nobody_noted(store: Store) -> None:
    compute(store[0], [CHANGED])


def a_death_before_the_file_was_noted(store: Store) -> None:
    connection, places = store
    replace(publish(connection, places), places)


@pytest.mark.parametrize(
    "obstacle",
    [
        no_file,
        another_file,
        another_form,
        everything_computed,
        a_row_that_nobody_noted,
        a_death_before_the_file_was_noted,
    ],
)
def test_what_cannot_be_carried_on_is_written_whole(
    store: Store, obstacle: Callable[[Store], None]
) -> None:
    put_out(store)
    assert put_out(store).is_carried
    obstacle(store)
    assert not put_out(store).is_carried
    carried_or_whole = held_in(store[1].published)
    store[1].published.unlink()
    put_out(store)
    assert carried_or_whole == held_in(store[1].published)
    assert sorted(path.name for path in store[1].published.parent.iterdir()) == ["finance.duckdb"]


def test_a_full_disk_is_told_as_one_and_nothing_is_left_on_it(store: Store) -> None:
    places = store[1]
    put_out(store)
    before = places.published.read_bytes()
    with files_of_at_most(len(before) // 2), pytest.raises(DiskFull, match="could not be written"):
        publish(*store)
    assert [path.name for path in places.published.parent.iterdir()] == ["finance.duckdb"]
    assert places.published.read_bytes() == before
    assert put_out(store).is_carried


def test_no_published_table_of_cases_is_left_out_of_what_a_judgement_notes() -> None:
    assert set(PUBLISHED) & set(CASES) <= set(READ_ON)


def test_a_file_that_is_carried_on_night_after_night_stays_level(store: Store) -> None:
    connection, places = store
    put_out(store)
    sizes = []
    for _ in range(12):
        compute(connection, [*CHANGES["a row that changed"], *CHANGES["rows of a case"]])
        assert put_out(store).is_carried
        sizes.append(places.published.stat().st_size)
    assert max(sizes[6:]) <= max(sizes[:6])
