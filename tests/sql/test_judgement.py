"""When the whole book is judged again, and that otherwise only what was touched is.

A row that belongs to no case tells the two apart: judging the whole book replaces every table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest

from pipelines.night.judge import claims_on
from pipelines.warehouse.judgement import judge_book, reason_for_whole
from pipelines.warehouse.queries import script
from pipelines.warehouse.renewal import renew_validated

Tamper = Callable[[Any, str], AbstractContextManager[int]]
STRAY = "insert into reconciled.refunds_due values ('stray', 1, 'belongs to no case')"
FRESH = "update reconciled.judged set transactions_arrival = 0"
SWEPT = (
    "insert into ops.sweeps select 'r', 'transactions', as_of, as_of, as_of, true, 0, 0, 0, 0, [] "
    "from reconciled.basis"
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("delete from reconciled.judged", "nothing was judged before"),
        ("update reconciled.basis set rule_version = 'other'", "the rules changed"),
        ("update reconciled.basis set policy_version = 'other'", "the policy changed"),
        ("update reconciled.basis set timezone = 'Asia/Tokyo'", "the time zone changed"),
        ("update reconciled.basis set first_date = first_date - 1", "the first date changed"),
        (
            "update reconciled.basis set as_of = as_of - to_hours(1)",
            "the as-of lies before the last judgement",
        ),
        ("update reconciled.judged set calendars = '0'", "the calendars of holidays changed"),
        (SWEPT, "the gateway was swept"),
        (
            "update validated.minor_units set minor_units = minor_units + 1",
            "the minor units of a currency changed",
        ),
    ],
)
def test_what_a_judgement_rests_on_has_the_whole_book_judged_again_when_it_changes(
    books: Sequence[Any], tamper: Tamper, change: str, reason: str
) -> None:
    book = books[0]
    assert reason_for_whole(book) is None
    with tamper(book, change) as rows:
        assert rows > 0
        assert reason_for_whole(book) == reason
        assert not _keeps_a_stray(book)


@pytest.mark.parametrize(
    ("change", "whole", "keeps"),
    [
        ("select 1", None, True),
        ("select 1", True, False),
        (FRESH, None, False),
        (FRESH, False, True),
    ],
    ids=["nothing touched", "asked for", "most touched", "most touched, parts asked for"],
)
def test_a_case_that_nothing_touched_is_left_alone(
    books: Sequence[Any], tamper: Tamper, change: str, *, whole: bool | None, keeps: bool
) -> None:
    book = books[0]
    with tamper(book, change):
        assert _keeps_a_stray(book, whole=whole) is keeps


def _keeps_a_stray(book: Any, *, whole: bool | None = None) -> bool:
    book.execute(STRAY)
    judge_book(book, whole=whole)
    query = "select count(*) from reconciled.refunds_due where transaction_id = 'stray'"
    return bool(book.execute(query).fetchall()[0][0])


TWICE = (
    "insert into {table} select * from {table} where order_id = (select min(order_id) from {table})"
)
UNASKED = {
    "every row": "insert into ops.unasked values ('{stage}', null, null)",
    "another row": "insert into ops.unasked values ('{stage}', 'order_id', 'another')",
    "the row": "insert into ops.unasked select '{stage}', 'order_id', min(order_id) from {table}",
}


@pytest.mark.parametrize(
    ("table", "claim"),
    [
        ("reconciled.matches", "reconciled.matches.a_pair_is_listed_once"),
        ("validated.orders", "validated.orders.ids_are_unique"),
    ],
)
@pytest.mark.parametrize("unasked", UNASKED)
def test_claims_are_asked_of_rows_computed_since_until_they_hold(
    books: Sequence[Any], tamper: Tamper, table: str, claim: str, unasked: str
) -> None:
    book, stage = books[0], table.partition(".")[0]
    with tamper(book, TWICE.format(table=table)) as rows:
        assert rows > 0
        book.execute("delete from ops.unasked")
        book.execute(script("renewed/note_built"))
        book.execute(UNASKED[unasked].format(stage=stage, table=table))
        for _ in range(2):
            broken = {one.name for one in claims_on(book, stage) if one.offenders}
            assert (claim in broken) is (unasked != "another row")
            book.execute("update reconciled.basis set as_of = as_of + to_seconds(1)")
            (renew_validated if stage == "validated" else judge_book)(book, whole=False)
        assert claims_on(book, stage, whole=True) != []


def test_what_was_asked_and_held_is_not_asked_again(books: Sequence[Any], tamper: Tamper) -> None:
    with tamper(books[0], UNASKED["every row"].format(stage="validated")):
        claims_on(books[0], "validated")
        assert books[0].execute("from ops.unasked where stage = 'validated'").fetchall() == []
