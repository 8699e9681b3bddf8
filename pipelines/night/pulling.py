"""How each stream is pulled: which windows, ids, lists and questions a night asks for.

Belongs here: the strategies that the table of endpoints names. Stays out: what is noted of them
(`lines`), talking HTTP (`pipelines.gateway`), committing (`pull`), interval arithmetic
(`warehouse.coverage`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipelines.faults import GatewayRefused
from pipelines.gateway.certificate import Certificate
from pipelines.gateway.client import GatewayClient
from pipelines.gateway.endpoint import Endpoint, Strategy
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.lookup import ask_about, read_by_ids, read_one
from pipelines.gateway.manners import (
    page_size_for,
    refuses_pages_past_the_end,
    window_filtering,
)
from pipelines.gateway.records import Row
from pipelines.gateway.walk import PAGE_SIZE, Window, walk_list, walk_window
from pipelines.landing import SegmentFile
from pipelines.night.frame import Frame, Store
from pipelines.night.lines import Line, certified, together
from pipelines.night.progress import Tally, observed
from pipelines.partitions import cut_off
from pipelines.warehouse.coverage import is_sweep_due, windows_to_pull
from pipelines.warehouse.parents import Family, parents_to_read
from pipelines.warehouse.queries import first_row, script
from pipelines.warehouse.staging import Staging

NOT_OFFERED = frozenset({404, 405, 501})
WITNESSES = {
    "transactions": "intake/witness_transactions",
    "checkout_sessions": "intake/witness_sessions",
}


class Puller:
    """The pull of one run: a staging table a stream, the lines to note, the segments written."""

    def __init__(self, frame: Frame, store: Store) -> None:
        self.staged: dict[str, Staging] = {}
        self.lines: list[Line] = []
        self.segments: list[SegmentFile] = []
        self._frame = frame
        self._store = store
        self._digests = frame.digests()
        self._tally: Tally
        self.manners = frame.manners()
        self.is_sweep = frame.is_sweep or is_sweep_due(store.connection, store.run.as_of)
        self._ways: dict[Strategy, Callable[[Endpoint, GatewayClient], list[Line]]] = {
            Strategy.WINDOW: self._windows,
            Strategy.NAMED: self._named,
            Strategy.SNAPSHOT: self._snapshot,
            Strategy.CHILDREN: self._children,
            Strategy.QUOTES: self._quotes,
        }

    def pull(self, endpoint: Endpoint) -> None:
        """Bring one stream into its staging table; its parent's stands already."""
        frame, stream = self._frame, endpoint.stream
        staging = Staging(self._store.connection, stream, key=endpoint.key, digests=self._digests)
        self.staged[stream] = staging
        with (
            frame.conversation(stream) as (client, segments),
            observed(stream, frame.observer, lambda: client.requests) as self._tally,
        ):
            lines = self._ways[endpoint.strategy](endpoint, client)
        staging.flush()
        self.lines += lines
        self.segments += segments

    def _windows(self, endpoint: Endpoint, client: GatewayClient) -> list[Line]:
        frame, take = self._frame, self.staged[endpoint.stream].take
        until = cut_off(frame.dates.last, frame.settings.zone)
        windows = windows_to_pull(
            self._store.connection,
            frame.dates.first,
            until=until,
            zone=frame.settings.zone,
            is_sweep=self.is_sweep,
        )
        filtering = window_filtering(self.manners)
        if filtering != "honoured" and filtering is not None:
            # Every walk reads the whole list anyway, so one serves from the first to the last.
            windows = [(windows[0][0], windows[-1][1])]
        lines = []
        for number, window in enumerate(windows, 1):
            started_at = datetime.now(UTC)
            self._tally.part(f"window {number} of {len(windows)}")
            walk = walk_window(
                client,
                endpoint,
                Window(*window),
                page_size=page_size_for(self.manners, default=PAGE_SIZE),
                is_filtered=filtering != "unusable",
                ends_in_refusal=refuses_pages_past_the_end(self.manners),
                take=take,
                reach=self._tally.reach,
            )
            lines.append(certified(walk.certificate, started_at))
        self.staged[endpoint.stream].flush()
        query = "create or replace temp table unsettled_transactions as "
        self._store.connection.execute(
            query + script("intake/unsettled_transactions"), {"as_of": self._store.run.as_of}
        )
        unlisted = self._store.connection.execute(script("intake/unsettled_unlisted")).fetchall()
        ids = [row[0] for row in unlisted]
        return [*lines, self._read(endpoint, client, ids, known=ids)]

    def _named(self, endpoint: Endpoint, client: GatewayClient) -> list[Line]:
        wanted = self._rows("wanted_sessions")
        known = [name for name, is_known in wanted if is_known]
        return [self._read(endpoint, client, [name for name, _ in wanted], known=known)]

    def _snapshot(self, endpoint: Endpoint, client: GatewayClient) -> list[Line]:
        started_at = datetime.now(UTC)
        try:
            take = self.staged[endpoint.stream].take
            walk = walk_list(client, endpoint, take=take, reach=self._tally.reach)
        except GatewayRefused as refusal:
            return [self._not_offered(endpoint, refusal, started_at)]
        return [certified(walk.certificate, started_at)]

    def _children(self, endpoint: Endpoint, client: GatewayClient) -> list[Line]:
        started_at = datetime.now(UTC)
        certificates: list[Certificate] = []
        refusals: list[GatewayRefused] = []
        rows, pages = 0, 0
        parents = self._parents(endpoint)
        self._tally.part(f"under {endpoint.parent}", "parents", expected=len(parents))
        take, reach = self.staged[endpoint.stream].take, self._tally.list
        for places in parents:
            found = 0
            try:
                if endpoint.list_path is None:
                    found = self._take_one(endpoint, read_one(client, endpoint, places))
                else:
                    walk = walk_list(client, endpoint, places, take=take, reach=reach)
                    certificates.append(walk.certificate)
            except GatewayRefused as refusal:
                if refusal.status not in NOT_OFFERED:
                    raise
                refusals.append(refusal)
                continue
            self._tally.answer(found)
            rows += found
            pages += endpoint.list_path is None
        if refusals and len(refusals) == len(parents):
            return [self._not_offered(endpoint, refusals[0], started_at)]
        line = together(endpoint, certificates, started_at, rows=rows, pages=pages)
        if refusals:
            # Of a list that is there for others it is not known to be empty.
            reason = f"{len(refusals)} of {len(parents)} lists: status {refusals[0].status}"
            line = replace(
                line, complete=False, reason="; ".join(filter(None, (reason, line.reason)))
            )
        return [line]

    def _quotes(self, endpoint: Endpoint, client: GatewayClient) -> list[Line]:
        """Ask for every pair once a night: a night that runs again finds its quotes held."""
        started_at = datetime.now(UTC)
        connection, as_of = self._store.connection, self._store.run.as_of.isoformat()
        held_before = connection.execute(f"select {endpoint.key} from raw.{endpoint.stream}")  # noqa: S608 - names of ours
        held = {row[0] for row in held_before.fetchall()}
        keyed = {"/".join((*pair.values(), as_of)): pair for pair in self._pairs(endpoint)}
        asked = {key: pair for key, pair in keyed.items() if key not in held}
        self._tally.part("by pair", "pairs", expected=len(asked))
        rows, refused = 0, 0
        for key, pair in asked.items():
            found = 0
            try:
                found = self._take_one(endpoint, ask_about(client, endpoint, pair, key=key))
            except GatewayRefused as refusal:
                if refusal.status not in (400, *NOT_OFFERED):
                    raise
                refused += 1
            self._tally.answer(found)
            rows += found
        reason = f"{refused} of {len(asked)} pairs are not quoted" if refused else ""
        is_silent = bool(asked) and refused == len(asked)
        return [
            Line(
                stream=endpoint.stream,
                pages=len(asked),
                rows_received=rows,
                distinct_ids=rows,
                declared_total=len(asked),
                # What was quoted before must not end in silence.
                complete=not (is_silent and held),
                reason=reason,
                started_at=started_at,
            )
        ]

    def _read(
        self,
        endpoint: Endpoint,
        client: GatewayClient,
        ids: Sequence[str],
        *,
        known: Sequence[str],
    ) -> Line:
        started_at = datetime.now(UTC)
        self._tally.part("by id", "ids", expected=len(ids))
        reading = read_by_ids(client, endpoint, ids, answer=self._tally.answer)
        rows = sum(self._take_one(endpoint, row) for row in reading)
        missing = len(reading.missing)
        reason = f"{missing} of {len(ids)} ids are unknown to the gateway" if missing else ""
        is_path_doubtful = reading.finds_none_of(known)
        if is_path_doubtful and self._has_witness(endpoint, client, ids):
            is_path_doubtful = False
            reason += "; another one that it gave itself is known"
        elif is_path_doubtful:
            reason += ", and every id that it gave itself is among them"
        return Line(
            stream=endpoint.stream,
            pages=len(ids),
            rows_received=rows,
            distinct_ids=rows,
            declared_total=len(ids),
            complete=not is_path_doubtful,
            reason=reason,
            digest=reading.ledger.digest() if rows else "",
            rows_repeated=reading.ledger.rows_repeated,
            sums=reading.ledger.sums(),
            started_at=started_at,
        )

    def _has_witness(self, endpoint: Endpoint, client: GatewayClient, asked: Sequence[str]) -> bool:
        """Whether the path leads to a row not asked for: then the others are gone indeed."""
        query = script(WITNESSES[endpoint.stream])
        witness = first_row(self._store.connection, query, {"asked": list(asked)})
        return witness is not None and read_one(client, endpoint, {"id": witness[0]}) is not None

    def _take_one(self, endpoint: Endpoint, row: Row | None) -> int:
        if row is None:
            return 0
        self.staged[endpoint.stream].take([row])
        return 1

    def _not_offered(
        self, endpoint: Endpoint, refusal: GatewayRefused, started_at: datetime
    ) -> Line:
        """A list that no source attests may not be there; one that was there must not vanish."""
        if refusal.status not in NOT_OFFERED:
            raise refusal
        connection = self._store.connection
        held = first_row(connection, f"select 1 from raw.{endpoint.stream} limit 1")  # noqa: S608 - a name of ours
        return Line(
            stream=endpoint.stream,
            pages=1,
            complete=held is None,
            reason=f"the gateway does not offer this list (status {refusal.status})",
            started_at=started_at,
        )

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        parameters = {"as_of": self._store.run.as_of}
        return self._store.connection.execute(script(f"intake/{query}"), parameters).fetchall()

    def _parents(self, endpoint: Endpoint) -> list[Mapping[str, str]]:
        """Where children are listed: under parents that are new, changed, not over or owed."""
        parent = ENDPOINTS[str(endpoint.parent)]
        found = parents_to_read(
            self._store.connection,
            _family(parent, endpoint.places),
            _family(endpoint, endpoint.listed_under),
            is_sweep=self.is_sweep or self._is_owed(endpoint.stream),
        )
        return [dict(zip(endpoint.places, values, strict=True)) for values in found]

    def _is_owed(self, stream: str) -> bool:
        """Whether the last pull of a stream was not complete; for whom is not kept."""
        last = first_row(
            self._store.connection, script("intake/last_pull_is_complete"), {"stream": stream}
        )
        return last is not None and last[0] is False

    def _pairs(self, endpoint: Endpoint) -> list[Mapping[str, str]]:
        """What quotes are asked for: as the policy says, else what payments of late used."""
        quotes = self._frame.policy.quotes
        pairs = [(one.currency, one.network, format(one.amount, "f")) for one in quotes]
        return [
            dict(zip(endpoint.asked, pair, strict=True))
            for pair in pairs or self._rows("quoted_pairs")
        ]


def _family(endpoint: Endpoint, places: Sequence[str]) -> Family:
    return Family(
        stream=endpoint.stream,
        key=endpoint.key,
        state=endpoint.state,
        final=endpoint.final,
        places=places,
    )
