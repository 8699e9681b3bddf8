"""Judging: the reconciled tables, the marts and the figures, and whether the claims hold.

Belongs here: the order of the stages and what stops a night.
Stays out: every rule (they are queries in `sql`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipelines.faults import ClaimBroken
from pipelines.night.frame import Frame, Store
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.closing import reasons_for_red
from pipelines.warehouse.drawn import SINCE, store_reports
from pipelines.warehouse.judgement import ASKED, judge_book
from pipelines.warehouse.month_ends import months_caught_up, store_pack, store_packs
from pipelines.warehouse.parts import drop_parts, note_asked, unasked_parts
from pipelines.warehouse.publication import require_memory_for_texts
from pipelines.warehouse.queries import build_stage, claims_of, offenders
from pipelines.warehouse.renewal import forget_computed, keyed_tables
from pipelines.warehouse.store import transaction

JUDGED_STAGES = ("validated", "reconciled", "marts")


@dataclass(frozen=True)
class Claim:
    """A claim by name and the first rows that break it."""

    name: str
    offenders: tuple[str, ...]


def reconcile(frame: Frame) -> dict[str, int]:
    """Compute every reconciled table at the run's as-of; rows by table.

    The tables and the chain entry commit together: the next pull asks what is still due, so it
    must be on record whether a run that died got so far.
    """
    rows: dict[str, int] = {}
    with frame.store() as store:

        def work(_: int) -> Mapping[str, Any]:
            write_basis(store.connection, frame.policy, **frame.basis(store.run))
            rows.update(judge_book(store.connection))
            return {"run": store.run.run_id}

        store.commit_with_memory("reconcile", work)
    frame.tell(
        f"reconciled: {rows['reconciled.matches']} matches, "
        f"{rows['reconciled.judged_breaks']} cases that need an explanation"
    )
    return rows


def build_marts(frame: Frame) -> dict[str, int]:
    """Compute the tables finance asks about; rows by table."""
    with frame.store() as store:
        return build_stage(store.connection, "marts")


def check_claims(frame: Frame, stage: str) -> list[Claim]:
    """Ask every claim of a stage for offenders; where there are any, the next run computes all."""
    with frame.store() as store:
        claims = claims_on(store.connection, stage)
        if any(claim.offenders for claim in claims):
            with transaction(store.connection):
                forget_computed(store.connection)
        return claims


def claims_on(
    connection: duckdb.DuckDBPyConnection, stage: str, *, whole: bool = False
) -> list[Claim]:
    """Every claim of a stage, asked of an open store: of the rows computed since they held last.

    Of every row after each sweep, and where the whole is asked for.
    """
    parts = {} if whole else _parts_to_ask(connection, stage)
    try:
        claims = [
            Claim(name, tuple(offenders(connection, name, parts=parts.get(name, frozenset()))))
            for name in claims_of(stage)
        ]
    finally:
        drop_parts(connection, frozenset[str]().union(*parts.values()))
    if not any(claim.offenders for claim in claims):
        note_asked(connection, stage)
    return claims


def _parts_to_ask(connection: duckdb.DuckDBPyConnection, stage: str) -> dict[str, frozenset[str]]:
    """By claim, the tables of which a part stands beside them."""
    if stage == "validated":
        by_id = {table: (key,) for table, key in keyed_tables().items()}
        return dict.fromkeys(claims_of(stage), unasked_parts(connection, stage, by_id))
    if stage == "reconciled":
        of_matches = [name for name in claims_of(stage) if name.startswith("reconciled.matches.")]
        return dict.fromkeys(of_matches, unasked_parts(connection, stage, ASKED))
    return {}


def require_claims(claims: list[Claim]) -> None:
    """Stop the night when a structural claim has offenders: nothing is published then."""
    broken = [claim for claim in claims if claim.offenders]
    if broken:
        first = broken[0]
        raise ClaimBroken(
            f"The claim {first.name} does not hold, first for {first.offenders[0]}"
            + (f", and {len(broken) - 1} more claims do not either." if broken[1:] else "."),
            "Nothing was published; look at the claim's query in sql/ and at the rows it names, "
            "then run the night again: it computes every row anew.",
        )


def find_reasons(frame: Frame) -> list[str]:
    """Every control that does not hold, one sentence each; empty on a green night."""
    with frame.store() as store:
        return reasons_for_red(store.connection, store.run)


def draw_up(frame: Frame) -> None:
    """Compute the figures of the reports and store them as what will be delivered.

    Each pack of a month that ended unseen is committed by itself: a commit of many large reports
    takes three times their size in memory.
    """
    draw_up_reports(frame)
    with frame.store() as store:
        ends = months_caught_up(store.connection)
    for end in ends:
        draw_up_pack(frame, end)


def draw_up_reports(frame: Frame, *, with_packs: bool = False) -> None:
    """Store the reports of the date in one commit.

    A rebuild asks for the packs too, where a former version had them in the same commit.
    """
    with frame.store() as store:

        def work() -> Mapping[str, Any]:
            reasons = reasons_for_red(store.connection, store.run)
            digests = store_reports(store.connection, frame.policy, reasons=reasons)
            facts = {
                "run": store.run.run_id,
                "report": digests.pop("daily"),
                "further_reports": digests,
                **SINCE,
            }
            if with_packs:
                packs = store_packs(store.connection, frame.policy, reasons=reasons)
                return {**facts, "late_packs": packs}
            return facts

        commit_drawn(store, "report", work)


def draw_up_pack(frame: Frame, end: date) -> None:
    """Store the pack of the month that ends on a date before the run's own."""
    with frame.store() as store:

        def work() -> Mapping[str, Any]:
            reasons = reasons_for_red(store.connection, store.run)
            digest = store_pack(store.connection, frame.policy, end, reasons=reasons)
            return {"run": store.run.run_id, "month_end": end.isoformat(), "pack": digest, **SINCE}

        commit_drawn(store, "pack", work)


def commit_drawn(store: Store, kind: str, work: Callable[[], Mapping[str, Any]]) -> None:
    """Commit what work stores in `delivered.reports`, with the memory that all its texts need."""

    def work_and_read(most_bytes: int) -> Mapping[str, Any]:
        facts = work()
        require_memory_for_texts(store.connection, most_bytes)
        return facts

    store.commit_with_memory(kind, work_and_read)
