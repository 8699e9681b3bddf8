"""Runs of the past, run again: a frame that hears only what was kept, and the step of each entry.

Belongs here: where a replay differs from a night (sources, chain, nothing kept anew).
Stays out: the steps themselves, which are a night's own; the file they write to (`rebuild`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import duckdb
from pydantic import SecretStr

from pipelines.faults import ChainBroken
from pipelines.gateway.client import GatewayClient
from pipelines.gateway.manners import Manners, from_plain
from pipelines.landing import SegmentFile
from pipelines.night.evidence import CROSSING
from pipelines.night.frame import Frame
from pipelines.night.recorded import Recording, replayed
from pipelines.orders.archive import ArchivedFile, OrderArchive
from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.inbox import Arrival, State
from pipelines.orders.sidecars import ControlTotals, control_totals_in
from pipelines.orders.succession import Export
from pipelines.partitions import DateRange
from pipelines.settings import Places, Settings
from pipelines.warehouse.basis import rule_version
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.closing import ACTION, Run
from pipelines.warehouse.decisions import TAKEN_IN, DecisionLog, Waiting
from pipelines.warehouse.drawn import SINCE
from pipelines.warehouse.history import ACCEPT, Entry
from pipelines.warehouse.holdings import row_counts, tables_that_differ
from pipelines.warehouse.policies import PolicyLog
from pipelines.warehouse.store import transaction

JUDGED = frozenset(
    {
        "published",
        "report",
        "further_reports",
        "late_packs",
        "pack",
        "number of rows in reconciled.postings",
        "number of rows in reconciled.closed_breaks",
        "number of rows in reconciled.closed_versions",
        "number of rows in reconciled.closed_figures",
        "content of reconciled.postings",
        "content of reconciled.closed_breaks",
        "content of reconciled.closed_versions",
        "content of reconciled.closed_figures",
    }
)
"""What depends on the rules; under other rules than those of the run it may differ."""


class ReplayedChain(Chain):
    """The chain of a store, read only: each commit must say what the next entry says."""

    def __init__(self, folder: Path, entries: Sequence[Entry]) -> None:
        super().__init__(folder)
        self._left = list(reversed(entries))
        self.rules = rule_version()
        self.judged_anew: list[int] = []

    @property
    def next(self) -> Entry | None:
        """The entry that the next commit has to equal; None when all were replayed."""
        return self._left[-1] if self._left else None

    def check(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Nothing to compare: the file is in the making."""

    def commit(
        self,
        connection: duckdb.DuckDBPyConnection,
        kind: str,
        work: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Do the work and commit it as the entry recorded; ChainBroken when it differs."""
        entry = self._left[-1]
        if entry.kind != kind:
            raise _unlike(entry, f"a rebuild comes to {kind} instead", self.rules)
        with transaction(connection):
            facts = json.loads(json.dumps(work(), default=str))
            self._compare(entry, {**_facts_unlike(entry, facts), **_unlike_in(connection, entry)})
            connection.execute("delete from ops.control")
            connection.execute(
                "insert into ops.control values (?, ?)", [entry.sequence, entry.digest]
            )
        # What runs out of memory is tried again, and comes to the same entry.
        self._left.pop()

    def _compare(self, entry: Entry, unlike: Mapping[str, tuple[Any, Any]]) -> None:
        # What was judged anew once stands in every later result.
        may_differ = (
            self.rules != rule_version() or bool(self.judged_anew) or _is_drawn_as_before(entry)
        )
        if unlike and may_differ and JUDGED.issuperset(unlike):
            self.judged_anew.append(entry.sequence)
        elif unlike:
            name, (was, now) = next(iter(unlike.items()))
            raise _unlike(entry, f"{name} was {_short(was)} and is {_short(now)}", self.rules)


@dataclass(frozen=True, kw_only=True)
class ReplayedFrame(Frame):
    """A run as it was: its as-of, its policy, its answers and files; it writes into `warehouse`."""

    warehouse: Path
    run: Run
    replayed: ReplayedChain
    kept_exports: KeptExports

    def as_action(self, run_id: str) -> ReplayedFrame:
        """A run that judged the book again as this one had left it."""
        run = replace(self.run, run_id=run_id, kind=ACTION)
        return replace(self, run_id=run_id, kind=ACTION, is_sweep=False, run=run)

    @property
    def places(self) -> Places:
        """The paths of the store, with the file in the making as its warehouse."""
        return places_of(self.settings, self.warehouse)

    @property
    def chain(self) -> Chain:
        """The entries to equal."""
        return self.replayed

    @property
    def archive(self) -> OrderArchive:
        """The exports, none of which is new."""
        return self.kept_exports

    def exports(self, known_digests: Container[str]) -> list[Arrival]:  # noqa: ARG002
        """The files that the run took in or refused, instead of the inbox."""
        entry = self.replayed.next
        facts = entry.facts if entry else {}
        taken = [self.kept_exports.arrival(file) for file in facts.get("taken", ())]
        refused = [_refused(file) for file in facts.get("refusals", ())]
        return [*taken, *refused]

    def succession(self, exports: Sequence[Export]) -> list[Export]:
        """As the run took them in: when they were last written is not kept."""
        return list(exports)

    @contextmanager
    def conversation(self, stream: str) -> Iterator[tuple[GatewayClient, list[SegmentFile]]]:
        """A client that hears the answers that the run received."""
        entry = self.replayed.next
        named = entry.facts["segments"] if entry else {}
        paths = [path for path in sorted(named) if path.startswith(f"{stream}/")]
        with replayed(self.gateway, Recording(self.landing, paths)) as client:
            yield client, [SegmentFile(path, named[path], 0) for path in paths]

    def manners(self) -> Manners | None:
        """What was known of the gateway when the run pulled, whatever is known today."""
        entry = self.replayed.next
        try:
            return from_plain(entry.facts["manners"] if entry else None)
        except ValueError as unknown:
            raise ChainBroken(
                f"The run {self.run_id} asked by manners that this version does not know.",
                "Rebuild with the version of the program that wrote them.",
            ) from unknown

    def require_sound_start(self, connection: duckdb.DuckDBPyConnection) -> None:
        """The evidence was checked before the first step, and each commit is compared."""

    def may_create_key(self) -> bool:
        """Under another key nothing would come out as it was."""
        return False

    def decided(self, connection: duckdb.DuckDBPyConnection) -> Waiting:  # noqa: ARG002
        """What the run took in of what people decided, and no more."""
        entry = self.replayed.next
        noted = entry.facts[TAKEN_IN] if entry else {}
        log = DecisionLog(self.settings.places.actions)
        return log.between(noted["first"], noted["last"], size=noted["bytes"])

    def note_policy(self, run: Run) -> None:
        """The policy is there already: that is where it came from."""

    def _run(self, connection: duckdb.DuckDBPyConnection) -> Run:  # noqa: ARG002
        return self.run


class KeptExports(OrderArchive):
    """The order archive, its records read once; what is not there cannot be taken in."""

    @cached_property
    def _records(self) -> dict[str, ArchivedFile]:
        return {file.digest: file for file in self.files()}

    def arrival(self, taken: Mapping[str, Any]) -> Arrival:
        """An export as it once lay in the inbox."""
        return Arrival(
            taken["name"],
            State.READY,
            digest=taken["digest"],
            export=self.whereabouts(taken["digest"]),
            control=_control(taken["control"]),
        )

    def keep(
        self,
        name: str,  # noqa: ARG002
        content: BufferedIOBase,
        *,
        control: ControlTotals | None = None,  # noqa: ARG002
    ) -> ArchivedFile:
        """The record of an export that is kept already."""
        return self._records[hashlib.file_digest(content, "sha256").hexdigest()]


def frame_of(
    facts: Mapping[str, Any], settings: Settings, *, chain: ReplayedChain, warehouse: Path
) -> ReplayedFrame:
    """The run that an entry tells of."""
    if "kind" not in facts:
        raise ChainBroken(
            f"The run {facts.get('run', '')} was noted by a version that did not say enough.",
            "Rebuild from a backup of the warehouse, or backfill into another data directory.",
        )
    chain.rules = facts["rules"]
    dates = DateRange(
        date.fromisoformat(facts["first_date"]), date.fromisoformat(facts["last_date"])
    )
    instants = [datetime.fromisoformat(facts[name]) for name in ("as_of", "started_at")]
    return ReplayedFrame(
        settings=settings.model_copy(
            update={
                "kuvarpay_base_url": facts["gateway"],
                "kuvarpay_business_id": facts["business_id"],
                # Never sent: no socket is opened.
                "kuvarpay_api_key": SecretStr("unused"),
                "recon_timezone": facts["timezone"],
            }
        ),
        policy=PolicyLog(settings.places.actions).find(facts["policy"]),
        run_id=facts["run"],
        kind=facts["kind"],
        dates=dates,
        is_sweep=facts.get("is_sweep", False),
        warehouse=warehouse,
        run=Run(facts["run"], facts["kind"], dates, *instants),
        replayed=chain,
        kept_exports=KeptExports(settings.places.orders_archive),
    )


def places_of(settings: Settings, warehouse: Path) -> Places:
    """The paths of a store with another file as its warehouse."""
    places = settings.places
    places.warehouse = warehouse
    return places


def _control(stated: Mapping[str, Any] | None) -> ControlTotals | None:
    return None if stated is None else control_totals_in(json.dumps(stated).encode())


def _refused(file: Mapping[str, str]) -> Arrival:
    refusal = OrderFileRefused(file["name"], file["sentence"], remedy="")
    return Arrival(file["name"], State.REFUSED, digest=file["digest"], refusal=refusal)


def _facts_unlike(entry: Entry, facts: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Facts that are not as recorded, with both values; totals are asked of the tables.

    The rules of a run are those of the program that made it: what follows from them is compared.
    An entry of a former version says nothing of the reports that came later than it, or that none
    was late.
    """
    later = ("further_reports", "late_packs", *SINCE)
    unsaid = {name for name in later if not entry.facts.get(name)}
    return {
        name: (entry.facts.get(name), facts.get(name))
        for name in sorted({*entry.facts, *facts} - {"totals", "rules"} - unsaid)
        if entry.facts.get(name) != facts.get(name)
    }


def _is_drawn_as_before(entry: Entry) -> bool:
    """Whether the changes that its reports name are those since a run that may have died."""
    return entry.kind in ("report", "pack") and not SINCE.items() <= entry.facts.items()


def _unlike_in(connection: duckdb.DuckDBPyConnection, entry: Entry) -> dict[str, tuple[Any, Any]]:
    """Held tables that have not the rows, or the content, that the entry says."""
    there = row_counts(connection) if entry.held else {}
    noted = entry.facts.get("totals", {})
    return {
        f"number of rows in {table}": (rows, there.get(table))
        for table, rows in entry.held.items()
        if there.get(table) != rows
    } | {
        f"content of {table}": (noted[table]["digest"], digest)
        for table, digest in tables_that_differ(connection, noted)
    }


def _unlike(entry: Entry, what: str, rules: str) -> ChainBroken:
    if entry.kind == ACCEPT:
        return ChainBroken(
            f"Entry {entry.sequence} of the control chain accepts a store as it stood "
            f"({entry.facts['reason']}), and what is kept does not give that store: {what}.",
            CROSSING,
        )
    made_by = "" if rules == rule_version() else f" (under rules {rules}, not {rule_version()})"
    return ChainBroken(
        f"Entry {entry.sequence} of the control chain ({entry.kind} of run "
        f"{entry.facts.get('run')}{made_by}) cannot be had again: {what}.",
        "Something that is kept is not as it was, or another version of this program wrote it: "
        "restore landing, order archive, actions and control together. Nothing was changed.",
    )


def _short(fact: Any) -> str:
    text = json.dumps(fact, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:80]}…"
