"""Validating: every row not yet checked meets its contract, or stands in quarantine with a reason.

Belongs here: handing rows to contracts and what happens to those that fail.
Stays out: the contracts (`assets.contracts`); they come in as arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb
import polars as pl
import pyarrow as pa

from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.night.frame import Frame, Store
from pipelines.warehouse.basis import write_basis, write_minor_units
from pipelines.warehouse.facts import quarantine
from pipelines.warehouse.queries import first_row, script
from pipelines.warehouse.renewal import renew_validated

CHECKED_ROWS = 25_000


class Contract(Protocol):
    """What must be true of the rows of one stream."""

    def refusals(self, rows: pl.DataFrame) -> Mapping[int, str]:
        """Reasons by row position for every row that breaks the contract."""

    def require_alert(self) -> None:
        """Raise ClaimBroken unless a known-bad row is refused."""


@dataclass(frozen=True)
class Validated:
    """Rows checked now, rows refused now, and the size of each table."""

    checked: dict[str, int]
    refused: dict[str, int]
    tables: dict[str, int]


def validate(frame: Frame, contracts: Mapping[str, Contract]) -> Validated:
    """Check what is new by stream, then compute the validated tables.

    Every contract must first refuse its known-bad row, or nothing is committed.
    """
    found = Validated({}, {}, {})
    with frame.store() as store:

        def work() -> Mapping[str, Any]:
            check_and_build(frame, store, contracts, into=found)
            return {"run": store.run.run_id, "checked": found.checked, "refused": found.refused}

        store.chain.commit(store.connection, "validate", work)
    checked, refused = sum(found.checked.values()), sum(found.refused.values())
    frame.tell(f"validated: {checked} rows checked, {refused} refused")
    return found


def check_and_build(
    frame: Frame, store: Store, contracts: Mapping[str, Contract], *, into: Validated
) -> None:
    """Check what is new and compute the validated tables; call it inside a commit of the chain."""
    for stream, contract in contracts.items():
        into.checked[stream], into.refused[stream] = check(store, stream, contract)
    write_minor_units(store.connection)
    write_basis(store.connection, frame.policy, **frame.basis(store.run))
    into.tables.update(renew_validated(store.connection))


def check(store: Store, stream: str, contract: Contract) -> tuple[int, int]:
    """Check what is new of a stream, so many rows at a time that memory stays bounded.

    Gives how many rows were checked and how many refused; call it inside a commit of the chain.
    """
    contract.require_alert()
    connection = store.connection
    checked, refused = 0, []
    files: list[str] = []
    newest = 0
    for rows in _unchecked(connection, stream):
        refused += [
            _refused(stream, rows.row(place, named=True), why)
            for place, why in contract.refusals(rows).items()
        ]
        checked += rows.height
        if stream == "orders":
            files += rows["file_digest"].unique(maintain_order=True).to_list()
        elif rows.height:
            newest = int(rows["arrival"].max())  # type: ignore[arg-type]
    if checked:
        quarantine(connection, refused, as_of=store.run.as_of)
        _note_checked(connection, stream, newest, files=dict.fromkeys(files))
    return checked, len(refused)


def _unchecked(connection: duckdb.DuckDBPyConnection, stream: str) -> Iterator[pl.DataFrame]:
    """What is new of a stream, in parts: a result as a whole would stand in memory as a whole."""
    query = script(f"intake/unchecked_{stream}")
    if stream == "orders":
        # Read to its end before anything else is asked: an unread result blocks the connection.
        for batch in connection.sql(query).to_arrow_reader(CHECKED_ROWS):
            yield pl.DataFrame(pa.Table.from_batches([batch]))
        return
    connection.execute(f"create or replace temp view unchecked_rows as {query}")
    first, last = first_row(connection, script("intake/unchecked_span")) or (1, 0)
    for start in range(first, last + 1, CHECKED_ROWS):
        part = connection.sql(
            script("intake/unchecked_part"),
            params={"first_arrival": start, "rows": CHECKED_ROWS},
        )
        yield pl.DataFrame(part.to_arrow_table())


def _note_checked(
    connection: duckdb.DuckDBPyConnection, stream: str, newest: int, *, files: Iterable[str]
) -> None:
    """Files are remembered one by one: a file may be dropped again after later ones were taken."""
    if stream == "orders":
        connection.executemany(
            "insert into ops.checked_files values (?)", [[digest] for digest in files]
        )
        return
    connection.execute("delete from ops.checked where stream = ?", [stream])
    connection.execute("insert into ops.checked values (?, ?)", [stream, newest])


def _refused(stream: str, row: Mapping[str, Any], reason: str) -> dict[str, Any]:
    if stream == "orders":
        return {
            "stream": stream,
            "source": row["source_file"],
            "source_digest": row["file_digest"],
            "source_row": row["source_row"],
            "key": row["order_id"],
            "reason": reason,
            "known_ids": [
                name
                for name in (
                    row["order_id"],
                    row["transaction_ref"],
                    *(row["session_ids"] or []),
                    *(row["further_refs"] or []),
                )
                if name
            ],
        }
    return {
        "stream": stream,
        "source": row["source"],
        "source_digest": row["content_digest"],
        "source_row": row["arrival"],
        "key": row[ENDPOINTS[stream].key],
        "reason": reason,
        "known_ids": [],
    }
