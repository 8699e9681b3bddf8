"""The contract's operations over HTTP: read, check, call the room, answer.

Every answer is JSON in the documented envelope, also the refusals; a caller never sees a traceback.
What the answers say comes from the rooms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from pipelines.sandbox.house import lists
from pipelines.sandbox.house.answers import answer
from pipelines.sandbox.house.bodies import body_of
from pipelines.sandbox.house.calls import Call, Handler, Listing, Refused, Reply
from pipelines.sandbox.house.contract import Contract, Operation
from pipelines.sandbox.house.door import NOBODY, STRANGERS, Door, bearer, header
from pipelines.sandbox.house.idempotency import Repeats
from pipelines.sandbox.house.personality import Personality
from pipelines.sandbox.telling.streams import Streams
from pipelines.sandbox.world import World

_READING = ("GET", "HEAD")


class House:
    """One API: the operations of a contract, answered by its rooms."""

    def __init__(
        self,
        world: World,
        contract: Contract,
        *,
        handlers: dict[str, Handler],
        streams: Streams,
        door: Door,
        page_limit: int,
        personality: Personality,
    ) -> None:
        self.personality = personality
        self._world = world
        self._contract = contract
        self._handlers = handlers
        self._streams = streams
        self._door = door
        self._page_limit = page_limit
        self._repeats = Repeats(world)

    def routes(self) -> list[Route]:
        """One route for each path, its methods told apart inside."""
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in self._contract.operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        return [
            Route(path, self._endpoint(operations), methods=list(operations))
            for path, operations in by_path.items()
        ]

    def _endpoint(self, operations: dict[str, Operation]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            method = "GET" if request.method == "HEAD" else request.method
            operation = operations[method]
            if operation.key == "session":
                return await self._stream(operation, request)
            return await self._answer(operation, request)

        return endpoint

    async def _answer(self, operation: Operation, request: Request) -> Response:
        headers = request.scope["headers"]
        if operation.key == "none":
            self._door.pace(NOBODY)
            kind = "secret"
        else:
            kind = self._door.admit(headers, operation.key)
        call = Call(
            operation_id=operation.id,
            path=operation.read_parameters("path", request.path_params),
            query=operation.read_parameters("query", request.query_params),
            body=operation.read_body(await body_of(request)) if operation.body else {},
            key=kind,
        )
        if operation.method in _READING:
            self._world.look()
            return answer(self._read(operation, call))
        repeat = header(headers, b"idempotency-key") if operation.is_idempotent else None
        return answer(*self._change(call, repeat))

    def _read(self, operation: Operation, call: Call) -> Reply:
        if any(self.personality.hides(name) for name in call.path.values()):
            raise Refused(404, "Not found")
        if not operation.is_list:
            return _finished(self._handlers[operation.id](call))
        heard = Call(
            operation_id=call.operation_id,
            path=call.path,
            query=lists.heard(call.query, self.personality),
            key=call.key,
        )
        found = self._handlers[operation.id](heard)
        if isinstance(found, Reply):
            return found
        return lists.answer(
            found,
            heard.query,
            personality=self.personality,
            page_limit=self._page_limit,
            paged=operation.is_paged,
        )

    def _change(self, call: Call, repeat: str | None) -> tuple[Reply, dict[str, str] | None]:
        with self._world.turn():
            if repeat is None:
                return _finished(self._handlers[call.operation_id](call)), None
            former = self._repeats.known(repeat, call)
            if former is not None:
                return former, {"Idempotent-Replayed": "true"}
            reply = _finished(self._handlers[call.operation_id](call))
            self._repeats.keep(repeat, call, reply=reply)
            return reply, None

    async def _stream(self, operation: Operation, request: Request) -> Response:
        token = bearer(request.scope["headers"])
        (key,) = operation.read_parameters("path", request.path_params).values()
        self._world.look()
        try:
            frames = self._streams.open(operation.id, key, token)
        except Refused:
            self._door.pace(STRANGERS)
            raise
        # Who is let in has shown a token.
        self._door.pace(token or STRANGERS)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        return StreamingResponse(frames, media_type="text/event-stream")


def _finished(found: Reply | Listing) -> Reply:
    if isinstance(found, Listing):
        raise TypeError("A list was answered where the contract has none.")
    return found
