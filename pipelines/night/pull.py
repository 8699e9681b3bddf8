"""Pulling: windows by gap, unsettled rows again by id, sessions by the ids that name them.

Belongs here: which rows are asked for, and that rows and windows commit together or not at all.
Stays out: talking HTTP (`pipelines.gateway`) and interval arithmetic (`warehouse.coverage`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from pipelines.gateway.answers import Answer, Kept
from pipelines.gateway.client import GatewayClient
from pipelines.gateway.endpoint import Endpoint
from pipelines.gateway.streams.payments import CHECKOUT_SESSIONS, TRANSACTIONS
from pipelines.gateway.walk import Window, read_by_ids, walk_window
from pipelines.landing import SegmentFile
from pipelines.night.frame import Frame, Store
from pipelines.partitions import DateRange, cut_off
from pipelines.policy import Policy
from pipelines.settings import Settings
from pipelines.warehouse.closing import remember_gateway
from pipelines.warehouse.coverage import windows_to_pull
from pipelines.warehouse.facts import append_rows
from pipelines.warehouse.queries import script

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Certified:
    """What may be said about one window or one list of ids: a line of `ops.pulls`."""

    stream: str
    window: Window | None
    pages: int
    rows_received: int
    distinct_ids: int
    declared_total: int | None
    complete: bool
    reason: str
    digest: str
    started_at: datetime
    rows: Sequence[Row] = field(repr=False)


@dataclass(frozen=True)
class Pulled:
    """What a pull brought, by stream."""

    rows_received: dict[str, int]
    rows_new: dict[str, int]
    rows_changed: dict[str, int]
    is_complete: bool


def pull(frame: Frame) -> Pulled:
    """Pull what the range and the book still need and commit it at once.

    Raises the gateway's faults; then nothing was taken in and no window counts as covered.
    """
    with frame.store() as store:
        segments: list[SegmentFile] = []
        transactions = _pull_transactions(frame, store, segments)
        brought = _brought(store, transactions)
        sessions = _pull_sessions(frame, store, segments, named=brought)
        parts = [*transactions, sessions]
        taken: dict[str, tuple[int, int]] = {}

        def work() -> Mapping[str, Any]:
            gateway = frame.gateway
            remember_gateway(
                store.connection, gateway.base_url, gateway.business_id, frame.settings.zone
            )
            for stream in ("transactions", "checkout_sessions"):
                rows = [row for part in parts if part.stream == stream for row in part.rows]
                counted = append_rows(
                    store.connection,
                    stream,
                    rows,
                    as_of=store.run.as_of,
                    run_id=store.run.run_id,
                    digests=frame.digests(),
                )
                taken[stream] = (counted.new, counted.changed)
            _note_pulls(store, parts, taken)
            return {
                "run": store.run.run_id,
                "segments": {segment.path: segment.sha256 for segment in segments},
                "new": {stream: counts[0] for stream, counts in taken.items()},
                "changed": {stream: counts[1] for stream, counts in taken.items()},
            }

        store.chain.commit(store.connection, "pull", work)
    pulled = Pulled(
        rows_received={
            stream: sum(part.rows_received for part in parts if part.stream == stream)
            for stream in taken
        },
        rows_new={stream: counts[0] for stream, counts in taken.items()},
        rows_changed={stream: counts[1] for stream, counts in taken.items()},
        is_complete=all(part.complete for part in parts),
    )
    for stream in taken:
        frame.tell(
            f"{stream}: {pulled.rows_received[stream]} rows received, "
            f"{pulled.rows_new[stream]} new, {pulled.rows_changed[stream]} changed"
        )
    return pulled


def _pull_transactions(frame: Frame, store: Store, segments: list[SegmentFile]) -> list[Certified]:
    until = cut_off(frame.dates.last, frame.settings.zone)
    windows = windows_to_pull(
        store.connection, frame.dates.first, until=until, zone=frame.settings.zone
    )
    parts: list[Certified] = []
    with (
        frame.landing.segment("transactions", store.run.run_id) as segment,
        GatewayClient(frame.gateway, segment, limits=frame.limits) as client,
    ):
        parts += [_walk(client, TRANSACTIONS, Window(*window)) for window in windows]
        listed = {row["transaction_id"] for part in parts for row in part.rows}
        unsettled = _ids(store.connection, "unsettled_transactions", store.run.as_of)
        wanted = [name for name in unsettled if name not in listed]
        parts.append(_read(client, TRANSACTIONS, wanted))
    segments += segment.finished
    return parts


def _pull_sessions(
    frame: Frame, store: Store, segments: list[SegmentFile], *, named: list[str]
) -> Certified:
    wanted = _ids(store.connection, "wanted_sessions", store.run.as_of)
    with (
        frame.landing.segment("checkout_sessions", store.run.run_id) as segment,
        GatewayClient(frame.gateway, segment, limits=frame.limits) as client,
    ):
        part = _read(client, CHECKOUT_SESSIONS, sorted({*wanted, *named}))
    segments += segment.finished
    return part


def _brought(store: Store, parts: list[Certified]) -> list[str]:
    """Sessions of the transactions just read that the store does not hold yet."""
    held = {
        row[0]
        for row in store.connection.execute(
            "select distinct session_id from raw.checkout_sessions"
        ).fetchall()
    }
    named = {row.get("checkout_session_id") for part in parts for row in part.rows}
    return sorted(name for name in named if name is not None and name not in held)


def _walk(client: GatewayClient, endpoint: Endpoint, window: Window) -> Certified:
    started_at = datetime.now(UTC)
    walk = walk_window(client, endpoint, window)
    proof = walk.certificate
    return Certified(
        stream=endpoint.stream,
        window=window,
        pages=proof.pages,
        rows_received=proof.rows_received,
        distinct_ids=proof.distinct_ids,
        declared_total=proof.declared_total,
        complete=proof.complete,
        reason=proof.reason,
        digest=proof.digest,
        started_at=started_at,
        rows=walk.rows,
    )


def _read(client: GatewayClient, endpoint: Endpoint, ids: Sequence[str]) -> Certified:
    started_at = datetime.now(UTC)
    reading = read_by_ids(client, endpoint, ids)
    rows = list(reading)
    return Certified(
        stream=endpoint.stream,
        window=None,
        pages=len(ids),
        rows_received=len(rows),
        distinct_ids=len({row[endpoint.key] for row in rows}),
        declared_total=len(ids),
        complete=True,
        reason=f"{len(reading.missing)} of {len(ids)} ids are unknown to the gateway"
        if reading.missing
        else "",
        digest="",
        started_at=started_at,
        rows=rows,
    )


def _ids(connection: duckdb.DuckDBPyConnection, query: str, as_of: datetime) -> list[str]:
    rows = connection.execute(script(f"intake/{query}"), {"as_of": as_of}).fetchall()
    return [row[0] for row in rows]


def _note_pulls(store: Store, parts: list[Certified], taken: Mapping[str, tuple[int, int]]) -> None:
    """One line a window; what was new or changed is counted on the first line of its stream."""
    counted: set[str] = set()
    for part in parts:
        new, changed = (0, 0) if part.stream in counted else taken[part.stream]
        counted.add(part.stream)
        store.connection.execute(
            "insert into ops.pulls values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                store.run.run_id,
                part.stream,
                part.window.start if part.window else None,
                part.window.end if part.window else None,
                store.run.as_of,
                part.pages,
                part.rows_received,
                part.distinct_ids,
                new,
                changed,
                part.declared_total,
                part.complete,
                part.reason,
                part.digest,
                False,
                part.started_at,
                datetime.now(UTC),
            ],
        )


class _Forgetful:
    """Keeps nothing: for a probe whose answer is not a fact of the book."""

    def keep(self, answer: Answer, also_cut: tuple[bytes, ...] = ()) -> Kept:  # noqa: ARG002
        return Kept("", answer.body)


def probe_gateway(settings: Settings) -> None:
    """Ask for one transaction to see that the gateway answers and accepts the key."""
    probed = Frame(settings, Policy(), "", "probe", DateRange(date.min, date.min))
    with GatewayClient(probed.gateway, _Forgetful()) as client:
        client.fetch("/api/v1/transactions", (("limit", "1"),), shape=lambda payload: payload)
