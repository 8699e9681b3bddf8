"""Section 4, the control codes: breaks of the book itself, each a case of its own, of impact 0.

Codes about cases stay out, and so does RESTATED_AFTER_CLOSE, which waits for period locks.
"""

from collections.abc import Iterable
from typing import NamedTuple

from oracle.reckoning import Reckoning
from oracle.sources import stale_dates
from oracle.world import Sweep, World


class Control(NamedTuple):
    """A control code and what it is about, in words."""

    code: str
    subject: str


def controls(world: World, reckoning: Reckoning) -> tuple[Control, ...]:
    found = [
        *(Control("VALIDATION_FAILED", row) for row in refused_rows(world)),
        *(Control("STALE_SOURCE", day) for day in silent_dates(world)),
        *(Control("DELETED_AT_SOURCE", row) for row in deleted_rows(world)),
        *(Control("UNEXPLAINED_RESIDUAL", line) for line in residual_lines(reckoning)),
    ]
    return tuple(sorted(found))


def refused_rows(world: World) -> list[str]:
    """One for every quarantined row, by the first id that stands in it."""
    return [row.known_ids[0] if row.known_ids else "" for row in world.quarantined]


def silent_dates(world: World) -> list[str]:
    """Not before the book's first date: of those days nobody exported the orders (DECISIONS.md)."""
    first = world.first_date
    return [day.isoformat() for day in stale_dates(world) if first is None or day >= first]


def deleted_rows(world: World) -> list[str]:
    """Rows known before the last two complete full sweeps of their stream, and in neither.

    A sweep that was not shown complete tells nothing, and does not come between two others.
    """
    gone = []
    for stream in sorted({sweep.stream for sweep in world.sweeps}):
        complete = [each for each in world.sweeps if each.stream == stream and each.complete]
        last_two = sorted(complete, key=lambda sweep: sweep.as_of)[-2:]
        if len(last_two) == 2:
            before = known_before(world, last_two[0])
            gone += [f"{stream} {row}" for row in before - last_two[0].ids - last_two[1].ids]
    return gone


def known_before(world: World, sweep: Sweep) -> frozenset[str]:
    """Ids of the stream that a run of an earlier as-of took in."""
    first_seen = dict(world.first_seen.get(sweep.stream, {}))
    if sweep.stream == "transactions":
        first_seen |= {row: held[0].recorded_from for row, held in world.transactions.items()}
    return frozenset(row for row, seen_at in first_seen.items() if seen_at < sweep.as_of)


def residual_lines(reckoning: Reckoning) -> Iterable[str]:
    for (day, currency), amount in reckoning.unexplained_residual.items():
        if amount:
            yield f"{day.isoformat()} {currency}"
