"""Small readings of a night for those who watch it: counts and totals, money as text.

Belongs here: what metadata shows. Stays out: what reports show (`sql/delivered`).
"""

from __future__ import annotations

from typing import Any

from pipelines.night.frame import Frame


def break_counts(frame: Frame) -> list[tuple[Any, ...]]:
    """Open breaks by code and currency: code, currency, count, money impact as text."""
    with frame.store() as store:
        return store.connection.execute(
            "select code, currency, count(*), coins_text(sum(money_impact)) "
            "from reconciled.breaks "
            "where state in ('open', 'assigned', 'waiting', 'reopened') "
            "group by code, currency order by code, currency"
        ).fetchall()


def day_totals(frame: Frame) -> list[tuple[Any, ...]]:
    """The run's business date by currency: expected, received, difference as text."""
    with frame.store() as store:
        return store.connection.execute(
            "select currency, coins_text(expected_amount), coins_text(received_amount), "
            "coins_text(difference_amount) from marts.daily_close "
            "where business_date = (select as_of_date from reconciled.basis) order by currency"
        ).fetchall()


def outcome_of(frame: Frame) -> tuple[str, list[str]]:
    """How the run ended and why: `green`, `red`, `failed` or `running`."""
    with frame.store() as store:
        rows = store.connection.execute(
            "select outcome, reasons from ops.runs where run_id = ?", [frame.run_id]
        ).fetchall()
    return (rows[0][0], list(rows[0][1])) if rows else ("running", [])
