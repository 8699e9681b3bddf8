"""Books that are judged once a session: random worlds on their first night and on a later one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import duckdb
import pytest
from oracle.engine import judge
from oracle.world import World
from oracle.worlds import make_world, random_billed_world, random_world
from sql.received import append_all

from pipelines.partitions import DateRange
from pipelines.policy import Policy
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.closing import Run, close
from pipelines.warehouse.queries import build_stage, materialise, script

SEEDS = range(6)
SEEDS_OF_LATER_NIGHTS = (0, 4)
SEEDS_WITH_BILLS = (3, 5)

Book = duckdb.DuckDBPyConnection
Tamper = Callable[[Book, str], AbstractContextManager[int]]


class Books(Sequence[Book]):
    """Books by place, each judged when it is first asked for: most files ask for one of them."""

    def __init__(self, makers: Sequence[Callable[[], Book]]) -> None:
        self._makers = makers
        self.made: dict[int, Book] = {}

    def __len__(self) -> int:
        return len(self._makers)

    def __getitem__(self, place: int) -> Book:
        place = range(len(self))[place]
        if place not in self.made:
            self.made[place] = self._makers[place]()
        return self.made[place]


@pytest.fixture(scope="session")
def books() -> Iterator[Books]:
    """Random books, some judged again later, some with bills; an empty one, and one of streams."""
    books = Books(
        [
            *(partial(judged_book, random_world(seed)) for seed in SEEDS),
            *(partial(later_book, random_world(seed)) for seed in SEEDS_OF_LATER_NIGHTS),
            *(partial(judged_book, random_billed_world(seed)) for seed in SEEDS_WITH_BILLS),
            partial(judged_book, make_world()),
            book_of_streams,
        ]
    )
    yield books
    for book in books.made.values():
        book.close()


@pytest.fixture
def blank() -> Iterator[Book]:
    """A database in memory with the settings and macros of every connection, and no tables."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(script("macros"))
    yield connection
    connection.close()


@contextmanager
def tampered(book: Book, tampering: str) -> Iterator[int]:
    """The book while a tampering holds, and the number of rows it touched; undone afterwards."""
    book.execute("begin")
    try:
        rows = book.execute(tampering).fetchall()
        yield int(rows[0][0]) if rows else 0
    finally:
        book.execute("rollback")


@pytest.fixture(scope="session")
def tamper() -> Tamper:
    """The maker of tamperings, as tests get it."""
    return tampered


def judged_book(world: World) -> Book:
    """A world judged to the marts; its one order export says truly how many rows it held."""
    return finished(judge(world))


def book_of_streams() -> Book:
    """No payments and no orders, but rows of every other stream."""
    book = judge(make_world())
    append_all(book)
    build_stage(book, "validated")
    build_stage(book, "reconciled")
    return finished(book)


def finished(book: Book) -> Book:
    """A judged book taken on to the marts."""
    book.execute(
        "update ops.files set rows_received = (select count(*) from raw.orders) "
        "+ (select count(*) from validated.quarantine where stream = 'orders')"
    )
    materialise(book, "reconciled.proof_of_rows")
    materialise(book, "reconciled.proof")
    build_stage(book, "marts")
    return book


def later_book(world: World) -> Book:
    """The same book closed, changed on both sides and by people, and judged three days later."""
    book = judged_book(world)
    zone = ZoneInfo(world.timezone)
    day = world.local_date(world.as_of - timedelta(seconds=1))
    close(
        book,
        Run("night", "nightly", DateRange(day, day), world.as_of, world.as_of),
    )
    later = world.as_of + timedelta(days=3)
    for change in CHANGES:
        book.execute(change, {"as_of": later} if "$as_of" in change else None)
    write_basis(book, Policy(), as_of=later, zone=zone)
    for stage in ("validated", "reconciled", "marts"):
        build_stage(book, stage)
    return book


CHANGES = (
    # Every third order says something else in a second export.
    """
    insert into ops.files by name
    select
        'f1' as file_digest, 'orders_2.csv' as name, layout, state, reason,
        exported_date + 1 as exported_date, 2::bigint as arrival,
        (select count(*) from raw.orders where source_row % 3 = 0) as rows_received,
        0::bigint as rows_accepted, 0::bigint as rows_repeated, 0::bigint as rows_quarantined,
        $as_of::timestamptz as recorded_from, run_id, seen_at
    from ops.files
    """,
    """
    insert into raw.orders by name
    select * replace (
        'f1' as file_digest,
        $as_of::timestamptz as recorded_from,
        case status when 'paid' then 'cancelled' else 'paid' end as status
    )
    from raw.orders
    where source_row % 3 = 0
    """,
    # Every second transaction has a newer version: it completed, or it was refunded.
    """
    insert into raw.transactions by name
    select * replace (
        arrival + 10000 as arrival,
        content_digest || 'b' as content_digest,
        $as_of::timestamptz as recorded_from,
        case status when 'COMPLETED' then 'REFUNDED' else 'COMPLETED' end as status
    )
    from raw.transactions
    where arrival % 2 = 0
    qualify row_number() over (partition by transaction_id order by arrival desc) = 1
    """,
    # People worked on the breaks.
    """
    update reconciled.closed_breaks set state = case ascii(right(break_id, 1)) % 4
        when 0 then 'assigned' when 1 then 'waiting' when 2 then 'written_off' else 'resolved'
    end
    where ascii(right(break_id, 1)) % 2 = 0
    """,
)
