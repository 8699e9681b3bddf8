"""A run of kind `action`: what people decided is written down, judged and published at once.

The file is written first, and stands whatever happens after it. Then the book is judged again at
the as-of that it has, in one commit, so that a claim that does not hold leaves the store as it was;
and the published database is replaced. Nothing is pulled, closed, posted or mailed.

Belongs here: the order of these steps, and catching up with what a kill left. Stays out: whether a
decision may be made (`deciding`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import duckdb

from pipelines.faults import ClaimBroken, ReconFault
from pipelines.night.actions import ACTIONS, take_in_actions
from pipelines.night.book import Book, last_closing, require_begun
from pipelines.night.deliver import require_own_judgement
from pipelines.night.frame import Frame, Store, begin
from pipelines.night.judge import claims_on, require_claims
from pipelines.night.validate import Contract, Validated, check_and_build
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Places, Settings
from pipelines.warehouse import closing, publication
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.closing import ACTED, ACTION
from pipelines.warehouse.decisions import LOG, Decision, DecisionLog, held_no
from pipelines.warehouse.drawn import take_back_unpublished
from pipelines.warehouse.holdings import totals
from pipelines.warehouse.judgement import judge_book
from pipelines.warehouse.queries import build_stage, first_row
from pipelines.warehouse.store import (
    kept_open,
    lay_out,
    open_warehouse,
    transaction,
    writer_lock,
)
from pipelines.warehouse.verification import require_whole
from pipelines.warehouse.verification.files import sha256_of
from pipelines.warehouse.verification.standing import key_digest

JUDGEMENT = "judgement"
"""The kind of the entry that judges again: all tables of a book, or none."""

_RESIDUAL = (
    "select 1 from reconciled.proof "
    "where line = 'unexplained_residual' and (amount <> 0 or rows <> 0) limit 1"
)

Decide = Callable[[duckdb.DuckDBPyConnection], Sequence[Decision]]
"""Gives what was decided, from the published database; refuses with a ConfigurationFault."""


@dataclass(frozen=True)
class Acted:
    """What was written down, and whether the proof still leaves nothing unexplained."""

    decisions: tuple[Decision, ...]
    has_residual: bool = False


def act(
    settings: Settings,
    contracts: Mapping[str, Contract],
    decide: Decide,
    *,
    tell: Callable[[str], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Acted:
    """Decide on what is published, write it down, judge again and publish.

    Raises ConfigurationFault when nothing is closed yet or something may not be decided; then
    nothing is written. A fault after that says that the decision is on record.
    """
    places = settings.places
    require_begun(places)
    lay_out(places)
    with writer_lock(places, on_wait=tell), kept_open(places):
        book = last_closing(settings)
        if _is_behind(places):
            _catch_up(settings, contracts, book, tell=tell)
        with open_snapshot(places.published) as published:
            decisions = tuple(decide(published))
        if not decisions:
            return Acted(())
        run = _frame(settings, book, tell)
        begin(run)
        _write_down(run, decisions, book, decided_at=now())
        try:
            return Acted(decisions, has_residual=_take_in_and_show(run, contracts))
        except ReconFault as fault:
            _note_failure(run, fault)
            raise _on_record(fault) from fault


def judge_again(frame: Frame, contracts: Mapping[str, Contract]) -> None:
    """Judge what the decisions touched at the book's as-of, claims and all, in one commit."""
    with frame.store() as store:
        connection = store.connection

        def work(most_bytes: int) -> Mapping[str, Any]:
            check_and_build(frame, store, contracts, into=Validated({}, {}, {}))
            require_claims(claims_on(connection, "validated"))
            judge_book(connection)
            require_claims(claims_on(connection, "reconciled"))
            build_stage(connection, "marts")
            require_claims(claims_on(connection, "marts"))
            if take_back_unpublished(connection):
                publication.require_memory_for_texts(connection, most_bytes)
            return {"run": store.run.run_id}

        store.commit_with_memory(JUDGEMENT, work)


def settle_action(store: Store) -> str:
    """Write how the run ends, and the digest of what it is about to publish."""
    require_own_judgement(store)
    digest = publication.digest_of(publication.kept_control_totals(store.connection))
    with transaction(store.connection):
        closing.finish(
            store.connection, store.run.run_id, outcome=ACTED, reasons=[], snapshot_digest=digest
        )
    return digest


def note_shown(frame: Frame, store: Store, published: Mapping[str, str]) -> None:
    """Say in the chain what readers get and what the store holds; nothing is closed or posted."""

    def work() -> Mapping[str, Any]:
        return {
            "run": store.run.run_id,
            "published": published,
            "totals": totals(store.connection),
            "email_key": key_digest(frame.places.control / "email.key"),
        }

    store.chain.commit(store.connection, "publication", work)


def _take_in_and_show(run: Frame, contracts: Mapping[str, Contract]) -> bool:
    """Take in, judge and publish; whether anything is left unexplained."""
    take_in_actions(run)
    with run.store() as store:
        # Before anything is judged: what cannot be published leaves the store as it was.
        require_whole(run.places, store.connection)
    judge_again(run, contracts)
    with run.store() as store:
        digest = settle_action(store)
        fresh = publication.publish(store.connection, run.places, tell=run.tell)
        file_digest = sha256_of(fresh.path)
        note_shown(run, store, {"sha256": file_digest, "snapshot_digest": digest})
        publication.replace(fresh, run.places)
        publication.note(store.connection, file_digest)
        found = first_row(store.connection, _RESIDUAL)
    run.tell(f"published: snapshot {digest[:12]}")
    return found is not None


def _frame(settings: Settings, book: Book, tell: Callable[[str], None]) -> Frame:
    return Frame(settings, book.policy, str(uuid4()), ACTION, book.dates, tell=tell)


def _is_behind(places: Places) -> bool:
    """Whether readers do not have yet what people decided before: a kill or a fault left it so."""
    history = Chain(places.control).history()
    taken = max((one.sequence for one in history.entries if one.kind == ACTIONS), default=0)
    shown = history.latest("published")
    with open_warehouse(places) as connection:
        is_waiting = DecisionLog(places.actions).last_no() > held_no(connection)
    return is_waiting or (
        shown is not None
        and (
            shown.sequence < taken
            or shown.facts["published"]["sha256"] != sha256_of(places.published)
        )
    )


def _catch_up(
    settings: Settings,
    contracts: Mapping[str, Contract],
    book: Book,
    *,
    tell: Callable[[str], None],
) -> None:
    """Show first what was decided before. Where that cannot be, a decision may mend it."""
    tell("catching up with what was decided before")
    run = _frame(settings, book, tell)
    begin(run)
    try:
        _take_in_and_show(run, contracts)
    except ClaimBroken as broken:
        _note_failure(run, broken)
        tell(f"what was decided before is not published yet: {broken.sentence}")


def _write_down(
    run: Frame, decisions: Sequence[Decision], book: Book, *, decided_at: datetime
) -> None:
    log = DecisionLog(run.places.actions)
    with run.store() as store:
        last = max(log.last_no(), held_no(store.connection))
    log.append(decisions, first_no=last + 1, decided_at=decided_at, effective_at=book.as_of)


def _note_failure(run: Frame, fault: ReconFault) -> None:
    try:
        with run.store() as store:
            closing.finish(store.connection, run.run_id, outcome="failed", reasons=[fault.sentence])
    except ReconFault as also:
        run.tell(f"the failure could not be written down: {also.sentence}")


def _on_record(fault: ReconFault) -> ReconFault:
    return type(fault)(
        f"{fault.sentence} The decision is on record in actions/{LOG} and counts from the next "
        "run on; what is published is as it was.",
        fault.remedy,
    )
