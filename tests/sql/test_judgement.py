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


@pytest.mark.parametrize(
    ("judged", "found"),
    [
        ("update reconciled.judged set is_whole = true", True),
        ("update reconciled.judged set is_whole = false", False),
        (
            "update reconciled.judged set is_whole = false; insert into reconciled.rejudged "
            "select 'order_id', min(order_id) from reconciled.matches",
            True,
        ),
    ],
    ids=["the whole book was judged", "another row was judged", "the row was judged"],
)
def test_claims_about_matches_are_asked_of_the_rows_judged_anew(
    books: Sequence[Any], tamper: Tamper, judged: str, *, found: bool
) -> None:
    twice = (
        "insert into reconciled.matches select * from reconciled.matches "
        "where order_id = (select min(order_id) from reconciled.matches)"
    )
    with tamper(books[0], twice) as rows:
        assert rows > 0
        books[0].execute("delete from reconciled.rejudged")
        books[0].execute(judged)
        broken = {claim.name for claim in claims_on(books[0], "reconciled") if claim.offenders}
        assert ("reconciled.matches.a_pair_is_listed_once" in broken) is found


@pytest.mark.parametrize("is_renewed", [True, False])
def test_claims_about_validated_rows_are_asked_of_those_computed_anew(
    books: Sequence[Any], tamper: Tamper, *, is_renewed: bool
) -> None:
    twice = (
        "insert into validated.orders select * from validated.orders "
        "where order_id = (select min(order_id) from validated.orders)"
    )
    with tamper(books[0], twice) as rows:
        assert rows > 0
        books[0].execute("delete from validated.built")
        books[0].execute("insert into validated.built values ('r', 'UTC', 0, false)")
        books[0].execute("delete from validated.renewed")
        if is_renewed:
            books[0].execute(
                "insert into validated.renewed "
                "select 'order_id', min(order_id) from validated.orders"
            )
        broken = {claim.name for claim in claims_on(books[0], "validated") if claim.offenders}
        assert ("validated.orders.ids_are_unique" in broken) is is_renewed
