"""The control chain: what was committed, told outside the database, so that a lost commit shows.

Each entry names its predecessor's digest. It is written before the database commits and confirmed
after, so that the two can differ in one way only: a last entry that was announced and never
committed. A further line says when the commit had left the WAL for the database file, which tells
a lost WAL from an older file put back.

Belongs here: writing, confirming and checking entries. Stays out: what the entries say, and
reading them (`history`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.faults import ChainBroken
from pipelines.warehouse.history import (
    ACCEPT,
    Entry,
    History,
    digest_of,
    left_by_a_kill,
    read_history,
)
from pipelines.warehouse.holdings import row_counts
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.store import transaction

REMEDY = "Run `recon verify`: it says what does not hold and what to do."


class Chain:
    """The file `control/chain.jsonl` of one store; use it under the writer lock."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "chain.jsonl"

    def has_entries(self) -> bool:
        """Whether anything was ever committed to this store."""
        return self._file.exists() and self._file.stat().st_size > 0

    def history(self) -> History:
        """Everything the chain says, read anew; nothing is mended."""
        return read_history(self._file)

    def commit(
        self,
        connection: duckdb.DuckDBPyConnection,
        kind: str,
        work: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Do the work in one transaction and commit it together with an entry of what it says."""
        self._commit(connection, kind, work, after=self._sound_history().last)

    def accept(self, connection: duckdb.DuckDBPyConnection, facts: Mapping[str, Any]) -> None:
        """Go on from the store as it stands, whatever the chain says; the facts say what was found.

        Lines that do not follow stay in the file for ever, and so does this entry about them.
        """
        self._commit(connection, ACCEPT, lambda: facts, after=self._whole_lines().last)

    def check(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Compare the store with the chain and mend what a kill may leave.

        Raises ChainBroken when they differ in a way that no kill explains.
        """
        held = held_commit(connection)
        history = self._sound_history()
        last = history.last
        if held == (last.sequence, last.digest):
            if not last.is_confirmed:
                self._append({"confirms": last.sequence})
            if not last.is_checkpointed:
                self._settle(connection, last.sequence)
            return
        if left_by_a_kill(history, held):
            self._append({"voids": last.sequence})
            return
        raise ChainBroken(
            f"The warehouse stands at commit {held[0]}, its control chain at {last.sequence}: "
            "commits are missing or the file was replaced.",
            REMEDY,
        )

    def _commit(
        self,
        connection: duckdb.DuckDBPyConnection,
        kind: str,
        work: Callable[[], Mapping[str, Any]],
        *,
        after: Entry,
    ) -> None:
        sequence = after.sequence + 1
        with transaction(connection):
            facts = work()
            body = {
                "sequence": sequence,
                "previous": after.digest,
                "kind": kind,
                "facts": facts,
                "held": row_counts(connection),
            }
            digest = digest_of(body)
            connection.execute("delete from ops.control")
            connection.execute("insert into ops.control values (?, ?)", [sequence, digest])
            self._append({**body, "digest": digest})
        self._append({"confirms": sequence})
        self._settle(connection, sequence)

    def _settle(self, connection: duckdb.DuckDBPyConnection, sequence: int) -> None:
        """Bring the commit from the WAL into the database file, and say so."""
        connection.execute("checkpoint")
        self._append({"checkpointed": sequence})

    def _sound_history(self) -> History:
        """Read the whole chain, verifying every link."""
        history = self._whole_lines()
        for bad in history.bad_lines:
            if bad.key not in history.accepted:
                raise ChainBroken(
                    f"Line {bad.number} of the control chain does not follow from the lines "
                    "before it.",
                    REMEDY,
                )
        return history

    def _whole_lines(self) -> History:
        """The history, without what a kill while appending leaves: nothing rests on it yet."""
        history = self.history()
        if history.torn_bytes:
            with self._file.open("r+b") as handle:
                handle.truncate(self._file.stat().st_size - history.torn_bytes)
        return history

    def _append(self, line: Mapping[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(line, sort_keys=True, default=str) + "\n")
            handle.flush()
            os.fsync(handle.fileno())


def held_commit(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """The number and digest of the last commit that the database holds."""
    row = first_row(connection, "select sequence, digest from ops.control")
    return (int(row[0]), str(row[1])) if row else (0, "")
