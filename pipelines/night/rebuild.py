"""Making the warehouse again, from landing, order archive, actions and control chain alone.

Belongs here: the order of a rebuild (evidence checked, runs replayed, files exchanged), and what
is said of it. Stays out: how a run is replayed (`replay`), and what a table means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipelines.faults import ChainBroken
from pipelines.night.acting import JUDGEMENT, judge_again, note_shown, settle_action
from pipelines.night.actions import ACTIONS, take_in_actions
from pipelines.night.deliver import close_run, note_deliveries, settle
from pipelines.night.evidence import require_evidence, standing_entries
from pipelines.night.frame import begin
from pipelines.night.judge import build_marts, draw_up_pack, draw_up_reports, reconcile
from pipelines.night.orders import take_in_orders
from pipelines.night.pull import pull
from pipelines.night.quotes import take_in_quotes
from pipelines.night.replay import ReplayedChain, ReplayedFrame, frame_of, places_of
from pipelines.night.validate import Contract, validate
from pipelines.settings import Places, Settings
from pipelines.warehouse import publication
from pipelines.warehouse.basis import rule_version
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.closing import ACTION, QUOTES
from pipelines.warehouse.comparison import contents, differences
from pipelines.warehouse.history import ACCEPT, REBUILD, Entry
from pipelines.warehouse.holdings import totals
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.replacement import file_in_the_making, put_in_place, read_from
from pipelines.warehouse.store import kept_open, lay_out, open_warehouse, writer_lock
from pipelines.warehouse.verification.files import sha256_of
from pipelines.warehouse.verification.standing import key_digest

_RUN_FACTS = frozenset({"orders", "pull", QUOTES, ACTIONS})
_OF_NO_RUN = frozenset({ACCEPT, REBUILD})
_PUBLISHING = frozenset({"closing", "publication"})


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild made, and how it compares with the file that was there."""

    runs: int
    entries: int
    tables: int
    snapshot_digest: str | None
    is_published_anew: bool
    judged_anew: tuple[int, ...]
    is_compared: bool
    differences: tuple[str, ...]
    set_aside: Path | None


def rebuild(
    settings: Settings, contracts: Mapping[str, Contract], *, tell: Callable[[str], None]
) -> Rebuilt:
    """Replay every run into a new file and put it in the place of the old one.

    Raises a fault, with nothing changed, when what is kept does not give what the chain says.
    """
    places = settings.places
    # Asked before anything is laid out: a folder without a store is left alone.
    standing_entries(places)
    lay_out(places)
    with writer_lock(places, on_wait=tell):
        entries = standing_entries(places)
        require_evidence(places, entries)
        with file_in_the_making(places) as file:
            replay = _Replay(settings, contracts, entries, file=file, tell=tell)
            with kept_open(places_of(settings, file), may_begin_anew=True):
                replay.run()
            return _exchange(places, file, replay)


class _Replay:
    """The runs of the chain, one entry after the other, into one new file."""

    def __init__(
        self,
        settings: Settings,
        contracts: Mapping[str, Contract],
        entries: Sequence[Entry],
        *,
        file: Path,
        tell: Callable[[str], None],
    ) -> None:
        self.entries = entries
        self.chain = ReplayedChain(settings.places.control, entries)
        self.runs: dict[str, ReplayedFrame] = {}
        self.fresh: publication.Fresh | None = None
        self.snapshot_digest: str | None = None
        self._settings = settings
        self._contracts = contracts
        self._file = file
        self._tell = tell
        self._last_closing = max(
            (entry.sequence for entry in entries if entry.kind in _PUBLISHING), default=0
        )
        self._turn = ""
        self._is_told = True
        self._closed: ReplayedFrame | None = None
        self._steps: Mapping[str, Callable[[ReplayedFrame, Entry], None]] = {
            "orders": lambda run, _: _ignore(take_in_orders(run)),
            "pull": lambda run, _: _ignore(pull(run)),
            "validate": lambda run, _: _ignore(validate(run, self._contracts)),
            QUOTES: lambda run, _: _ignore(take_in_quotes(run, self._contracts)),
            ACTIONS: lambda run, _: _ignore(take_in_actions(run)),
            JUDGEMENT: lambda run, _: judge_again(run, self._contracts),
            "reconcile": lambda run, _: _ignore(reconcile(run)),
            "report": _report,
            "pack": _pack,
            "deliveries": _deliveries,
            "closing": self._close,
            "publication": self._close,
        }

    def run(self) -> None:
        """Replay all entries; those of one run may lie apart."""
        for entry in self.entries:
            if entry.kind in _OF_NO_RUN:
                self._end_turn()
                self._turn, self._is_told = "", True
                self._state(entry)
                continue
            name = str(entry.facts.get("run", ""))
            step = self._steps.get(entry.kind)
            if step is None:
                raise ChainBroken(
                    f"Entry {entry.sequence} of the control chain is of a kind that cannot be "
                    f"replayed: {entry.kind}.",
                    "Use the version of the program that wrote it.",
                )
            run = self._frame(name, entry)
            if self._turn != name:
                self._end_turn()
                begin(run)
                self._turn, self._is_told = name, False
            step(run, entry)
            if self.chain.next is entry:
                raise ChainBroken(
                    f"Entry {entry.sequence} of the control chain ({entry.kind} of run {name}) "
                    "has nothing behind it any more.",
                    "Restore landing, order archive, actions and control together.",
                )
            if entry.kind == "closing":
                self._closed = run
                self._tell_run(f"closed, snapshot {(self.snapshot_digest or '')[:12]}")
            if entry.kind == QUOTES:
                self._tell_run("answers taken in")
            if entry.kind == "publication" and run.kind == ACTION:
                self._tell_run(f"published, snapshot {(self.snapshot_digest or '')[:12]}")
        self._end_turn()

    def _end_turn(self) -> None:
        if not self._is_told:
            self._tell_run("went no further")

    def _frame(self, name: str, entry: Entry) -> ReplayedFrame:
        if entry.kind == JUDGEMENT and name not in self.runs and self._closed is not None:
            # Nothing was left to take in, only to show: it was judged as the last closing was.
            self.runs[name] = self._closed.as_action(name)
        if entry.kind in _RUN_FACTS:
            self.runs[name] = frame_of(
                entry.facts, self._settings, chain=self.chain, warehouse=self._file
            )
        if name not in self.runs:
            raise ChainBroken(
                f"Entry {entry.sequence} of the control chain belongs to a run of which nothing "
                "is said.",
                "It was written by a version that did not say enough for a rebuild.",
            )
        return self.runs[name]

    def _close(self, run: ReplayedFrame, entry: Entry) -> None:
        with run.store() as store:
            is_action = run.kind == ACTION
            digest = settle_action(store) if is_action else settle(run, store).snapshot_digest
            self.snapshot_digest = digest
            if entry.sequence == self._last_closing and not self._is_in_place(digest):
                self.fresh = publication.publish(store.connection, run.places)
            # The bytes of a database file are never the same twice; what it shows is.
            noted = {**entry.facts.get("published", {}), "snapshot_digest": digest}
            (note_shown if is_action else close_run)(run, store, noted)

    def _is_in_place(self, digest: str) -> bool:
        """Whether readers have, byte for byte, what was published last, and it shows the same."""
        pins = [one.facts["published"] for one in self.entries if "published" in one.facts]
        there = sha256_of(self._settings.places.published)
        return bool(pins) and pins[-1] == {"sha256": there, "snapshot_digest": digest}

    def _state(self, entry: Entry) -> None:
        """Entries about the store as it stood, of no run: it must stand so again."""
        with open_warehouse(places_of(self._settings, self._file)) as connection:
            self.chain.rules = entry.facts.get("rules", self.chain.rules)
            self.chain.commit(connection, entry.kind, lambda: entry.facts)

    def _tell_run(self, end: str) -> None:
        self._is_told = True
        run = self.runs[self._turn]
        first, last = run.dates.first, run.dates.last
        dates = f"{last}" if first == last else f"{first} to {last}"
        self._tell(f"{run.kind} of {dates} (run {run.run_id[:8]}): {end}")


def _report(run: ReplayedFrame, entry: Entry) -> None:
    build_marts(run)
    draw_up_reports(run, with_packs=bool(entry.facts.get("late_packs")))


def _pack(run: ReplayedFrame, entry: Entry) -> None:
    draw_up_pack(run, date.fromisoformat(entry.facts["month_end"]))


def _ignore(_: object) -> None:
    """The chain says whether a step came out as before."""


def _deliveries(run: ReplayedFrame, entry: Entry) -> None:
    """What the outbox told that night: it lies outside the evidence, so the chain says it."""
    rows = [
        (*row[:3], datetime.fromisoformat(row[3]) if row[3] else None)
        for row in entry.facts["noted"]
    ]
    with run.store() as store:
        note_deliveries(store, rows, entry.facts["gone"])


def _exchange(places: Places, file: Path, replay: _Replay) -> Rebuilt:
    """Compare the two files, keep the old one aside, and put the new one in its place."""
    rebuilt = read_from(file, contents)
    held = read_from(file, lambda made: first_row(made, "from ops.control"))
    last = replay.entries[-1]
    if rebuilt is None or held != (last.sequence, last.digest):
        raise ChainBroken(
            f"The rebuilt file stands at another commit than the control chain, {last.sequence}.",
            "Nothing was changed; check the disk and run `recon rebuild` again.",
        )
    former = read_from(places.warehouse, contents)
    aside = put_in_place(file, places)
    if replay.fresh is not None or replay.chain.judged_anew:
        _note(places, replay)
    return Rebuilt(
        runs=len(replay.runs),
        entries=len(replay.entries),
        tables=len(rebuilt),
        snapshot_digest=replay.snapshot_digest,
        is_published_anew=replay.fresh is not None,
        judged_anew=tuple(replay.chain.judged_anew),
        is_compared=former is not None,
        differences=tuple(differences(former, rebuilt)) if former is not None else (),
        set_aside=aside,
    )


def _note(places: Places, replay: _Replay) -> None:
    """Say in the chain what the store holds now and which file readers get, and put it in place."""
    fresh = replay.fresh
    shown = (
        {"sha256": sha256_of(fresh.path), "snapshot_digest": replay.snapshot_digest}
        if fresh
        else {}
    )

    with open_warehouse(places) as connection:
        chain = Chain(places.control)
        chain.check(connection)
        chain.commit(
            connection,
            REBUILD,
            lambda: {
                **({"published": shown} if shown else {}),
                "rules": rule_version(),
                "totals": totals(connection, whole=True),
                "email_key": key_digest(places.control / "email.key"),
            },
        )
    if fresh is not None:
        publication.replace(fresh, places)
