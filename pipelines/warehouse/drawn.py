"""Reports as they are stored: drawn by a run, and theirs alone until its closing publishes them.

What a drawn report replaces is kept beside it, so that one nobody has seen can be taken back: a run
may die between drawing and publishing, and people may decide before the next one.

Belongs here: `delivered.reports` and what it stood as when it was published last.
Stays out: the figures (`figures`), and which months end late (`month_ends`).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import duckdb

from pipelines.policy import Policy
from pipelines.warehouse.figures import DRAWN, changes_of, figures_of, heading_of
from pipelines.warehouse.queries import first_row, script

SINCE = {"changes_since": "closing"}
"""What the entry of drawn reports says: since when they name changes. Formerly it was since any run
that had drawn them, also one that died."""


def store_reports(
    connection: duckdb.DuckDBPyConnection, policy: Policy, *, reasons: list[str]
) -> dict[str, str]:
    """Store every report of the date just judged; their digests by name.

    Where nothing but the note on changes would differ, the report of a closing stays as it is, so
    that a night run again gives the same bytes.
    """
    heading = heading_of(connection, policy, reasons=reasons)
    take_back_unpublished(connection)
    drawn: dict[str, list[dict[str, Any]]] = {}
    return {
        name: store_report(connection, figures_of(connection, name, heading, drawn=drawn))
        for name in DRAWN
    }


def store_report(connection: duckdb.DuckDBPyConnection, figures: dict[str, Any]) -> str:
    """Store one report and what changed since its date was closed before; its digest."""
    key = {name: figures[name] for name in ("name", "business_date")}
    former = first_row(connection, script("work/stored_report"), {**key, "known_at": None})
    before = json.loads(former[0]) if former else None
    if former and before and {**before, "changes": []} == {**figures, "changes": []}:
        return _digest(former[0])
    figures["changes"] = changes_of(before, figures) if before is not None else []
    text = json.dumps(figures, sort_keys=True, ensure_ascii=False)
    connection.execute(script("work/keep_replaced_report"), key)
    connection.execute(
        "delete from delivered.reports where name = $name and business_date = $business_date", key
    )
    connection.execute(
        "insert into delivered.reports values (?, ?, ?, ?, ?)",
        [*key.values(), figures["as_of"], _digest(text), text],
    )
    return _digest(text)


def take_back_unpublished(connection: duckdb.DuckDBPyConnection) -> int:
    """Let the stored reports be those of the closings; how many came back in place of others."""
    connection.execute(script("work/forget_unpublished_reports"))
    (back,) = first_row(
        connection,
        "insert into delivered.reports from delivered.replaced_reports where digest is not null",
    ) or (0,)
    forget_replaced(connection)
    return int(back)


def forget_replaced(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep the stored reports: a closing publishes them, or they are its own again."""
    connection.execute("delete from delivered.replaced_reports")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
