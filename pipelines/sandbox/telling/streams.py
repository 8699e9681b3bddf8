"""Server-sent events: one payment's way, told to whoever holds the session's token.

A stream reads what the store holds and tells each version it has not told; announcements only wake
it. What a payment does is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple
from weakref import WeakSet

from pipelines.sandbox import exact
from pipelines.sandbox.days import SECOND, iso, to_instant
from pipelines.sandbox.house.calls import Refused, not_found
from pipelines.sandbox.rendering import session_token, whole
from pipelines.sandbox.world import World

STREAMS_MAX = 64
HEARTBEAT_SECONDS = 15.0
# The book's own changes are not announced; a stream looks for them this often.
LOOK_SECONDS = 0.25
TOKEN_LENGTH_MAX = 1_024
# A payment has a handful of versions; a stream that finds more tells the latest.
UNTOLD_MAX = 100
_FINAL = {
    "sseTransaction": {"COMPLETED", "FAILED", "EXPIRED", "REFUNDED", "CANCELLED"},
    "sseSession": {"COMPLETED", "FAILED", "EXPIRED", "CANCELLED"},
}
_MOVING = ("payoutStatus", "actualAmount", "blockConfirmations")


class Status(NamedTuple):
    """What a stream tells, and the instant since which it holds."""

    at: int
    data: dict[str, Any]


class _Watched:
    """One open stream; forgotten with the iterator that holds it."""

    def __init__(self, operation_id: str, key: str) -> None:
        self.operation_id = operation_id
        self.key = key
        self.told: Status | None = None
        self.woken = asyncio.Event()


class Streams:
    """The open streams of one world."""

    def __init__(self, world: World, *, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._world = world
        self._heartbeat_seconds = heartbeat_seconds
        self._open: WeakSet[_Watched] = WeakSet()
        self._is_stopped = False
        world.listen(self._hear)

    def open(self, operation_id: str, key: str, token: str | None) -> AsyncIterator[bytes]:
        """The frames of a transaction or session; refused before the first byte, or not at all."""
        holder = self._holder(token)
        if operation_id == "sseTransaction":
            row = self._transaction(key, self._world.instant)
            what, session_id = "Transaction", None if row is None else row.get("checkoutSessionId")
        else:
            row = self._session(key, self._world.instant)
            what, session_id = "Session", key
        if row is None:
            raise not_found(what)
        if session_id != holder:
            raise Refused(401, "The token belongs to another session")
        if len(self._open) >= STREAMS_MAX:
            raise Refused(429, f"There are {STREAMS_MAX} open streams already")
        watched = _Watched(operation_id, key)
        self._open.add(watched)
        return self._frames(watched)

    def stop(self) -> None:
        """End all streams; none is opened afterwards."""
        self._is_stopped = True
        self._hear("", {})

    def _hear(self, _: str, __: dict[str, Any]) -> None:
        for watched in self._open:
            watched.woken.set()

    async def _frames(self, watched: _Watched) -> AsyncIterator[bytes]:
        numbers = count(1)
        now = asyncio.get_running_loop().time
        name = "transactionId" if watched.operation_id == "sseTransaction" else "sessionId"
        yield _frame(next(numbers), "connected", data={name: watched.key})
        beat_at = now() + self._heartbeat_seconds
        while not self._is_stopped:
            watched.woken.clear()
            for status in self._untold(watched):
                watched.told = status
                yield _frame(next(numbers), "status", data=status.data)
                if status.data["status"] in _FINAL[watched.operation_id]:
                    return
                beat_at = now() + self._heartbeat_seconds
            if now() >= beat_at:
                yield b": heartbeat\n\n"
                beat_at = now() + self._heartbeat_seconds
            await _wait(watched.woken, min(LOOK_SECONDS, max(beat_at - now(), 0)))

    def _untold(self, watched: _Watched) -> list[Status]:
        """The versions since the last one told, oldest first; at the start the one in force."""
        found: list[Status] = []
        at = self._world.look()
        while len(found) < UNTOLD_MAX:
            status = self._status(watched, at)
            if status is None or status == watched.told:
                break
            if watched.told is not None and status.at < watched.told.at:
                break
            found.append(status)
            if watched.told is None:
                break
            # The version before: what held one millisecond before this one began.
            at = min(status.at, at) - 1
        return found[::-1]

    def _status(self, watched: _Watched, at: int) -> Status | None:
        if watched.operation_id == "sseTransaction":
            row = self._transaction(watched.key, at)
            return (
                None if row is None else _status(row, row.get("checkoutSessionId"), row["status"])
            )
        session = self._session(watched.key, at)
        if session is None:
            return None
        rows = self._world.store.transactions_of_session(watched.key, at)
        row = max((_row(row) for row in rows), key=_updated_at, default={})
        return _status(row, watched.key, session["status"], begun=_updated_at(session))

    def _transaction(self, transaction_id: str, at: int) -> dict[str, Any] | None:
        found = self._world.store.transaction_version(transaction_id, at)
        return None if found is None else _row((found.head, found.tail))

    def _session(self, session_id: str, at: int) -> dict[str, Any] | None:
        found = self._world.store.session_version(session_id, at)
        return None if found is None else _row((found.head, found.tail))

    def _holder(self, token: str | None) -> str:
        """The session that a token speaks for; 401 when it is missing, forged or expired."""
        if not token or len(token) > TOKEN_LENGTH_MAX:
            raise Refused(401, "A session's authToken is needed as Bearer token")
        session_id, expires_at = _claims(token)
        expected = session_token(session_id, expires_at, self._world.plan.seed)
        if not hmac.compare_digest(expected.encode(), token.encode()):
            raise Refused(401, "The token is not one of this sandbox")
        if expires_at <= self._world.instant:
            raise Refused(401, "The token has expired")
        return session_id


def _claims(token: str) -> tuple[str, int]:
    """Subject and expiry as the token says them, not yet believed."""
    try:
        _, claims, _ = token.split(".")
        said = exact.decode(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        session_id, expires = said["sub"], said["exp"]
    except (ValueError, binascii.Error, KeyError, TypeError) as broken:
        raise Refused(401, "The token is not a session's authToken") from broken
    if not isinstance(session_id, str) or not session_id.isascii() or type(expires) is not int:
        raise Refused(401, "The token is not a session's authToken")
    return session_id, expires * SECOND


def _row(row: tuple[bytes, bytes]) -> dict[str, Any]:
    decoded: dict[str, Any] = exact.decode(whole(*row))
    return decoded


def _updated_at(row: dict[str, Any]) -> int:
    return to_instant(datetime.fromisoformat(row["updatedAt"]))


def _status(row: dict[str, Any], session_id: str | None, status: str, *, begun: int = 0) -> Status:
    """A frame's data from the transaction that moves, or from none yet."""
    at = max(begun, _updated_at(row) if row else 0)
    data = {"transactionId": row.get("id"), "sessionId": session_id, "status": status}
    data |= {name: row.get(name) for name in _MOVING}
    return Status(at, data | {"updatedAt": iso(at)})


def _frame(number: int, event: str, *, data: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, event.encode(), exact.encode(data))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
