"""Groups against a union-find in plain Python: whatever hangs together bears its least member."""

from __future__ import annotations

import random
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.warehouse.queries import materialise

COLUMNS = {
    "links": ("order_id", "transaction_id"),
    "candidates": ("order_id", "transaction_id"),
    "bill_links": ("order_id", "kind", "id"),
}
NAMES = st.sampled_from("abcdefghijkl")
PAIRS = st.frozensets(st.tuples(NAMES, NAMES), max_size=12)
BILLS = st.frozensets(
    st.tuples(NAMES, st.sampled_from(["invoice", "transaction"]), NAMES), max_size=6
)

Rows = frozenset[tuple[str, ...]]


@pytest.fixture(scope="module")
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database with the schema that groups are computed in."""
    with duckdb.connect() as connection:
        connection.execute("create schema reconciled")
        yield connection


def groups(store: duckdb.DuckDBPyConnection, **rows: Rows) -> dict[str, str]:
    for table, names in COLUMNS.items():
        columns = zip(*sorted(rows.get(table, frozenset())), strict=True)
        held = dict(zip(names, map(list, columns), strict=False)) or {name: [] for name in names}
        made = pa.table({name: pa.array(held[name], pa.string()) for name in names})
        store.register("made", made)
        store.execute(f"create or replace table reconciled.{table} as from made")
    materialise(store, "reconciled.groups")
    found = store.execute("select member, label from reconciled.groups").fetchall()
    assert len(found) == len(dict(found))
    return dict(found)


def united(*, links: Rows, candidates: Rows, bill_links: Rows) -> dict[str, str]:
    """The least member of each member's group, by following parents."""
    parents: dict[str, str] = {}

    def root(member: str) -> str:
        parents.setdefault(member, member)
        while parents[member] != member:
            parents[member] = parents[parents[member]]
            member = parents[member]
        return member

    pairs = [(order, "transaction", paid) for order, paid in links | candidates]
    for order, kind, other in [*pairs, *bill_links]:
        least, most = sorted((root(f"order:{order}"), root(f"{kind}:{other}")))
        parents[most] = least
    return {member: root(member) for member in list(parents)}


@settings(max_examples=100, deadline=None)
@given(links=PAIRS, candidates=PAIRS, bill_links=BILLS)
def test_what_hangs_together_bears_its_least_member(
    store: duckdb.DuckDBPyConnection, links: Rows, candidates: Rows, bill_links: Rows
) -> None:
    rows = {"links": links, "candidates": candidates, "bill_links": bill_links}
    assert groups(store, **rows) == united(**rows)


@pytest.mark.parametrize("is_in_order", [True, False])
def test_a_chain_of_forty_thousand_is_one_group(
    store: duckdb.DuckDBPyConnection, *, is_in_order: bool
) -> None:
    # Orders of one price, each paid so soon after the one before that both could be meant. Labels
    # that go from neighbour to neighbour take forty thousand rounds, and minutes for a tenth of it.
    names = [f"{number:05}" for number in range(20_000)]
    if not is_in_order:
        random.Random(1).shuffle(names)
    chain = zip([*names, *names[1:]], [*names, *names[:-1]], strict=True)

    found = groups(store, candidates=frozenset(chain))

    assert len(found) == 40_000
    assert set(found.values()) == {"order:00000"}
