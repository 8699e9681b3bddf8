"""In front of the whole API: counts of requests, request ids, latency, and faults on demand.

The gate does not know what is asked; it lets a request through or spoils its answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.sandbox.house.misbehaviour import Misbehaviour, strike
from pipelines.sandbox.house.spoiling import spoil
from pipelines.sandbox.house.web import House

_PARAMETER = re.compile(r"\{[^}]+\}")


class Gate:
    """Counts, names and sometimes spoils the requests below `/api/`."""

    def __init__(
        self,
        app: ASGIApp,
        house: House,
        *,
        paths: Iterable[str],
        misbehaviour: Misbehaviour,
        seed: int,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._app = app
        self._house = house
        self._misbehaviour = misbehaviour
        self._seed = seed
        self._kinds = [
            (re.compile(_PARAMETER.sub("[^/]+", path)), _PARAMETER.sub("{id}", path))
            for path in paths
        ]
        self._number = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or spoil its answer."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not path.startswith("/api/"):
            await self._app(scope, receive, send)
            return
        method = str(scope["method"])
        self._number += 1
        self.counts[self._kind(method, path)] += 1
        named = self._naming(send)
        personality = self._house.personality
        if personality.latency_ms:
            await asyncio.sleep(personality.latency_ms / 1000)
        rule = self._misbehaviour.take(method, path) or strike(self._number, personality)
        if rule is None:
            await self._app(scope, receive, named)
        else:
            await spoil(rule, self._app, scope=scope, receive=receive, send=named)

    def _kind(self, method: str, path: str) -> str:
        """Method and path with its ids replaced, so that requests can be counted by kind."""
        kind = next((kind for known, kind in self._kinds if known.fullmatch(path)), None)
        return "other" if kind is None else f"{method} {kind}"

    def _naming(self, send: Send) -> Send:
        """Every answer carries the request's id: the same for the same number of the same seed."""
        digest = hashlib.sha256(f"{self._seed}/request/{self._number}".encode()).hexdigest()
        name = (b"x-request-id", b"req_" + digest[:24].encode())

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), name]}
            await send(message)

        # What closes the connection itself has to find the server's own function again.
        named.unnamed = send  # type: ignore[attr-defined]
        return named
