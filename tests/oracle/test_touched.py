"""A night that computes only what was touched leaves the tables that computing all leaves."""

from __future__ import annotations

import duckdb
import pytest
from oracle.nights import arriving
from oracle.omissions import OMISSIONS, Omission
from oracle.otherwise import disputed, left_out
from oracle.world import World
from oracle.worlds import crowded_world

from pipelines.warehouse.carried import carried_tables, replace_rows
from pipelines.warehouse.digests import keep_sum, kept_sum, quick_sums
from pipelines.warehouse.judgement import judge_book, reason_for_whole
from pipelines.warehouse.publication import PUBLISHED, sum_of_table, sums_kept
from pipelines.warehouse.queries import columns_of

NIGHTS = 4


@pytest.mark.seeds(small=1, full=100)
def test_touched_cases_judged_anew_are_as_if_all_were(seed: int) -> None:
    assert differences(crowded_world(seed), seed) == {}


@pytest.mark.counts(small=1, full=len(OMISSIONS))
def test_every_omission_is_noticed(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    tried = OMISSIONS[:: len(OMISSIONS) // count]
    assert [omission for omission in tried if not is_noticed(omission, monkeypatch)] == []


def is_noticed(omission: Omission, patch: pytest.MonkeyPatch) -> bool:
    """Whether a book that arrives over nights reads otherwise than judged whole."""
    with left_out(omission, patch):
        return differences(crowded_world(omission.seed), omission.seed) != {}


def differences(world: World, seed: int) -> dict[str, list[str]]:
    """By night and table: the rows that only one of the two judgements has."""
    book = arriving(world, seed)
    found = {}
    for number, _ in enumerate(book.nights(NIGHTS), start=1):
        assert number == 1 or reason_for_whole(book.store) is None
        judge_book(book.store, whole=False)
        astray = _sums_astray(book.store, is_first=number == 1)
        found |= {f"night {number}, kept sums": rows for rows in astray}
        stale = _stale_for_readers(book.store, is_first=number == 1)
        found |= {f"night {number}, carried on": [name] for name in stale}
        if number > 1:
            found |= {f"night {number}, {name}": rows for name, rows in disputed(book.store)}
    return found


def _sums_astray(store: duckdb.DuckDBPyConnection, *, is_first: bool) -> list[list[str]]:
    """The sums that are not those of their tables, or were not kept; the first night's are kept."""
    astray = []
    for table in sorted(sums_kept()):
        added = sum_of_table(store, table)
        kept = kept_sum(store, table)
        if is_first:
            keep_sum(store, table, added)
        elif kept != added:
            astray.append([f"{table}: kept {kept}, added up {added}"])
    return astray


def _stale_for_readers(store: duckdb.DuckDBPyConnection, *, is_first: bool) -> list[str]:
    """Tables that read otherwise when only their changed rows are published each night."""
    tables = {table: columns_of(store, table) for table in set(PUBLISHED) & set(carried_tables())}
    if is_first:
        store.execute("attach ':memory:' as readers")
        for table in tables:
            store.execute(f"create schema if not exists readers.{table.partition('.')[0]}")
            store.execute(f"create table readers.{table} as from {table}")
    else:
        for table, columns in tables.items():
            replace_rows(store, table, columns, file="readers")
    store.execute("delete from ops.unpublished")
    meant = quick_sums(store, tables)
    there = quick_sums(store, {f"readers.{table}": names for table, names in tables.items()})
    return sorted(table for table, found in meant.items() if there[f"readers.{table}"] != found)
