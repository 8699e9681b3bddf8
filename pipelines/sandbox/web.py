"""The sandbox over HTTP: routes, envelopes, refusals, authentication and faults on demand.

Every answer is JSON in the documented envelope, also the refusals; a caller never sees a traceback.
What the answers say comes from the service.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.sandbox.asking import (
    BadRequest,
    instant_of,
    json_object,
    list_query,
    session_request,
)
from pipelines.sandbox.clock import BackwardsInTime
from pipelines.sandbox.days import iso
from pipelines.sandbox.misbehaviour import Misbehaviour, Rule
from pipelines.sandbox.service import Service

KEY_PREFIX = "rsp_"
BODY_BYTES_MAX = 65_536
_JSON = "application/json"
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    429: "rate_limited",
    500: "internal_error",
}
_KNOWN_PATH = re.compile(r"/api/v1/(transactions|checkout-sessions)(/[^/]+)?")


def success(data: bytes, more: bytes = b"") -> Response:
    """The documented envelope around data that is already JSON."""
    return Response(b'{"success":true,"data":%b%b}' % (data, more), media_type=_JSON)


def plain(value: object, status: int = 200) -> Response:
    """A bare JSON value, as the control endpoints answer."""
    return Response(json.dumps(value), status, media_type=_JSON)


def refusal(
    status: int,
    error: str,
    *,
    details: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An ErrorResponse."""
    body: dict[str, Any] = {"success": False, "error": error, "code": _CODES.get(status, "error")}
    if details:
        body["details"] = details
    return Response(json.dumps(body), status, headers, media_type=_JSON)


class Api:
    """The documented endpoints."""

    def __init__(self, service: Service, page_limit: int) -> None:
        self._service = service
        self._page_limit = page_limit

    def routes(self) -> list[Route]:
        """Paths as the contract has them."""
        base = "/api/v1"
        return [
            Route(f"{base}/transactions", self.list_transactions),
            Route(f"{base}/transactions/{{id}}", self.get_transaction),
            Route(f"{base}/checkout-sessions", self.create_session, methods=["POST"]),
            Route(f"{base}/checkout-sessions/{{id}}", self.get_session),
        ]

    async def list_transactions(self, request: Request) -> Response:
        """Get Transactions."""
        query = list_query(request.query_params, self._page_limit)
        rows, total = self._service.transactions(query)
        pagination = b',"pagination":{"page":%d,"limit":%d,"total":%d,"totalPages":%d}' % (
            query.page,
            query.limit,
            total,
            -(-total // query.limit),
        )
        return success(b"[%b]" % b",".join(rows), pagination)

    async def get_transaction(self, request: Request) -> Response:
        """Get Transactions Details."""
        found = self._service.transaction(request.path_params["id"])
        return refusal(404, "Transaction not found") if found is None else success(found)

    async def create_session(self, request: Request) -> Response:
        """Create Checkout Session."""
        return success(self._service.create_session(session_request(await body_of(request))))

    async def get_session(self, request: Request) -> Response:
        """Get Checkout Session."""
        found = self._service.session(request.path_params["id"])
        return refusal(404, "Checkout session not found") if found is None else success(found)


class Controls:
    """The endpoints that only a sandbox has: clock, faults, counts of requests."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.misbehaviour = Misbehaviour()
        self.counts: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        """Everything below `/_sandbox`."""
        return [
            Route("/_sandbox/clock", self.clock, methods=["GET", "PUT"]),
            Route("/_sandbox/faults", self.faults, methods=["GET", "PUT", "DELETE"]),
            Route("/_sandbox/requests", self.requests, methods=["GET", "DELETE"]),
        ]

    async def clock(self, request: Request) -> Response:
        """The sandbox's now; PUT moves it forward."""
        if request.method == "PUT":
            instant = instant_of("now", json_object(await body_of(request)).get("now"))
            try:
                self._service.move_clock(instant)
            except BackwardsInTime as refused:
                return refusal(409, str(refused))
        return plain({"now": iso(self._service.now())})

    async def faults(self, request: Request) -> Response:
        """The fault rules in force; PUT replaces, DELETE clears them."""
        if request.method == "PUT":
            try:
                wanted = json.loads(await body_of(request))
            except (ValueError, RecursionError) as broken:
                raise BadRequest(None, "The body is not valid JSON.") from broken
            self.misbehaviour.replace(wanted)
        elif request.method == "DELETE":
            self.misbehaviour.clear()
        return plain(self.misbehaviour.as_data())

    async def requests(self, request: Request) -> Response:
        """How often each kind of path was asked for; DELETE starts again at zero."""
        if request.method == "DELETE":
            self.counts.clear()
        return plain({"total": self.counts.total(), "by_kind": dict(sorted(self.counts.items()))})


async def body_of(request: Request) -> bytes:
    """The body, refused when larger than any that makes sense."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413, f"The body is larger than {BODY_BYTES_MAX} bytes.")
    return body


def application(service: Service, page_limit: int) -> ASGIApp:
    """The whole application around a service."""
    controls = Controls(service)
    app = Starlette(
        routes=[*Api(service, page_limit).routes(), *controls.routes()],
        exception_handlers={
            BadRequest: _bad_request,
            HTTPException: _http_refusal,
            Exception: _failure,
        },
    )
    app.router.redirect_slashes = False
    return Gate(app, controls)


async def _bad_request(_: Request, refused: Exception) -> Response:
    field = refused.field if isinstance(refused, BadRequest) else None
    details = {field: refused.message} if isinstance(refused, BadRequest) and field else None
    return refusal(400, str(refused), details=details)


async def _http_refusal(_: Request, refused: Exception) -> Response:
    status = refused.status_code if isinstance(refused, HTTPException) else 500
    error = refused.detail if isinstance(refused, HTTPException) else "Internal error"
    headers = refused.headers if isinstance(refused, HTTPException) else None
    return refusal(status, error, headers=dict(headers or {}))


async def _failure(_: Request, __: Exception) -> Response:
    return refusal(500, "The sandbox failed to answer; this is its fault, not the caller's.")


class Gate:
    """In front of the application: counts, authentication and faults on demand."""

    def __init__(self, app: ASGIApp, controls: Controls) -> None:
        self._app = app
        self._controls = controls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, refuse it, or spoil its answer."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not path.startswith("/api/"):
            await self._app(scope, receive, send)
            return
        self._controls.counts[_kind(scope["method"], path)] += 1
        rule = self._controls.misbehaviour.take(path)
        if rule is not None:
            await self._spoiled(rule, scope, receive, send)
        elif not is_authorised(scope):
            await refusal(401, "Missing or unknown API key")(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _spoiled(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        replacement = _replacement(rule)
        if replacement is not None:
            await replacement(scope, receive, send)
        elif rule.kind == "slow":
            await asyncio.sleep(rule.seconds)
            await self._app(scope, receive, send)
        else:
            await self._cut(rule, scope, receive, send)

    async def _cut(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        """Half of the true answer: declared as such, or with the connection dropped in it."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in messages)
        half = body[: len(body) // 2]
        declared = len(body) if rule.kind == "drop" else len(half)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % declared)]
        await send({**messages[0], "headers": headers})
        # Announced and never completed: the server then closes the connection.
        await send({"type": "http.response.body", "body": half, "more_body": rule.kind == "drop"})


def _replacement(rule: Rule) -> Response | None:
    match rule.kind:
        case "500":
            return refusal(500, "Internal server error")
        case "429":
            return refusal(429, "Too many requests", headers={"Retry-After": rule.retry_after})
        case "401":
            return refusal(401, "Missing or unknown API key")
        case "html":
            page = "<!doctype html><title>Maintenance</title><p>We will be back soon.</p>"
            return Response(page, media_type="text/html")
        case "empty":
            return Response(b"", media_type=_JSON)
        case "success_false":
            return plain({"success": False, "error": "Temporarily unable to read transactions"})
        case _:
            return None


def _kind(method: str, path: str) -> str:
    known = _KNOWN_PATH.fullmatch(path)
    if known is None or method not in ("GET", "POST"):
        return "other"
    return f"{method} /api/v1/{known[1]}" + ("/{id}" if known[2] else "")


def is_authorised(scope: Scope) -> bool:
    """Any of the three attested forms with a key of this sandbox's prefix."""
    for name, value in scope["headers"]:
        if name not in (b"authorization", b"x-api-key"):
            continue
        key = value.decode("latin-1").strip()
        if name == b"authorization" and key[:7].lower() == "bearer ":
            key = key[7:].strip()
        if key.startswith(KEY_PREFIX) and len(key) > len(KEY_PREFIX):
            return True
    return False
