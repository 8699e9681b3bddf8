"""Asking for fee quotes on demand, between nights: one stream, one commit, nothing closed.

Belongs here: the run of kind `quotes`, from its instant to what changed against former quotes.
Stays out: which pairs are asked for and how (`pulling`), and how the answers are shown (`cli`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pipelines.faults import ReconFault
from pipelines.gateway.client import Limits
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.night.frame import Frame, Store, begin, gateway_of
from pipelines.night.progress import Observer
from pipelines.night.pull import append_staged, pull_facts
from pipelines.night.pulling import Puller
from pipelines.night.validate import Contract, check
from pipelines.partitions import DateRange, business_date
from pipelines.policy import load_policy
from pipelines.settings import Settings
from pipelines.warehouse import closing
from pipelines.warehouse.closing import ANSWERED, QUOTES
from pipelines.warehouse.holdings import totals
from pipelines.warehouse.queries import materialise, script

STREAM = "fee_quotes"


@dataclass(frozen=True)
class Quoted:
    """What the pairs were answered; `unanswered` says how many the gateway does not quote."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    refused: int
    unanswered: str


def ask_for_quotes(
    settings: Settings,
    contracts: Mapping[str, Contract],
    *,
    now: Callable[[], datetime],
    tell: Callable[[str], None],
    observer: Observer,
    limits: Limits | None = None,
) -> Quoted:
    """Ask for every pair that a night asks for, as a run of its own.

    Raises the gateway's faults; then nothing was taken in, and the run is on record as failed.
    """
    asking = Frame(
        settings,
        load_policy(settings.recon_config),
        str(uuid4()),
        QUOTES,
        _day_of(now(), settings),
        tell=tell,
        observer=observer,
        limits=limits or Limits(),
    )
    # Without a key nothing is laid out.
    gateway_of(settings)
    with asking.alone():
        # Whoever had to wait for a night asks after it, not before.
        asked_at = _never_of_a_night(now())
        run = replace(asking, asked_at=asked_at, dates=_day_of(asked_at, settings))
        begin(run)
        try:
            return take_in_quotes(run, contracts)
        except ReconFault as fault:
            with run.store() as store:
                closing.finish(
                    store.connection, run.run_id, outcome="failed", reasons=[fault.sentence]
                )
            raise


def take_in_quotes(frame: Frame, contracts: Mapping[str, Contract]) -> Quoted:
    """Append, check and show the answers in one commit: a kill leaves all of them or none."""
    refused = 0
    with frame.store() as store:
        puller = _asked(frame, store)

        def work() -> Mapping[str, Any]:
            nonlocal refused
            taken = append_staged(frame, store, puller)
            checked, refused = check(store, STREAM, contracts[STREAM])
            materialise(store.connection, f"validated.{STREAM}")
            closing.finish(store.connection, store.run.run_id, outcome=ANSWERED, reasons=[])
            return {
                **pull_facts(frame, store, puller, taken),
                "checked": checked,
                "refused": refused,
                "totals": totals(store.connection),
            }

        store.chain.commit(store.connection, QUOTES, work)
        return _quoted(store, refused, puller.lines[0].reason)


def _asked(frame: Frame, store: Store) -> Puller:
    """The answers, staged; no payment is asked for, so those of the last night name the pairs."""
    store.connection.execute(
        "create or replace temp table staged_transactions as from raw.transactions limit 0"
    )
    puller = Puller(frame, store)
    # A sweep that is due waits for the next night: nothing is listed here.
    puller.is_sweep = False
    puller.pull(ENDPOINTS[STREAM])
    return puller


def _never_of_a_night(instant: datetime) -> datetime:
    """The instant off whole seconds: as-ofs of nights, which name their quotes, are whole."""
    return instant.astimezone(UTC).replace(microsecond=instant.microsecond or 1)


def _day_of(instant: datetime, settings: Settings) -> DateRange:
    today = business_date(instant, settings.zone)
    return DateRange(today, today)


def _quoted(store: Store, refused: int, unanswered: str) -> Quoted:
    told = store.connection.execute(script("intake/quotes_answered"), {"run_id": store.run.run_id})
    columns = tuple(column[0] for column in told.description or ())
    return Quoted(columns, tuple(told.fetchall()), refused, unanswered)
