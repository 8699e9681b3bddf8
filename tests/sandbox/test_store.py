"""The store finds rows as of an instant, undoes turns, and keeps live rows in a state file."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox.conftest import START

from pipelines.sandbox.asking import ListQuery
from pipelines.sandbox.ledger import Ledger
from pipelines.sandbox.plan import SandboxPlan
from pipelines.sandbox.store import FORMAT, SessionAt, Store, TransactionAt, open_state

PLAN = SandboxPlan(start=START, days=1, orders_per_day=1)
OLDEST_FIRST = ListQuery(
    page=1, limit=5, status=None, since=None, until=None, by_update=False, descending=False
)


def fill(store: Store) -> Store:
    """Two transactions of one session; the second is created later."""
    store.create()
    store.set("plan", PLAN.as_text())
    store.set("format", FORMAT)
    store.add_transactions(
        [(1, "T1", "RS-1", 10, "cs_1", b"head 1"), (2, "T2", "RS-2", 50, "cs_1", b"head 2")]
    )
    store.add_transaction_versions(
        [(1, 10, "PENDING", b"a"), (1, 30, "COMPLETED", b"b"), (2, 50, "PENDING", b"c")]
    )
    store.add_sessions([(1, "cs_1", 5, b"head")])
    store.add_session_versions([(1, 5, b"a"), (1, 30, b"b")])
    store.finish()
    return store


@pytest.fixture(params=["temporary", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    file = tmp_path / "book.sqlite" if request.param == "file" else None
    opened = fill(Store(file))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (9, None),
        (10, TransactionAt(1, 10, b"head 1", b"a", 10, "PENDING")),
        (29, TransactionAt(1, 10, b"head 1", b"a", 10, "PENDING")),
        (30, TransactionAt(1, 10, b"head 1", b"b", 30, "COMPLETED")),
    ],
)
def test_a_transaction_is_found_by_id_and_by_reference_as_of_an_instant(store, at, expected):
    assert store.transaction_version("T1", at) == expected
    assert store.transaction_by_reference("RS-1", at) == expected
    assert store.transaction_by_reference("RS-3", at) is None


def test_a_session_is_found_as_of_an_instant(store):
    assert store.session_version("cs_1", 4) is None
    assert store.session_version("cs_1", 29) == SessionAt(1, 5, b"head", b"a")
    assert store.session_version("cs_1", 30) == SessionAt(1, 5, b"head", b"b")


def test_a_new_version_replaces_that_of_its_instant_and_all_later_ones(store):
    store.put_transaction_version(1, 20, "FAILED", b"x")
    store.put_transaction_version(1, 20, "EXPIRED", b"y")
    assert store.transaction_by_id("T1", 1_000) == (b"head 1", b"y")
    assert [version.seq for version in store.versions_between(20, 1_000)] == [2]
    store.put_session_version(1, 5, b"z")
    assert store.session("cs_1", 1_000) == (b"head", b"z")


def test_a_new_head_holds_for_all_versions(store):
    store.put_transaction_head(1, b"new")
    store.put_session_head(1, b"new too")
    assert store.transaction_by_id("T1", 10) == (b"new", b"a")
    assert store.session("cs_1", 1_000) == (b"new too", b"b")


def test_the_rows_of_a_session_stand_in_the_order_of_creation(store):
    store.add_transactions([(3, "T3", "RS-3", 40, "cs_1", b"head 3")])
    store.put_transaction_version(3, 40, "PENDING", b"d")
    assert [head for head, _ in store.transactions_of_session("cs_1", 60)] == [
        b"head 1",
        b"head 3",
        b"head 2",
    ]
    assert store.last_transaction() == 3


def contents(store: Store) -> list[str]:
    return list(store.connection.iterdump())


def test_an_undone_turn_leaves_everything_as_it_was(store):
    before = contents(store)
    store.begin()
    store.add_transactions([(3, "T3", "RS-3", 40, None, b"head")])
    store.put_transaction_version(1, 20, "FAILED", b"x" * 100_000)
    store.put_session_head(1, b"other")
    store.set("clock", "20")
    with pytest.raises(sqlite3.IntegrityError):
        store.add_transactions([(4, "T3", "RS-4", 40, None, b"head")])
    store.rollback()
    store.rollback()
    assert contents(store) == before


def test_a_committed_turn_stays_although_the_next_one_is_undone(store):
    store.begin()
    store.set("clock", "20")
    store.commit()
    store.begin()
    store.set("clock", "30")
    store.rollback()
    assert store.setting("clock") == "20"


@pytest.mark.parametrize(
    ("clock", "expected"),
    [(35, [b"head 1"]), (45, [b"head 1", b"live"]), (60, [b"head 1", b"live", b"head 2"])],
)
def test_a_state_file_gives_live_rows_in_the_order_of_creation(tmp_path, clock, expected):
    file = tmp_path / "book.sqlite"
    written = fill(Store(file))
    written.add_transactions([(3, "T3", "RS-3", 40, None, b"live")])
    written.put_transaction_version(3, 40, "PENDING", b"d")
    written.close()
    store = open_state(file, PLAN)
    assert [head for head, _ in Ledger(store, clock).page(OLDEST_FIRST)[1]] == expected
    store.close()
