"""Money that a case loses cannot hide: the residual of its date shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pipelines.warehouse.queries import materialise

RANDOM_BOOKS = (0, 1)


def residuals(book: Any) -> list[tuple[Any, ...]]:
    """The residual lines that are not zero in amount and rows."""
    found: list[tuple[Any, ...]] = book.execute(
        "select business_date, currency, amount, rows from reconciled.proof "
        "where line = 'unexplained_residual' and (amount <> 0 or rows <> 0)"
    ).fetchall()
    return found


@pytest.mark.parametrize("place", RANDOM_BOOKS)
@pytest.mark.parametrize("side", ["order_id", "transaction_id"])
def test_whichever_party_is_lost_from_the_matches_the_residual_is_not_zero(
    place: int, side: str, books: Sequence[Any], tamper: Any
) -> None:
    book = books[place]
    assert residuals(book) == []
    parties = [
        row[0]
        for row in book.execute(
            f"select distinct {side} from reconciled.matches where {side} is not null order by 1"
        ).fetchall()
    ]
    silent = []
    for party in parties:
        with tamper(book, f"delete from reconciled.matches where {side} = '{party}'"):
            materialise(book, "reconciled.proof_of_money")
            materialise(book, "reconciled.proof")
            if not residuals(book):
                silent.append(party)
    assert parties
    assert silent == []


@pytest.mark.parametrize("place", RANDOM_BOOKS)
def test_a_difference_without_a_code_or_timing_status_is_unexplained(
    place: int, books: Sequence[Any], tamper: Any
) -> None:
    book = books[place]
    silenced = (
        "update reconciled.case_statuses set explaining_code = null, timing_status = null "
        "where explaining_code is not null or timing_status is not null"
    )
    with tamper(book, silenced) as touched:
        assert touched
        materialise(book, "reconciled.proof_of_money")
        materialise(book, "reconciled.proof")
        assert residuals(book)
