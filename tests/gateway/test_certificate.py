"""What a window holds, which version counts, and sums that are exact or leave out what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipelines.gateway.certificate import Pass, Window
from pipelines.gateway.ledger import Ledger
from pipelines.gateway.records import Row
from pipelines.gateway.streams.payments import TRANSACTIONS

DAY = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("created_at", "is_held"),
    [
        ("2026-03-01T00:00:00Z", True),
        ("2026-03-01T00:00:00.000+00:00", True),
        ("2026-02-28T23:59:59.999Z", False),
        ("2026-03-01T23:59:59.999999Z", True),
        ("2026-03-02T00:00:00Z", False),
        ("2026-03-02T00:30:00+01:00", True),
        ("2026-03-01", True),
        ("2026-03-01T12:00:00", True),
        ("0001-01-01T00:00:00+14:00", False),
        ("yesterday", True),
        ("1772323200", True),
        (None, True),
    ],
)
def test_a_window_is_half_open_and_keeps_what_it_cannot_date(
    created_at: str | None, is_held: bool
) -> None:
    assert DAY.holds(created_at) is is_held


def test_a_window_needs_offsets_and_an_order() -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001
    for start, end in [(naive, DAY.end), (DAY.start, naive), (DAY.end, DAY.start)]:
        with pytest.raises(ValueError, match="window"):
            Window(start, end)
    lagos = timezone(timedelta(hours=1))
    assert Window(datetime(2026, 3, 1, tzinfo=lagos), DAY.end).holds("2026-02-28T23:00:00Z")


def ledger_of(*rows: tuple[str, str, str]) -> Ledger:
    ledger, current = Ledger(DAY, "transaction_id"), Pass(asked_size=10)
    for name, updated_at, amount in rows:
        row: Row = TRANSACTIONS.table.row(
            {"id": name, "updatedAt": updated_at, "amount": amount, "currency": "NGN"},
            source="s",
            fetched_at="f",
        )
        version = ledger.take(row, current)
        if version is not None:
            ledger.settle(version, row)
    return ledger


OLD, NEW = "2026-03-01T01:00:00Z", "2026-03-01T02:30:00+01:00"


def test_the_newest_version_counts_and_the_later_one_on_a_tie() -> None:
    assert ledger_of(("a", OLD, "1"), ("a", NEW, "2")).sums() == {"NGN": "2"}
    assert ledger_of(("a", NEW, "2"), ("a", OLD, "1")).sums() == {"NGN": "2"}
    assert ledger_of(("a", OLD, "1"), ("a", OLD, "3")).sums() == {"NGN": "3"}
    assert ledger_of(("a", "odd", "1"), ("a", OLD, "3")).distinct_ids() == 1


def test_the_digest_does_not_depend_on_the_order() -> None:
    rows = [("a", OLD, "1"), ("b", OLD, "2"), ("a", NEW, "3")]
    assert ledger_of(*rows).digest() == ledger_of(*reversed(rows)).digest()
    assert ledger_of(*rows).digest() != ledger_of(*rows[:2]).digest()


def test_sums_are_exact_and_leave_out_what_is_no_number() -> None:
    fine = "0.000000000000000001"
    large = "9" * 60
    assert ledger_of(("a", OLD, fine), ("b", OLD, large)).sums() == {"NGN": f"{large}{fine[1:]}"}
    assert ledger_of(("a", OLD, "NaN"), ("b", OLD, "x"), ("c", OLD, "1")).sums() == {"NGN": "1"}
