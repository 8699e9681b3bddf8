"""The control chain: what was committed, told outside the database, so that a lost commit shows.

Each entry names its predecessor's digest. It is written before the database commits and confirmed
after, so that the two can differ in one way only: a last entry that was announced and never
committed. Any other difference (a cut WAL, an older file put back, an edited line) is a broken
chain.

Belongs here: writing, confirming and checking entries. Stays out: what the entries say.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.faults import ChainBroken
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.store import transaction

_REMEDY = "Restore the data directory from its last backup, or move it away and backfill again."


@dataclass(frozen=True)
class Entry:
    """An announced entry that was not declared void."""

    sequence: int
    digest: str
    is_confirmed: bool
    kind: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)


_NOTHING = Entry(sequence=0, digest="", is_confirmed=True)


class Chain:
    """The file `control/chain.jsonl` of one store; use it under the writer lock."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "chain.jsonl"

    def has_entries(self) -> bool:
        """Whether anything was ever committed to this store."""
        return self._file.exists() and self._file.stat().st_size > 0

    def commit(
        self,
        connection: duckdb.DuckDBPyConnection,
        kind: str,
        work: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Do the work in one transaction and commit it together with an entry of what it says."""
        last = self._last()
        with transaction(connection):
            facts = work()
            body = {
                "sequence": last.sequence + 1,
                "previous": last.digest,
                "kind": kind,
                "facts": facts,
            }
            digest = _digest(body)
            connection.execute("delete from ops.control")
            connection.execute("insert into ops.control values (?, ?)", [body["sequence"], digest])
            self._append({**body, "digest": digest})
        self._append({"confirms": body["sequence"]})

    def check(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Compare the store with the chain and mend what a kill may leave.

        Raises ChainBroken when they differ in a way that no kill explains.
        """
        row = first_row(connection, "select sequence, digest from ops.control")
        held = (int(row[0]), str(row[1])) if row else (0, "")
        last = self._last()
        if held == (last.sequence, last.digest):
            if not last.is_confirmed:
                self._append({"confirms": last.sequence})
            return
        if not last.is_confirmed and held[0] == last.sequence - 1:
            self._append({"voids": last.sequence})
            return
        raise ChainBroken(
            f"The warehouse stands at commit {held[0]}, its control chain at {last.sequence}: "
            "commits are missing or the file was replaced.",
            _REMEDY,
        )

    def entries(self) -> list[Entry]:
        """Every entry that was not declared void, oldest first, every link verified."""
        return self._stack()[1:]

    def _last(self) -> Entry:
        return self._stack()[-1]

    def _stack(self) -> list[Entry]:
        """Read the whole chain, verifying every link; what stands before the first entry leads."""
        stack = [_NOTHING]
        for number, line in enumerate(self._lines(), start=1):
            if "confirms" in line:
                stack[-1] = replace(stack[-1], is_confirmed=True)
            elif "voids" in line:
                stack.pop()
            else:
                body = {name: value for name, value in line.items() if name != "digest"}
                follows = line.get("previous") == stack[-1].digest
                if not follows or line.get("digest") != _digest(body):
                    raise ChainBroken(
                        f"Line {number} of the control chain does not follow from the lines "
                        "before it.",
                        _REMEDY,
                    )
                named = (line["sequence"], line["digest"])
                stack.append(Entry(*named, False, kind=line["kind"], facts=line["facts"]))
        return stack

    def _lines(self) -> list[dict[str, Any]]:
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        whole, _, torn = text.rpartition("\n")
        if torn:
            # A kill while appending leaves the beginning of a line: nothing rests on it yet.
            with self._file.open("r+b") as handle:
                handle.truncate(len((whole + "\n" if whole else "").encode()))
        try:
            return [json.loads(line) for line in whole.splitlines()]
        except ValueError as broken:
            raise ChainBroken("The control chain is not readable.", _REMEDY) from broken

    def _append(self, line: Mapping[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(line, sort_keys=True, default=str) + "\n")
            handle.flush()
            os.fsync(handle.fileno())


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
