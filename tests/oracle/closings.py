"""The facts of a world taken in piece by piece, in several closings, whatever their order.

Belongs here: which fact comes when, what stood there before it, and closing as a night does. Stays
out: what is asked of the answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from oracle.answers import Answer, answer_in
from oracle.engine import judge_again, opened, take_in
from oracle.feeding import EPOCH
from oracle.transformations import ROWS
from oracle.world import Order, TransactionVersion, World

from pipelines.partitions import DateRange
from pipelines.warehouse.closing import Run, as_of_for, close

DAYS_BEFORE = (0, 1, 3)


@dataclass(frozen=True)
class Closed:
    """What the last of several closings answered, the same run again, and judged from scratch."""

    last: Answer
    again: Answer
    scratch: Answer


def closed_in_pieces(world: World, rng: Random) -> Closed:
    """Close three dates, in any order, each with a share of the facts that was left to chance."""
    newest = world.local_date(world.as_of - timedelta(microseconds=1))
    days = [newest - timedelta(days=before) for before in DAYS_BEFORE]
    rng.shuffle(days)
    # One file cannot come in parts: the refused rows stand in one that is there from the start.
    known = World(as_of=world.as_of, quarantined=world.quarantined, minor_units=world.minor_units)
    with opened() as store:
        take_in(store, known)
        runs = zip(days, pieces_of(world, rng), drafts_of(world, rng), strict=True)
        for number, (day, piece, draft) in enumerate(runs, 1):
            run = _run(store, world, day, number)
            take_in(store, _received(draft, run), file=f"f{number}")
            take_in(store, _received(piece, run), file=f"f{number + len(days)}")
            judge_again(store, replace(world, as_of=run.as_of))
            last = answer_in(store)
            close(store, run)
        judge_again(store, world)
        return Closed(last, again=answer_in(store), scratch=from_scratch(store, world))


def from_scratch(store: duckdb.DuckDBPyConnection, world: World) -> Answer:
    """The same facts in a store that never judged anything."""
    with opened() as fresh:
        for (table,) in store.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('raw', 'ops') "
            "or schema_name = 'validated' and table_name in ('quarantine', 'minor_units')"
        ).fetchall():
            fresh.register("staged", store.table(table).to_arrow_table())
            fresh.execute(f"insert into {table} by name select * from staged")
            fresh.unregister("staged")
        judge_again(fresh, world)
        return answer_in(fresh)


def pieces_of(world: World, rng: Random) -> list[World]:
    """The facts of a world, each in one of the pieces; what a person decided stays together."""
    count = len(DAYS_BEFORE)
    pieces = [World(as_of=world.as_of, minor_units={}) for _ in range(count)]
    for name in (*ROWS, "windows"):
        places = [rng.randrange(count) for _ in getattr(world, name)]
        for place in range(count):
            rows = zip(getattr(world, name), places, strict=True)
            mine = tuple(row for row, its_place in rows if its_place == place)
            pieces[place] = replace(pieces[place], **{name: mine})
    for name, in_order in (("transactions", False), ("authorizations", True)):
        shares: list[dict[str, tuple[Any, ...]]] = [{} for _ in range(count)]
        for key, versions in getattr(world, name).items():
            places = [rng.randrange(count) for _ in versions]
            # Versions that say when they were made may come in any order, the others in theirs.
            for version, place in zip(
                versions, sorted(places) if in_order else places, strict=True
            ):
                shares[place][key] = (*shares[place].get(key, ()), version)
        pieces = [
            replace(piece, **{name: share}) for piece, share in zip(pieces, shares, strict=True)
        ]
    place = rng.randrange(count)
    pieces[place] = replace(pieces[place], decisions=world.decisions)
    return pieces


def drafts_of(world: World, rng: Random) -> list[World]:
    """What some orders and payments looked like before; it may well come after what they became."""
    count = len(DAYS_BEFORE)
    orders: list[list[Order]] = [[] for _ in range(count)]
    payments: list[dict[str, tuple[TransactionVersion, ...]]] = [{} for _ in range(count)]
    for order in world.orders:
        if rng.random() < 0.5:
            former = rng.choice(({"status": "awaiting"}, {"amount": order.amount + Decimal(1)}))
            orders[rng.randrange(count)].append(replace(order, **former))
    for key, versions in world.transactions.items():
        if rng.random() < 0.5:
            pending = replace(
                versions[0],
                status="PENDING",
                payout_status=None,
                crypto_received=None,
                updated_at=versions[0].updated_at - timedelta(hours=1),
            )
            payments[rng.randrange(count)][key] = (pending,)
    return [
        World(as_of=world.as_of, minor_units={}, orders=tuple(mine), transactions=theirs)
        for mine, theirs in zip(orders, payments, strict=True)
    ]


def _run(store: duckdb.DuckDBPyConnection, world: World, day: date, number: int) -> Run:
    dates = DateRange(day, day)
    as_of = as_of_for(store, dates, ZoneInfo(world.timezone))
    return Run(f"run-{number}", "nightly", dates, as_of=as_of, started_at=EPOCH)


def _received(piece: World, run: Run) -> World:
    """The piece as that run took it in."""

    def noted(found: Any) -> dict[str, Any]:
        return {
            key: tuple(replace(each, recorded_from=run.as_of) for each in versions)
            for key, versions in found.items()
        }

    return replace(
        piece,
        as_of=run.as_of,
        transactions=noted(piece.transactions),
        authorizations=noted(piece.authorizations),
    )
