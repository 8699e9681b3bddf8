"""How an answer is spoiled on the wire, once a fault is due.

Each kind does what it says to the bytes that a client sees; when it is due is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.sandbox.house.answers import JSON, plain, refusal
from pipelines.sandbox.house.misbehaviour import Rule

BOMB_BYTES = 300 << 20
_GZIP_TRAILER_BYTES = 8
_CUT = ("truncated", "drop", "chunked_cut", "cut_gzip")


class AnswerWithheld(Exception):
    """Raised so that the server closes the connection before a byte of an answer."""


async def spoil(rule: Rule, app: ASGIApp, *, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as the rule says instead of, or on top of, what the application would."""
    whole = _REPLACED.get(rule.kind)
    if whole is not None:
        await whole(rule)(scope, receive, send)
    elif rule.kind == "slow":
        await asyncio.sleep(rule.seconds)
        await app(scope, receive, send)
    elif rule.kind == "no_bytes":
        _drop_connection(scope, send)
    else:
        start, body = await _answered(app, scope, receive)
        if rule.kind in _CUT:
            await _cut(rule.kind, body, start=start, send=send)
        elif rule.kind == "stall":
            await send(_started(start, [(b"content-length", b"%d" % len(body))]))
            await asyncio.sleep(rule.seconds)
            await send({"type": "http.response.body", "body": body, "more_body": False})
        else:
            content_type = b"text/plain" if rule.kind == "wrong_type" else JSON.encode()
            await _send(start, _changed(rule.kind, body), content_type=content_type, send=send)


def _drop_connection(scope: Scope, send: Send) -> None:
    """Close the socket under the answer; uvicorn's protocol stands behind the sending function."""
    cycle = getattr(getattr(send, "unnamed", send), "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise AnswerWithheld(str(scope.get("path")))
    transport.abort()


async def _answered(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages)


async def _cut(kind: str, body: bytes, *, start: Message, send: Send) -> None:
    """Half of the true answer: declared as such, or with the connection closed in it."""
    half, extra = body[: len(body) // 2], list[tuple[bytes, bytes]]()
    if kind == "cut_gzip":
        half = gzip.compress(body, mtime=0)[:-_GZIP_TRAILER_BYTES]
        extra = [(b"content-encoding", b"gzip")]
    closes = kind in ("drop", "chunked_cut")
    if kind != "chunked_cut":
        declared = len(body) if kind == "drop" else len(half)
        extra.append((b"content-length", b"%d" % declared))
    await send(_started(start, extra))
    # Announced and never completed: the server then closes the connection.
    await send({"type": "http.response.body", "body": half, "more_body": closes})


def _started(start: Message, extra: list[tuple[bytes, bytes]]) -> Message:
    return {**start, "headers": [(b"content-type", JSON.encode()), *extra]}


async def _send(start: Message, body: bytes, *, content_type: bytes, send: Send) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _changed(kind: str, body: bytes) -> bytes:
    """The true answer with one thing in it that JSON does not allow, or must not mean."""
    inside = body.find(b"{", 1) + 1 or 1
    match kind:
        case "nan":
            return body[:inside] + b'"risk":NaN,' + body[inside:]
        case "duplicate_keys":
            return body[:inside] + b'"id":"trxn_first","id":"trxn_second",' + body[inside:]
        case "bad_utf8":
            return body[:inside] + b'"note":"\xff\xfe",' + body[inside:]
        case _:
            return body


def _bomb(_: Rule) -> Response:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b" " * (1 << 20)
    packed = b"".join(packer.compress(piece) for _ in range(BOMB_BYTES >> 20)) + packer.flush()
    return Response(packed, headers={"Content-Encoding": "gzip"}, media_type=JSON)


def _html(_: Rule) -> Response:
    page = "<!doctype html><title>Maintenance</title><p>We will be back soon.</p>"
    return Response(page, media_type="text/html")


def _limited(rule: Rule) -> Response:
    return refusal(429, "Too many requests", headers={"Retry-After": rule.retry_after})


def _failing(status: int, error: str) -> Callable[[Rule], Response]:
    return lambda _: refusal(status, error)


_REPLACED: dict[str, Callable[[Rule], Response]] = {
    "500": _failing(500, "Internal server error"),
    "502": _failing(502, "Bad gateway"),
    "503": _failing(503, "Service unavailable"),
    "401": _failing(401, "Missing or unknown API key"),
    "429": _limited,
    "html": _html,
    "empty": lambda _: Response(b"", media_type=JSON),
    "bomb": _bomb,
    "redirect": lambda rule: RedirectResponse(rule.location, 302),
    "null_data": lambda _: plain({"success": True, "data": None}),
    "success_false": lambda _: plain(
        {"success": False, "error": "Temporarily unable to read transactions"}
    ),
}
