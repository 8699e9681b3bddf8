"""Which version of a row counts: the newest by (updated_at, arrival), whoever answers last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from oracle.engine import judge
from oracle.makers import AS_OF, make_transaction, make_world
from sql.conftest import Book

from pipelines.policy import Policy
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.facts import EmailDigests
from pipelines.warehouse.queries import SCHEMA, materialise, offenders, run_scripts, text_of
from pipelines.warehouse.staging import Staging, Taken

NOON = "2026-03-01T12:00:00Z"
LATER = "2026-03-01T13:00:00Z"
Night = Callable[..., Taken]


@pytest.fixture
def book(blank: Book) -> Book:
    """A book that has received nothing."""
    run_scripts(blank, SCHEMA)
    return blank


@pytest.fixture
def night(book: Book, tmp_path: Path) -> Night:
    """The next night: it is answered these (status, updated_at) of one transaction."""
    digests = EmailDigests(tmp_path / "email.key", may_create=True)
    as_ofs = iter(datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=count) for count in range(9))

    def receive(*answers: tuple[str, str | None], key: str | None = "t") -> Taken:
        as_of = next(as_ofs)
        rows: list[dict[str, str | None]] = [
            {
                "transaction_id": key,
                "status": status,
                "updated_at": updated_at,
                "created_at": NOON,
                "customer_email": None,
                "source": f"{as_of:%d}#{number}",
                "fetched_at": as_of.isoformat(),
            }
            for number, (status, updated_at) in enumerate(answers, 1)
        ]
        staging = Staging(book, "transactions", key="transaction_id", digests=digests)
        staging.take(rows)
        taken = staging.append(as_of=as_of, run_id=f"night of {as_of:%d}")
        write_basis(book, Policy(), as_of=as_of, zone=ZoneInfo("UTC"))
        for table in ("validated.transactions_history", "validated.transactions"):
            materialise(book, table)
        return taken

    return receive


def versions(book: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Status, first and last day known, and whether it came too late, oldest version first."""
    assert not offenders(book, "validated.transactions_history.intervals_follow_each_other")
    assert not offenders(book, "validated.transactions.current_row_is_the_newest_version")
    return book.execute(
        "select status, day(recorded_from), day(recorded_to), is_outdated "
        "from validated.transactions_history order by version"
    ).fetchall()


def test_an_older_answer_is_kept_once_and_never_becomes_the_current_one(
    book: Book, night: Night
) -> None:
    assert night(("COMPLETED", LATER)) == Taken(new=1, changed=0)
    assert night(("PENDING", NOON)) == Taken(new=0, changed=0, outdated=1)
    assert night(("PENDING", NOON)) == Taken(new=0, changed=0)
    assert night(("PENDING", NOON), ("COMPLETED", LATER)) == Taken(new=0, changed=0)
    assert versions(book) == [("PENDING", 3, 3, True), ("COMPLETED", 2, None, False)]


def test_an_answer_that_was_current_once_is_no_news_when_it_comes_again(
    book: Book, night: Night
) -> None:
    for answer in [("PENDING", NOON), ("COMPLETED", LATER), ("PENDING", NOON)]:
        taken = night(answer)
    assert taken == Taken(new=0, changed=0)
    assert versions(book) == [("PENDING", 2, 3, False), ("COMPLETED", 3, None, False)]


def test_an_older_answer_between_two_versions_takes_its_place_between_them(
    book: Book, night: Night
) -> None:
    for updated_at in ("10", "14", "12", "16"):
        night((f"AT {updated_at}", f"2026-03-01T{updated_at}:00:00Z"))
    assert versions(book) == [
        ("AT 10", 2, 3, False),
        ("AT 12", 4, 4, True),
        ("AT 14", 3, 5, False),
        ("AT 16", 5, None, False),
    ]


@pytest.mark.parametrize("updated_at", [NOON, None])
def test_of_versions_that_no_instant_orders_the_later_arrival_counts(
    book: Book, night: Night, updated_at: str | None
) -> None:
    for status in ("PENDING", "COMPLETED", "PENDING"):
        taken = night((status, updated_at))
    assert taken == Taken(new=0, changed=1)
    assert [row[0] for row in versions(book)] == ["PENDING", "COMPLETED", "PENDING"]


@pytest.mark.parametrize("updated_at", [None, "2099-01-01T00:00:00Z"])
def test_an_instant_that_cannot_be_does_not_hold_off_what_comes_after_it(
    book: Book, night: Night, updated_at: str | None
) -> None:
    night(("PENDING", NOON))
    night(("UNDERPAID", updated_at))
    assert night(("PENDING", "2026-03-01T11:00:00Z")).outdated == 1
    night(("COMPLETED", LATER))
    assert versions(book) == [
        ("PENDING", 4, 4, True),
        ("PENDING", 2, 3, False),
        ("UNDERPAID", 3, 5, False),
        ("COMPLETED", 5, None, False),
    ]


def test_a_row_without_an_id_is_kept_once(book: Book, night: Night) -> None:
    assert night(("PENDING", NOON), key=None) == Taken(new=1, changed=0)
    assert night(("PENDING", NOON), key=None) == Taken(new=0, changed=0)
    assert night(("FAILED", NOON), ("FAILED", NOON), key=None) == Taken(new=1, changed=0)
    assert book.execute("select count(*) from raw.transactions").fetchall() == [(2,)]


@pytest.mark.parametrize(("order", "is_late", "mends"), [((0, 1), True, 1), ((1, 0), False, 0)])
def test_an_outdated_answer_makes_no_payment_late_and_mends_no_refused_row(
    order: tuple[int, int], is_late: bool, mends: int
) -> None:
    expires_at = AS_OF - timedelta(days=1)
    unpaid, paid = (
        make_transaction(
            crypto_received=received,
            updated_at=expires_at - timedelta(hours=hours),
            expires_at=expires_at,
        )
        for received, hours in (("0", 2), ("10", 1))
    )
    with judge(make_world((), [(unpaid, paid)[place] for place in order])) as book:
        book.execute("update raw.transactions set ranked_at = updated_at::timestamptz")
        for table in ("validated.transactions_history", "reconciled.transaction_facts"):
            materialise(book, table)
        late = book.execute("select is_late from reconciled.transaction_facts").fetchall()
        book.execute(
            "insert into validated.quarantine "
            "values ('transactions', 's', 'd', 1, 'T1', 'planted', [], now())"
        )
        mended = book.execute(text_of("reconciled.mended_rows")).fetchall()
    assert (late, len(mended)) == ([(is_late,)], mends)
