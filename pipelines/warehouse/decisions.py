"""What people decided, word for word: `actions/decisions.jsonl`, appended only, one line a command.

A line is written and synced before anything in the database rests on it, and holds all that one
command decided, so that a kill leaves all of it or none. `ops.actions` is made from it.

Belongs here: appending, reading, and what the control chain keeps of the file. Stays out: whether
a decision may be made (`night.deciding`), and what follows from it (`sql`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import FileIO
from pathlib import Path
from typing import Any

import duckdb

from pipelines.faults import DiskFull, StoreFault
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.store import private_folder

LOG = "decisions.jsonl"
TAKEN_IN = "decisions"
"""Under this name an entry of the control chain says how far it took the file in."""
REMEDY = "Restore actions/decisions.jsonl from the last backup."
Mark = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision on one break or one pair; amounts are those that stood there at the time."""

    verb: str
    reason: str
    decided_by: str
    case_id: str | None = None
    break_id: str | None = None
    order_id: str | None = None
    transaction_id: str | None = None
    assignee: str | None = None
    code: str | None = None
    currency: str | None = None
    amount: Decimal | None = None
    received_currency: str | None = None
    received_amount: Decimal | None = None
    match_rule: str | None = None
    request_key: str | None = None


@dataclass(frozen=True)
class Waiting:
    """Actions of the file, as rows of `ops.actions`, and the mark of the file up to them."""

    rows: tuple[Mapping[str, Any], ...]
    mark: Mark


class DecisionLog:
    """The file of one store; append to it under the writer lock only."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / LOG

    def append(
        self,
        decisions: Sequence[Decision],
        *,
        first_no: int,
        decided_at: datetime,
        effective_at: datetime,
    ) -> None:
        """Append one line with all of the decisions, and see it on the disk."""
        line = {
            "decided_at": decided_at.astimezone(UTC).isoformat(),
            "effective_at": effective_at.astimezone(UTC).isoformat(),
            "actions": [
                {"action_no": number, **_plain(decision)}
                for number, decision in enumerate(decisions, first_no)
            ],
        }
        content = (json.dumps(line, sort_keys=True) + "\n").encode()
        private_folder(self._file.parent)
        is_new = not self._file.exists()
        whole = len(self._whole())
        try:
            # Without a buffer: what it could not write would be written when it is closed.
            with self._file.open("ab", buffering=0) as handle:
                # A kill while appending leaves the beginning of a line: nothing rests on it yet.
                handle.truncate(whole)
                _write(handle, content, whole)
            if is_new:
                _sync(self._file.parent)
        except OSError as refused:
            raise DiskFull(
                f"What was decided could not be written down ({refused.strerror}), so it was not "
                "decided.",
                "Free space or mend the disk, then decide again.",
            ) from refused

    def after(self, number: int) -> Waiting:
        """Every action that has a greater number."""
        content = self._whole()
        return Waiting(
            tuple(row for row in _rows(content) if row["action_no"] > number),
            _mark(content),
        )

    def between(self, first: int, last: int, *, size: int) -> Waiting:
        """The actions that an entry of the control chain took in when the file had that size."""
        content = self._whole()[:size]
        return Waiting(
            tuple(row for row in _rows(content) if first <= row["action_no"] <= last),
            _mark(content),
        )

    def mark(self, size: int) -> Mark:
        """Size and digest of the beginning of the file."""
        return _mark(self._whole()[:size])

    def last_no(self) -> int:
        """The greatest number in the file; 0 for none."""
        return max((row["action_no"] for row in _rows(self._whole())), default=0)

    def size(self) -> int:
        """The bytes of all whole lines."""
        return len(self._whole())

    def _whole(self) -> bytes:
        """The whole lines: what stands after the last of them was cut short by a kill."""
        try:
            content = self._file.read_bytes() if self._file.exists() else b""
        except OSError as unread:
            raise StoreFault(
                f"What people decided cannot be read ({unread.strerror}).", REMEDY
            ) from unread
        return content[: content.rfind(b"\n") + 1]


def held_no(connection: duckdb.DuckDBPyConnection) -> int:
    """The greatest number that the database took in; 0 for none."""
    row = first_row(connection, "select coalesce(max(action_no), 0) from ops.actions")
    return int(row[0]) if row else 0


def insert_actions(
    connection: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Append to `ops.actions`; call it inside a commit of the control chain."""
    names = ("action_no", *Decision.__dataclass_fields__, "decided_at", "effective_at")
    columns = ", ".join(names)
    places = ", ".join(f"${name}" for name in names)
    connection.executemany(
        f"insert into ops.actions ({columns}) values ({places})",
        [{name: row.get(name) for name in names} for row in rows],
    )


def _plain(decision: Decision) -> dict[str, Any]:
    """What is known of it, money as text."""
    return {
        name: format(value, "f") if isinstance(value, Decimal) else value
        for name, value in asdict(decision).items()
        if value is not None
    }


def _rows(content: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    try:
        for text in content.decode().splitlines():
            line = json.loads(text)
            shared = {name: line[name] for name in ("decided_at", "effective_at")}
            rows += [_row({**action, **shared}) for action in line["actions"]]
    except (ValueError, KeyError, TypeError, ArithmeticError) as broken:
        raise StoreFault("What people decided cannot be read.", REMEDY) from broken
    numbers = [row["action_no"] for row in rows]
    if numbers != sorted(set(numbers)):
        raise StoreFault("What people decided does not stand in the order of its numbers.", REMEDY)
    return rows


def _row(action: dict[str, Any]) -> dict[str, Any]:
    amounts: dict[str, Any] = {
        name: Decimal(action[name]) for name in ("amount", "received_amount") if name in action
    }
    instants = {name: datetime.fromisoformat(action[name]) for name in _INSTANTS}
    required = {name: str(action[name]) for name in ("verb", "reason", "decided_by")}
    return {**action, **amounts, **instants, **required, "action_no": int(action["action_no"])}


_INSTANTS = ("decided_at", "effective_at")


def _mark(content: bytes) -> Mark:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _write(handle: FileIO, content: bytes, whole: int) -> None:
    """Write to the disk; what may not have got there whole is taken away again."""
    try:
        left = content
        while left:
            left = left[handle.write(left) :]
        os.fsync(handle.fileno())
    except OSError:
        os.ftruncate(handle.fileno(), whole)
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
