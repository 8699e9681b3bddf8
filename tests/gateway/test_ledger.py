"""What a walk remembers of a row: enough to know it again, and little enough for a million."""

from __future__ import annotations

import tracemalloc

import pytest

from pipelines.gateway.certificate import Marks, Pass
from pipelines.gateway.ledger import Ledger, added
from pipelines.gateway.records import Row
from pipelines.gateway.streams.payments import TRANSACTIONS

ROWS = 4_000
BYTES_A_ROW_MOST = 400


def row_of(number: int, updated_at: str = "2026-03-01T12:00:00.000Z") -> Row:
    return TRANSACTIONS.table.row(
        {
            "id": f"trxn_{number:020}",
            "updatedAt": updated_at,
            "amount": f"{number}.10",
            "currency": "NGN",
        },
        source="s",
        fetched_at="f",
    )


def test_two_walks_through_a_long_list_remember_little_of_each_row() -> None:
    ledger, passes = Ledger(None, "transaction_id"), (Pass(asked_size=1), Pass(asked_size=1))
    tracemalloc.start()
    try:
        for current in passes:
            for number in range(ROWS):
                row = row_of(number)
                version = ledger.take(row, current)
                if version is not None:
                    ledger.settle(version, row)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert passes[0].inside == passes[1].inside
    assert (ledger.distinct_ids(), ledger.rows_repeated) == (ROWS, ROWS)
    assert held < ROWS * BYTES_A_ROW_MOST


def test_a_version_is_known_again_after_a_newer_one_and_after_an_older_one() -> None:
    ledger, current = Ledger(None, "transaction_id"), Pass(asked_size=1)
    seen = []
    for hour in (12, 13, 11, 12, 13, 11):
        row = row_of(1, f"2026-03-01T{hour}:00:00Z")
        version = ledger.take(row, current)
        seen.append(version is not None)
        if version is not None:
            ledger.settle(version, row)
    assert seen == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("one", "other", "are_equal"),
    [((0, 2), (2, 0), True), ((0,), (0, 9), False), ((), (), True), ((1,), (0,), False)],
)
def test_marks_are_equal_when_the_same_rows_are_marked(
    one: tuple[int, ...], other: tuple[int, ...], *, are_equal: bool
) -> None:
    marks = Marks(), Marks()
    for side, numbers in zip(marks, (one, other), strict=True):
        assert all(side.add(number) for number in numbers)
        assert not any(side.add(number) for number in numbers)
        assert len(side) == len(numbers)
    assert (marks[0] == marks[1]) is are_equal


def test_amounts_of_many_lists_are_added_up_by_currency() -> None:
    parts = [{"NGN": "0.1", "USD": "1"}, {"NGN": "0.2"}, {"NGN": "NaN", "": "x"}]
    assert added(parts) == {"NGN": "0.3", "USD": "1"}
