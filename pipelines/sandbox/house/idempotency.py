"""Idempotency keys: the same answer for a repeated call, a refusal for another one.

An answer is kept for 24 hours of the sandbox's clock, in the same turn as what it reports.
"""

from __future__ import annotations

import hashlib
import re

from pipelines.sandbox import exact
from pipelines.sandbox.days import DAY
from pipelines.sandbox.house.calls import Call, Reply, bad_request, conflict
from pipelines.sandbox.world import World

_KEY = re.compile(r"[!-~]{1,255}")
_KIND = "idempotency"


class Repeats:
    """The answers that a repeated key gets."""

    def __init__(self, world: World) -> None:
        self._world = world

    def known(self, key: str, call: Call) -> Reply | None:
        """The former answer to this key, if it is still kept; 409 when the call was another."""
        if not _KEY.fullmatch(key):
            raise bad_request("Idempotency-Key", "must be 1 to 255 visible ASCII characters")
        kept = self._world.documents.get(_KIND, _name(key, call))
        if kept is None:
            return None
        if kept["at"] + DAY <= self._world.instant:
            self._world.documents.delete(_KIND, _name(key, call))
            return None
        if kept["call"] != _digest(call):
            raise conflict("This Idempotency-Key was used for another request.")
        return Reply(kept["answer"].encode(), kept["status"])

    def keep(self, key: str, call: Call, *, reply: Reply) -> None:
        """Remember an answer for its repeats."""
        document = {
            "at": self._world.instant,
            "call": _digest(call),
            "status": reply.status,
            "answer": reply.body.decode(),
        }
        self._world.documents.add(_KIND, _name(key, call), document)


def _name(key: str, call: Call) -> str:
    return hashlib.sha256(f"{call.key}/{key}".encode()).hexdigest()


def _digest(call: Call) -> str:
    asked = [call.operation_id, call.path, call.body]
    return hashlib.sha256(exact.canonical(asked)).hexdigest()
