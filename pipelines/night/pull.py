"""Pulling: every stream of the gateway, its rows and what may be said of them, committed at once.

Belongs here: the order of the streams, and that rows and windows commit together or not at all.
Stays out: what is asked for (`pulling`) and talking HTTP (`pipelines.gateway`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.manners import plain
from pipelines.night.frame import Frame, Store, run_facts
from pipelines.night.lines import note
from pipelines.night.pulling import Puller
from pipelines.warehouse.closing import remember_gateway
from pipelines.warehouse.coverage import LOOK_BACK
from pipelines.warehouse.queries import first_row, script
from pipelines.warehouse.staging import Taken


@dataclass(frozen=True)
class Pulled:
    """What a pull brought, by stream, and the streams that are not shown complete."""

    rows_received: dict[str, int]
    taken: dict[str, Taken]
    incomplete: frozenset[str]


def pull(frame: Frame) -> Pulled:
    """Pull what the range and the book still need and commit it at once.

    Raises the gateway's faults; then nothing was taken in and no window counts as covered.
    """
    with frame.store() as store:
        puller = Puller(frame, store)
        for endpoint in ENDPOINTS.values():
            puller.pull(endpoint)
        return take_in(frame, store, puller)


def take_in(frame: Frame, store: Store, puller: Puller) -> Pulled:
    """Commit what a puller brought: its rows, and its lines of `ops.pulls`."""
    taken: dict[str, Taken] = {}

    def work() -> Mapping[str, Any]:
        if puller.is_sweep:
            _note_sweep(store, puller)
        taken.update(append_staged(frame, store, puller))
        return pull_facts(frame, store, puller, taken)

    store.chain.commit(store.connection, "pull", work)
    received = dict.fromkeys(taken, 0)
    for line in puller.lines:
        received[line.stream] += line.rows_received
    return Pulled(
        received, taken, frozenset(line.stream for line in puller.lines if not line.complete)
    )


def append_staged(frame: Frame, store: Store, puller: Puller) -> dict[str, Taken]:
    """Append what a puller brought, with its lines; call it inside a commit of the chain."""
    gateway, run = frame.gateway, store.run
    remember_gateway(store.connection, gateway.base_url, gateway.business_id, frame.settings.zone)
    taken = {
        stream: staging.append(as_of=run.as_of, run_id=run.run_id)
        for stream, staging in puller.staged.items()
    }
    note(store, puller.lines, taken)
    return taken


def pull_facts(
    frame: Frame, store: Store, puller: Puller, taken: Mapping[str, Taken]
) -> dict[str, Any]:
    """What the chain says of a pull: enough to hear the same answers again."""
    return {
        **run_facts(frame, store.run),
        "is_sweep": puller.is_sweep,
        "manners": plain(puller.manners),
        "segments": {segment.path: segment.sha256 for segment in puller.segments},
        "new": {stream: counts.new for stream, counts in taken.items()},
        "changed": {stream: counts.changed for stream, counts in taken.items()},
    }


def _note_sweep(store: Store, puller: Puller) -> None:
    """What the sweep showed that the nights had missed, before its rows are taken in."""
    (line,) = (one for one in puller.lines if one.window and one.stream == "transactions")
    window = line.window
    assert window is not None  # noqa: S101 - chosen by it
    found = first_row(
        store.connection,
        script("intake/sweep_difference"),
        {
            "recent_from": window.end - LOOK_BACK,
            "window_from": window.start,
            "window_to": window.end,
        },
    )
    store.connection.execute(
        "insert into ops.sweeps values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            store.run.run_id,
            line.stream,
            store.run.as_of,
            window.start,
            window.end,
            line.complete,
            *(found or ()),
        ],
    )
