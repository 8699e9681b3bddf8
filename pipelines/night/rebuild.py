"""Making the warehouse again, from landing, order archive, actions and control chain alone.

Belongs here: the order of a rebuild (evidence checked, runs replayed, files exchanged), and what
is said of it. Stays out: how a run is replayed (`replay`), and what a table means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.faults import ChainBroken, ConfigurationFault
from pipelines.landing import Landing
from pipelines.night.deliver import close_run, note_deliveries, settle
from pipelines.night.frame import begin
from pipelines.night.judge import build_marts, draw_up, reconcile
from pipelines.night.orders import take_in_orders
from pipelines.night.pull import pull
from pipelines.night.replay import ReplayedChain, ReplayedFrame, frame_of, places_of
from pipelines.night.validate import Contract, validate
from pipelines.orders.archive import OrderArchive
from pipelines.settings import Places, Settings
from pipelines.warehouse import publication
from pipelines.warehouse.chain import Chain, Entry
from pipelines.warehouse.comparison import contents, differences
from pipelines.warehouse.policies import PolicyLog
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.replacement import file_in_the_making, put_in_place, read_from
from pipelines.warehouse.store import kept_open, lay_out, writer_lock

_NOTHING_THERE = ConfigurationFault(
    "Nothing was ever committed to this store, so there is nothing to rebuild.",
    "Run `recon nightly` first, or check RECON_DATA_DIR.",
)
_RUN_FACTS = frozenset({"orders", "pull"})


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild made, and how it compares with the file that was there."""

    runs: int
    entries: int
    tables: int
    snapshot_digest: str | None
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
    if not Chain(settings.places.control).has_entries():
        raise _NOTHING_THERE
    lay_out(settings.places)
    with writer_lock(settings.places, on_wait=tell):
        entries = _entries(settings.places)
        _require_evidence(settings, entries)
        with file_in_the_making(settings.places) as file:
            replay = _Replay(settings, contracts, entries, file=file, tell=tell)
            with kept_open(places_of(settings, file)):
                replay.run()
            return _exchange(settings.places, file, replay)


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
        self.fresh: Path | None = None
        self.snapshot_digest: str | None = None
        self._settings = settings
        self._contracts = contracts
        self._file = file
        self._tell = tell
        self._last_closing = max(
            (entry.sequence for entry in entries if entry.kind == "closing"), default=0
        )
        self._turn = ""
        self._is_told = True
        self._steps: Mapping[str, Callable[[ReplayedFrame, Entry], None]] = {
            "orders": lambda run, _: _ignore(take_in_orders(run)),
            "pull": lambda run, _: _ignore(pull(run)),
            "validate": lambda run, _: _ignore(validate(run, self._contracts)),
            "reconcile": lambda run, _: _ignore(reconcile(run)),
            "report": lambda run, _: _ignore((build_marts(run), draw_up(run))),
            "deliveries": _deliveries,
            "closing": self._close,
        }

    def run(self) -> None:
        """Replay all entries; those of one run may lie apart."""
        for entry in self.entries:
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
                self._tell_run(f"closed, snapshot {entry.facts['snapshot'][:12]}")
        self._end_turn()

    def _end_turn(self) -> None:
        if not self._is_told:
            self._tell_run("went no further")

    def _frame(self, name: str, entry: Entry) -> ReplayedFrame:
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
            settled = settle(run, store)
            if entry.sequence == self._last_closing:
                self.fresh = publication.publish(
                    store.connection, run.places, digest=settled.snapshot_digest
                )
                self.snapshot_digest = settled.snapshot_digest
            close_run(store, settled.snapshot_digest)

    def _tell_run(self, end: str) -> None:
        self._is_told = True
        run = self.runs[self._turn]
        first, last = run.dates.first, run.dates.last
        dates = f"{last}" if first == last else f"{first} to {last}"
        self._tell(f"{run.kind} of {dates} (run {run.run_id[:8]}): {end}")


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


def _entries(places: Places) -> list[Entry]:
    """The entries to replay: all that the store confirmed, or stands at."""
    entries = Chain(places.control).entries()
    if entries and not entries[-1].is_confirmed:
        held = read_from(places.warehouse, lambda former: first_row(former, "from ops.control"))
        if held != (entries[-1].sequence, entries[-1].digest):
            entries.pop()
    if not entries:
        raise _NOTHING_THERE
    return entries


def _require_evidence(settings: Settings, entries: Sequence[Entry]) -> None:
    """All that the chain names must be there as it was, before anything is begun."""
    places = settings.places
    landing = Landing(places.landing)
    policies = PolicyLog(places.actions)
    archive = OrderArchive(places.orders_archive)
    for entry in entries:
        for path, digest in entry.facts.get("segments", {}).items():
            if landing.digest(path) != digest:
                raise ChainBroken(
                    f"The landing file {path} is not the one that entry {entry.sequence} of the "
                    "control chain names: its digest is another.",
                    "Restore it from a backup. Nothing was changed.",
                )
        for file in entry.facts.get("taken", ()):
            archive.read(file["digest"])
        if "policy" in entry.facts:
            policies.find(entry.facts["policy"])


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
    if replay.fresh is not None:
        publication.replace(replay.fresh, places)
    return Rebuilt(
        runs=len(replay.runs),
        entries=len(replay.entries),
        tables=len(rebuilt),
        snapshot_digest=replay.snapshot_digest,
        judged_anew=tuple(replay.chain.judged_anew),
        is_compared=former is not None,
        differences=tuple(differences(former, rebuilt)) if former is not None else (),
        set_aside=aside,
    )
