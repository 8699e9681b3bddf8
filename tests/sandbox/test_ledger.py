"""The ledger gives the pages that a plain list of rows would give, whatever happened before."""

from dataclasses import dataclass, field
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from pipelines.sandbox.asking import ListQuery
from pipelines.sandbox.ledger import Ledger
from pipelines.sandbox.store import Store

STATUSES = st.sampled_from(("PENDING", "COMPLETED", "EXPIRED"))
STEPS = st.integers(0, 4)
INSTANTS = st.none() | st.integers(0, 25)
PLANNED = st.lists(
    st.tuples(st.integers(0, 20), STATUSES, st.dictionaries(st.integers(1, 9), STATUSES)),
    max_size=8,
)
QUERIES = st.builds(
    ListQuery,
    page=st.integers(1, 3),
    limit=st.integers(1, 5),
    status=st.none() | STATUSES,
    since=INSTANTS,
    until=INSTANTS,
    by_update=st.booleans(),
    descending=st.booleans(),
)


@dataclass
class Row:
    """A transaction of the model: its versions by the instant they hold from."""

    seq: int
    created_at: int
    versions: dict[int, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """An id whose order is not that of creation."""
        return f"TXN-{self.seq * 7919 % 10_007:05}"

    def version(self, at: int) -> int:
        """The instant that the version in force holds from."""
        return max(instant for instant in self.versions if instant <= at)


def page(rows: list[Row], query: ListQuery, at: int) -> tuple[int, list[tuple[bytes, bytes]]]:
    """What the list answers, said plainly."""
    found = [
        row
        for row in rows
        if row.created_at <= at
        and (query.since is None or row.created_at >= query.since)
        and (query.until is None or row.created_at < query.until)
        and query.status in (None, row.versions[row.version(at)])
    ]
    if query.by_update:
        found.sort(key=lambda row: (row.version(at), row.id), reverse=query.descending)
    else:
        found.sort(key=lambda row: (row.created_at, row.seq), reverse=query.descending)
    first = (query.page - 1) * query.limit
    shown = found[first : first + query.limit]
    return len(found), [(row.id.encode(), b"%d" % row.version(at)) for row in shown]


class LedgerMachine(RuleBasedStateMachine):
    """Book rows with a future, then calls, the clock, undone turns and reopened stores."""

    @initialize(planned=PLANNED)
    def fill(self, planned: list[tuple[int, str, dict[int, str]]]) -> None:
        self.store, self.rows, self.instant = Store(), [], 0
        self.store.create()
        for created_at, status, later in sorted(planned, key=lambda each: each[0]):
            row = self.insert(created_at, status)
            for delay, next_status in later.items():
                row.versions[created_at + delay] = next_status
                self.store.add_transaction_versions(
                    [(row.seq, created_at + delay, next_status, b"%d" % (created_at + delay))]
                )
        self.store.finish()
        self.ledger = Ledger(self.store, self.instant)

    def teardown(self) -> None:
        self.store.close()

    def insert(self, created_at: int, status: str) -> Row:
        row = Row(self.store.last_transaction() + 1, created_at, {created_at: status})
        self.store.add_transactions(
            [(row.seq, row.id, f"RS-{row.seq}", created_at, None, row.id.encode())]
        )
        self.store.add_transaction_versions([(row.seq, created_at, status, b"%d" % created_at)])
        self.rows.append(row)
        return row

    @rule(step=STEPS)
    def time_passes(self, step: int) -> None:
        """The ledger hears of it with the next query, as when several things fall due at once."""
        self.instant += step

    @rule(status=STATUSES)
    def add(self, status: str) -> None:
        row = self.insert(self.instant, status)
        self.ledger.add(row.seq, self.instant, status, valid_from=self.instant)

    @rule(data=st.data(), status=STATUSES)
    def change(self, data: st.DataObject, status: str) -> None:
        there = [row for row in self.rows if row.created_at <= self.instant]
        if there:
            row = data.draw(st.sampled_from(there))
            kept = {at: known for at, known in row.versions.items() if at < self.instant}
            row.versions = {**kept, self.instant: status}
            tail = b"%d" % self.instant
            self.store.put_transaction_version(row.seq, self.instant, status, tail)
            self.ledger.change(row.seq, status, valid_from=self.instant)

    @rule(data=st.data(), status=STATUSES, changes_more=st.booleans())
    def a_turn_is_undone(self, data: st.DataObject, status: str, changes_more: bool) -> None:
        rows = [Row(row.seq, row.created_at, row.versions) for row in self.rows]
        self.store.begin()
        self.add(status)
        if changes_more:
            self.change(data, status)
        self.store.rollback()
        self.ledger.reload()
        self.rows = rows

    @rule()
    def opened_again(self) -> None:
        self.ledger = Ledger(self.store, self.instant)

    @rule(queries=st.lists(QUERIES, min_size=1, max_size=4))
    def ask(self, queries: list[ListQuery]) -> None:
        self.ledger.move(self.instant)
        for query in queries:
            assert self.ledger.page(query) == page(self.rows, query, self.instant)

    @rule(query=QUERIES, earlier=STEPS)
    def asked_at_an_earlier_clock(self, query: ListQuery, earlier: int) -> None:
        at = max(0, self.instant - earlier)
        assert Ledger(self.store, at).page(query) == page(self.rows, query, at)


def test_any_history_gives_the_pages_of_a_plain_list():
    LedgerMachine.TestCase.settings = settings(
        max_examples=60,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    LedgerMachine.TestCase("runTest").runTest()


def filled(count: int) -> Store:
    """Rows created at 1, 2, 3 and so on, each completed ten later."""
    store = Store()
    store.create()
    numbers = range(1, count + 1)
    store.add_transactions([(n, f"T{n}", f"R{n}", n, None, b"%d" % n) for n in numbers])
    store.add_transaction_versions([(n, n, "PENDING", b"pending") for n in numbers])
    store.add_transaction_versions([(n, n + 10, "COMPLETED", b"completed") for n in numbers])
    store.finish()
    return store


QUERY = partial(ListQuery, page=1, limit=5, since=None, until=None)


def test_a_live_change_ends_what_the_book_had_planned_for_that_row():
    store = filled(1)
    ledger = Ledger(store, 5)
    store.put_transaction_version(1, 5, "CANCELLED", b"cancelled")
    ledger.change(1, "CANCELLED", valid_from=5)
    ledger.move(1_000)
    query = QUERY(status="CANCELLED", by_update=False, descending=True)
    assert ledger.page(query) == (1, [(b"1", b"cancelled")])
    store.close()


def test_a_row_added_between_planned_ones_is_listed_at_its_own_instant():
    store = filled(4)
    ledger = Ledger(store, 2)
    store.add_transactions([(5, "T5", "R5", 2, None, b"live")])
    store.put_transaction_version(5, 2, "PENDING", b"pending")
    ledger.add(5, 2, "PENDING", valid_from=2)
    ledger.move(4)
    _, rows = ledger.page(QUERY(status=None, by_update=False, descending=False))
    assert [head for head, _ in rows] == [b"1", b"2", b"live", b"3", b"4"]
    store.close()
