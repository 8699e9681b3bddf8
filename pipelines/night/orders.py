"""Taking order exports in: the inbox is looked at once, every file becomes rows or a refusal.

Belongs here: the order of effects (archive first, then rows and `ops.files` in one commit).
Stays out: how a file is read (`pipelines.orders`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.night.copies import overruled
from pipelines.night.frame import Frame, Store, run_facts
from pipelines.orders.archive import ArchivedFile
from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.handing import handed_over
from pipelines.orders.inbox import Arrival, State
from pipelines.orders.intake import Intake, Reading
from pipelines.orders.opening import ExportChanged
from pipelines.orders.reader import OrderFile
from pipelines.orders.sidecars import ControlTotals, control_json
from pipelines.orders.succession import Dated
from pipelines.warehouse.closing import Run
from pipelines.warehouse.facts import EmailDigests, insert, quarantine
from pipelines.warehouse.queries import script

# Two row groups of the database: fewer at a time are written twice, more are held for nothing.
_ROWS_AT_ONCE = 2 * 122_880


@dataclass(frozen=True)
class OrdersTaken:
    """What one look at the inbox brought."""

    files: int
    rows_received: int
    rows_quarantined: int
    refusals: tuple[str, ...]


def take_in_orders(frame: Frame) -> OrdersTaken:
    """Take in every export of the inbox that is new; files stay where they are.

    One file's rows at a time are in memory: what was read waits in a folder of its own.
    """
    places = frame.places
    places.temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
    with frame.store() as store, handed_over(places.temporary) as shelf:
        known = _known_digests(store.connection)
        found = frame.exports(known)
        read, refused = _read_all(frame, found, shelf, taken_at=_moment(store.run))
        kept = [_archived(frame, one) for one in read]
        refusals = [*refused, *_overruled(frame, store, found)]
        if kept or refusals:
            digests = frame.digests()

            def work() -> Mapping[str, Any]:
                for one in kept:
                    _append(store, one.reading.file(), one.archived.arrival, digests)
                # What was just taken in may have overruled more, or be what a copy says.
                refusals[len(refused) :] = _overruled(frame, store, found)
                for refusal, digest in refusals:
                    _note_refusal(store, refusal, digest)
                return {
                    **run_facts(frame, store.run),
                    "files": [one.archived.digest for one in kept],
                    "archive": {
                        name: digest
                        for one in kept
                        for name, digest in frame.archive.names_of(one.archived.digest).items()
                    },
                    "taken": [_taken(one) for one in kept],
                    "rows": sum(one.rows_received for one in kept),
                    "refused": [refusal.name for refusal, _ in refusals],
                    "refusals": [_refused(refusal, digest) for refusal, digest in refusals],
                }

            store.chain.commit(store.connection, "orders", work)
    taken = OrdersTaken(
        files=len(kept),
        rows_received=sum(one.rows_received for one in kept),
        rows_quarantined=sum(one.rows_quarantined for one in kept),
        refusals=tuple(str(refusal) for refusal, _ in refusals),
    )
    frame.tell(
        f"orders: {taken.files} new files, {taken.rows_received} rows, "
        f"{taken.rows_quarantined} quarantined, {len(taken.refusals)} files refused"
    )
    return taken


def _overruled(
    frame: Frame, store: Store, found: list[Arrival]
) -> list[tuple[OrderFileRefused, str]]:
    """Refusals of copies; without a digest, which is that of what stands in `ops.files`."""
    return [(one, "") for one in overruled(store.connection, found, frame.settings.zone)]


@dataclass(frozen=True)
class _Export(Dated):
    """An export that was read."""

    control: ControlTotals | None
    reading: Reading


@dataclass(frozen=True)
class _Kept:
    """An export that was read and archived; how it came may differ from what the archive says."""

    archived: ArchivedFile
    name: str
    control: ControlTotals | None
    reading: Reading
    rows_received: int
    rows_quarantined: int


def _archived(frame: Frame, read: _Export) -> _Kept:
    file = read.reading.file()
    with read.reading.content.open("rb") as content:
        archived = frame.archive.keep(file.name, content, control=read.control)
    read.reading.content.unlink()
    return _Kept(
        archived,
        file.name,
        read.control,
        read.reading,
        rows_received=file.rows_received,
        rows_quarantined=file.quarantined.height,
    )


def _read_all(
    frame: Frame, found: list[Arrival], shelf: Path, *, taken_at: datetime
) -> tuple[list[_Export], list[tuple[OrderFileRefused, str]]]:
    """Read what is ready; oldest export first, which fixes the arrival numbers."""
    read: dict[str, _Export] = {}
    refusals: list[tuple[OrderFileRefused, str]] = []
    with Intake(frame.places.temporary) as intake:
        for place, arrival in enumerate(found):
            if arrival.refusal is not None:
                refusals.append((arrival.refusal, arrival.digest or ""))
            if arrival.state is not State.READY or arrival.export is None:
                continue
            try:
                one = _read(frame, intake, arrival, folder=shelf / str(place), taken_at=taken_at)
            except OrderFileRefused as refusal:
                refusals.append((refusal, arrival.digest or ""))
            except ExportChanged:
                frame.tell(
                    f"orders: {arrival.name} changed while it was read and is left for later"
                )
            else:
                former = read.get(arrival.export.digest)
                if former is None or one.lateness > former.lateness:
                    read[arrival.export.digest] = one
    return frame.succession(list(read.values())), refusals


def _moment(run: Run) -> datetime:
    """When the run takes files in, as it is recorded: a rebuild has to date them alike.

    A backfill may meet exports of today. No run starts before its as-of, whatever a clock says.
    """
    return max(run.started_at, run.as_of)


def _read(
    frame: Frame, intake: Intake, arrival: Arrival, *, folder: Path, taken_at: datetime
) -> _Export:
    with intake.reading(
        arrival.name,
        arrival.export or b"",
        time_zone=frame.settings.zone,
        mappings=frame.policy.orders,
        control=arrival.control,
        taken_at=taken_at,
    ) as reading:
        kept = reading.moved(folder)
    file = kept.file()
    # What nothing dates counts as of the run, here as in `ops.files`.
    day = file.exported_on or frame.dates.last
    written = arrival.export.modified_ns if arrival.export is not None else 0
    return _Export(day, written, file.name, arrival.control, kept)


def _known_digests(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = connection.execute(
        "select file_digest from ops.files where state = 'accepted'"
    ).fetchall()
    return frozenset(row[0] for row in rows)


def _append(store: Store, file: OrderFile, arrival: int, digests: EmailDigests) -> None:
    known = _email_digests(file.accepted["customer_email"], digests)
    for rows in file.accepted.iter_slices(_ROWS_AT_ONCE):
        digested = rows.select("customer_email").join(
            known, on="customer_email", how="left", maintain_order="left"
        )
        # Text goes on as it lies in the file: another form of it would be a copy.
        staged = rows.drop("customer_email").to_arrow(compat_level=pl.CompatLevel.newest())
        insert(
            store.connection,
            "intake/orders",
            staged.append_column(
                "customer_email_digest", digested["customer_email_digest"].to_arrow()
            ),
            file_digest=file.digest,
            as_of=store.run.as_of,
        )
    quarantine(
        store.connection,
        [
            {
                "stream": "orders",
                "source": file.name,
                "source_digest": file.digest,
                **row,
                "known_ids": list(row["known_ids"] or []),
            }
            for row in file.quarantined.iter_rows(named=True)
        ],
        as_of=store.run.as_of,
    )
    if file.set_aside.height:
        insert(
            store.connection,
            "intake/orders_aside",
            file.set_aside.to_arrow(),
            file_digest=file.digest,
        )
    _note_file(
        store,
        file_digest=file.digest,
        name=file.name,
        layout=file.layout,
        exported_date=file.exported_on or store.run.dates.last,
        arrival=arrival,
        lines_received=file.lines_received,
        rows_received=file.rows_received,
        rows_accepted=file.accepted.height,
        rows_repeated=file.repeats,
        rows_aside=file.aside,
        rows_quarantined=file.quarantined.height,
    )


def _email_digests(addresses: pl.Series, digests: EmailDigests) -> pl.DataFrame:
    """Give the digest of each address, worked out once however often the address stands there."""
    known = addresses.drop_nulls().unique()
    return pl.DataFrame(
        {
            "customer_email": known,
            "customer_email_digest": pl.Series(map(digests.of, known), dtype=pl.String),
        }
    )


def _taken(kept: _Kept) -> dict[str, Any]:
    """How a file came: its name and the totals beside it may differ from those in the archive."""
    control = control_json(kept.control)
    return {"digest": kept.archived.digest, "name": kept.name, "control": control}


def _refused(refusal: OrderFileRefused, digest: str) -> dict[str, str]:
    return {"digest": digest, "name": refusal.name, "sentence": _sentence(refusal)}


def _sentence(refusal: OrderFileRefused) -> str:
    """Why the file was refused, without its name in front."""
    told = str(refusal).removeprefix(f"{refusal.name}: ").removeprefix(f"{refusal.name}, ")
    return told.rstrip()


def _note_refusal(store: Store, refusal: OrderFileRefused, digest: str) -> None:
    store.connection.execute(
        "delete from ops.files where state = 'refused' and name = ? and file_digest = ?",
        [refusal.name, digest],
    )
    _note_file(
        store,
        file_digest=digest,
        name=refusal.name,
        layout="unknown",
        state="refused",
        reason=_sentence(refusal),
    )


_NOTHING = {
    **dict.fromkeys(("reason", "exported_date")),
    **dict.fromkeys(("arrival", "lines_received", "rows_received", "rows_accepted"), 0),
    **dict.fromkeys(("rows_repeated", "rows_aside", "rows_quarantined"), 0),
    "state": "accepted",
}


def _note_file(store: Store, **told: Any) -> None:
    store.connection.execute(
        script("intake/file"),
        {
            **_NOTHING,
            **told,
            "as_of": store.run.as_of,
            "run_id": store.run.run_id,
            "seen_at": datetime.now(UTC),
        },
    )
