"""What may be said about a pull, a line for each window, list or set of ids.

Belongs here: making lines of certificates, and noting them in `ops.pulls`.
Stays out: what is asked for (`pulling`), and committing (`pull`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from pipelines.gateway.certificate import Certificate
from pipelines.gateway.endpoint import Endpoint
from pipelines.gateway.ledger import added
from pipelines.gateway.walk import Window
from pipelines.night.frame import Store
from pipelines.warehouse.queries import script
from pipelines.warehouse.staging import Taken


@dataclass(frozen=True, kw_only=True)
class Line:
    """What may be said about one window, list or set of ids: a line of `ops.pulls`.

    `walks` are the walks through the list, of many lists those of the one walked most; the other
    figures mean what they mean in a certificate.
    """

    stream: str
    window: Window | None = None
    pages: int = 0
    rows_received: int = 0
    distinct_ids: int = 0
    declared_total: int | None = None
    complete: bool = True
    reason: str = ""
    digest: str = ""
    walks: int = 1
    rows_outside: int = 0
    rows_repeated: int = 0
    rows_enriched: int = 0
    sums: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime


def certified(proof: Certificate, started_at: datetime) -> Line:
    """The line of one window or list."""
    return Line(
        stream=proof.stream,
        window=proof.window,
        pages=proof.pages,
        rows_received=proof.rows_received,
        distinct_ids=proof.distinct_ids,
        declared_total=proof.declared_total,
        complete=proof.complete,
        reason=proof.reason,
        digest=proof.digest,
        walks=proof.passes,
        rows_outside=proof.rows_outside,
        rows_repeated=proof.rows_repeated,
        rows_enriched=proof.rows_enriched,
        sums=proof.sums,
        started_at=started_at,
    )


def together(
    endpoint: Endpoint,
    proofs: Sequence[Certificate],
    started_at: datetime,
    *,
    rows: int,
    pages: int,
) -> Line:
    """One line over the lists of many parents."""
    totals = [proof.declared_total for proof in proofs if proof.declared_total is not None]
    broken = [proof for proof in proofs if not proof.complete]
    digest = sha256("".join(proof.digest for proof in proofs).encode()).hexdigest()
    return Line(
        stream=endpoint.stream,
        pages=pages + sum(proof.pages for proof in proofs),
        rows_received=rows + sum(proof.rows_received for proof in proofs),
        distinct_ids=rows + sum(proof.distinct_ids for proof in proofs),
        declared_total=sum(totals) if proofs and len(totals) == len(proofs) else None,
        complete=not broken,
        reason=f"{len(broken)} of {len(proofs)} lists: {broken[0].reason}" if broken else "",
        digest=digest if proofs else "",
        walks=max((proof.passes for proof in proofs), default=1),
        rows_outside=sum(proof.rows_outside for proof in proofs),
        rows_repeated=sum(proof.rows_repeated for proof in proofs),
        rows_enriched=sum(proof.rows_enriched for proof in proofs),
        sums=added(proof.sums for proof in proofs),
        started_at=started_at,
    )


def note(store: Store, lines: Iterable[Line], taken: Mapping[str, Taken]) -> None:
    """Note each line; what was new, changed or outdated is told on the first one of its stream."""
    told: set[str] = set()
    for line in lines:
        counts = Taken(0, 0) if line.stream in told else taken[line.stream]
        told.add(line.stream)
        facts = {
            name: value for name, value in vars(line).items() if name not in ("window", "sums")
        }
        store.connection.execute(
            script("intake/pull"),
            {
                **facts,
                "run_id": store.run.run_id,
                "window_from": line.window.start if line.window else None,
                "window_to": line.window.end if line.window else None,
                "as_of": store.run.as_of,
                "rows_new": counts.new,
                "rows_changed": counts.changed,
                "rows_outdated": counts.outdated,
                "sums": json.dumps(dict(line.sums), sort_keys=True),
                "finished_at": datetime.now(UTC),
            },
        )
