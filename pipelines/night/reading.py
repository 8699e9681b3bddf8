"""Small readings of a night for those who watch it: counts and totals, money as text.

Belongs here: what metadata shows. Stays out: what reports show (`sql/delivered`).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low
from typing import Any

from pipelines.night.frame import Frame
from pipelines.warehouse.queries import first_row, script

DATES_ENOUGH = 7
"""So many dates must be known before a volume can be unusual."""


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


@dataclass(frozen=True)
class StreamPull:
    """What a run pulled of one stream; `seconds` from its first request to the next stream's."""

    stream: str
    windows: int
    pages: int
    rows: int
    declared_total: int | None
    complete: bool
    reason: str
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """The rate at which rows came."""
        return round(self.rows / self.seconds, 1) if self.seconds else 0.0


def pulls_of(frame: Frame) -> list[StreamPull]:
    """What the run pulled, by stream, in the order of asking."""
    with frame.store() as store:
        rows = store.connection.execute(
            script("work/pulls_of_run"), {"run_id": frame.run_id}
        ).fetchall()
    # A stream ends where the next begins; all are committed, and so noted, at once.
    ends = [row[7] for row in rows[1:]] + [row[8] for row in rows[-1:]]
    return [
        StreamPull(
            stream=row[0],
            windows=row[1],
            pages=row[2],
            rows=row[3],
            declared_total=row[4],
            complete=row[5],
            reason=row[6] or "",
            seconds=round((end - row[7]).total_seconds(), 3),
        )
        for row, end in zip(rows, ends, strict=True)
    ]


def day_figures(frame: Frame) -> dict[str, dict[str, Any]]:
    """What each business date of the run holds, by its label; money as text."""
    with frame.store() as store:
        found = store.connection.execute(
            script("work/day_figures"),
            {"first_date": frame.dates.first, "last_date": frame.dates.last},
        )
        names = [column[0] for column in found.description or []][1:]
        rows = found.fetchall()
    return {row[0].isoformat(): dict(zip(names, row[1:], strict=True)) for row in rows}


def residuals(frame: Frame) -> list[tuple[Any, ...]]:
    """By currency: dates, residual as text, rows without a place, whether both are 0."""
    with frame.store() as store:
        return store.connection.execute(script("work/residuals")).fetchall()


@dataclass(frozen=True)
class Volume:
    """How many rows of a kind the business date has, and how many are usual."""

    what: str
    of_the_date: int
    usual: int | None

    @property
    def is_usual(self) -> bool:
        """Within a third and three times of the usual, where anything is known to be usual."""
        if self.usual is None:
            return True
        return self.usual <= 3 * self.of_the_date and self.of_the_date <= 3 * self.usual


def volumes(frame: Frame) -> list[Volume]:
    """Orders and payments of the as-of's date beside the median of up to 28 dates before it."""
    with frame.store() as store:
        rows = store.connection.execute(script("work/volumes")).fetchall()
        (day,) = first_row(store.connection, "select as_of_date from reconciled.basis") or (None,)
    former = [row for row in rows if row[0] != day]
    own = [row for row in rows if row[0] == day] or [(day, 0, 0)]
    is_enough = len(former) >= DATES_ENOUGH
    return [
        Volume(what, own[0][place], median_low(row[place] for row in former) if is_enough else None)
        for place, what in ((1, "orders"), (2, "transactions"))
    ]


def outcome_of(frame: Frame) -> tuple[str, list[str]]:
    """How the run ended and why: `green`, `red`, `failed` or `running`."""
    with frame.store() as store:
        rows = store.connection.execute(
            "select outcome, reasons from ops.runs where run_id = ?", [frame.run_id]
        ).fetchall()
    return (rows[0][0], list(rows[0][1])) if rows else ("running", [])
