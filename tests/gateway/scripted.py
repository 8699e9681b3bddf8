"""A gateway over a real socket that lists a small world honestly, or with scripted faults.

It owns no judgement: a test says what the world is, which manners the server has, and what
happens to which answer. Replies are written as bytes, so that any of them may be broken.
"""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Item = dict[str, Any]

KEY = "rsp_live_0123456789abcdef"


@dataclass(frozen=True)
class Request:
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    count: int

    @property
    def page(self) -> int:
        return int(self.params.get("page", "1"))


@dataclass(frozen=True)
class Reply:
    """`framing` is length, chunked or close; `cut` sends only so much of the wire bytes."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = "application/json; charset=utf-8"
    framing: str = "length"
    declared_length: int | None = None
    cut: int | None = None
    wire: bytes | None = None
    stall_seconds: float = 0.0
    drip_seconds: float = 0.0
    closes: bool = False

    def but(self, **changes: Any) -> Reply:
        return replace(self, **changes)

    def with_headers(self, *headers: tuple[str, str]) -> Reply:
        return replace(self, headers=self.headers + headers)


Script = Callable[[Request, Reply], Reply]


@dataclass
class Manners:
    """How the scripted server reads the list's parameters."""

    cap: int = 1000
    cap_moves_offset: bool = False
    ignores_filters: bool = False
    ignores_paging: bool = False
    ignores_limit: bool = False
    newest_first: bool = False
    bare_list: bool = False
    wrapped_in: str | None = None
    total_shift: int = 0
    total_counts_all: bool = False
    has_total: bool = True
    repeats_last_page: bool = False
    refuses_pages_beyond: bool = False
    short_rows: bool = False
    shows_at_most: int | None = None
    counts_nothing_behind_the_end: bool = False
    first_page: int = 1


@dataclass
class World:
    rows: list[Item] = field(default_factory=list)
    sessions: list[Item] = field(default_factory=list)
    manners: Manners = field(default_factory=Manners)
    script: Script | None = None
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    def pages_asked(self) -> list[int]:
        return [request.page for request in self.requests if request.params]

    def reply(self, request: Request) -> Reply:
        self.requests.append(request)
        reply = self._honest(request)
        return self.script(request, reply) if self.script else reply

    def _honest(self, request: Request) -> Reply:
        if request.path == "/api/v1/transactions":
            return self._list(request)
        folder, _, name = request.path.rpartition("/")
        held = {"/api/v1/transactions": self.rows, "/api/v1/checkout-sessions": self.sessions}
        for item in held.get(folder, []):
            if unquote(name) in (item.get("id"), item.get("sessionId")):
                return json_reply({"success": True, "data": item})
        return json_reply({"success": False, "error": "not found"}, status=404)

    def _list(self, request: Request) -> Reply:
        manners, params = self.manners, request.params
        found = sorted(self.rows, key=lambda row: row["createdAt"], reverse=manners.newest_first)
        everything = len(found)
        if not manners.ignores_filters:
            since, until = params.get("startDate", ""), params.get("endDate", "9")
            found = [row for row in found if since <= row["createdAt"] < until]
        total = (everything if manners.total_counts_all else len(found)) + manners.total_shift
        asked = len(found) if manners.ignores_limit else int(params.get("limit", "20"))
        size = max(1, min(asked, manners.cap))
        page = 1 if manners.ignores_paging else request.page
        last = max(1, -(-len(found) // size))
        if manners.refuses_pages_beyond and page > last:
            return json_reply({"success": False, "error": "no such page"}, status=404)
        if manners.repeats_last_page:
            page = min(page, last)
        start = (page - manners.first_page) * (asked if manners.cap_moves_offset else size)
        shown = found[: manners.shows_at_most][start : start + size]
        if manners.short_rows:
            shown = [_short(row) for row in shown]
        return json_reply(self._wrapped(shown, page=page, size=size, total=total))

    def _wrapped(self, shown: list[Item], *, page: int, size: int, total: int) -> object:
        if self.manners.bare_list:
            return shown
        data: object = {self.manners.wrapped_in: shown} if self.manners.wrapped_in else shown
        payload: Item = {"success": True, "data": data}
        if self.manners.counts_nothing_behind_the_end and not shown:
            total = 0
        if self.manners.has_total:
            payload["pagination"] = {"page": page, "limit": size, "total": total}
        return payload


def _short(row: Item) -> Item:
    kept = ("id", "reference", "status", "createdAt", "updatedAt", "fromCurrency", "fromAmount")
    short = {name: row[name] for name in kept if name in row}
    return {**short, "toAmount": row["amount"], "toCurrency": row["currency"]}


def dumps(payload: object) -> bytes:
    """JSON with every Decimal as a bare number."""
    marks: dict[str, str] = {}

    def mark(value: object) -> str:
        if not isinstance(value, Decimal):
            raise TypeError(type(value))
        name = f"@@{len(marks)}@@"
        marks[f'"{name}"'] = str(value)
        return name

    text = json.dumps(payload, default=mark, separators=(",", ":"))
    for quoted, number in marks.items():
        text = text.replace(quoted, number, 1)
    return text.encode()


def json_reply(payload: object, *, status: int = 200) -> Reply:
    return Reply(dumps(payload), status=status)


def wire_bytes(reply: Reply) -> bytes:
    if reply.wire is not None:
        return reply.wire
    lines = [f"HTTP/1.1 {reply.status} Scripted"]
    if reply.content_type is not None:
        lines.append(f"Content-Type: {reply.content_type}")
    lines += [f"{name}: {value}" for name, value in reply.headers]
    body = reply.body
    if reply.framing == "length" and reply.status not in (204, 304):
        lines.append(f"Content-Length: {reply.declared_length or len(body)}")
    elif reply.framing == "chunked":
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    if reply.cut is not None:
        body = body[: reply.cut] if reply.cut >= 0 else body[: len(body) + reply.cut]
    return head + (b"" if reply.status in (204, 304) else body)


class _Handler(socketserver.StreamRequestHandler):
    world: World
    disable_nagle_algorithm = True

    def handle(self) -> None:
        while (request := self._request_or_end()) is not None:
            reply = self.world.reply(request)
            self._send(reply)
            if reply.closes or reply.cut is not None or reply.framing == "close" or reply.wire:
                return

    def _request_or_end(self) -> Request | None:
        try:
            return self._request()
        except OSError:
            return None  # The client hung up in the middle of an answer it had no use for.

    def _request(self) -> Request | None:
        line = self.rfile.readline().decode("latin-1")
        if not line.strip():
            return None
        headers: dict[str, str] = {}
        while (header := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, value = header.partition(":")
            headers[name.strip().lower()] = value.strip()
        url = urlsplit(line.split()[1])
        params = dict(parse_qsl(url.query))
        return Request(url.path, params, headers, len(self.world.requests))

    def _send(self, reply: Reply) -> None:
        wire = wire_bytes(reply)
        try:
            if reply.stall_seconds:
                self.wfile.write(wire[: len(wire) // 2])
                time.sleep(reply.stall_seconds)
                wire = wire[len(wire) // 2 :]
            if reply.drip_seconds:
                for byte in range(0, len(wire), 64):
                    self.wfile.write(wire[byte : byte + 64])
                    time.sleep(reply.drip_seconds)
                return
            self.wfile.write(wire)
        except OSError:
            return  # The client had enough; that is what some tests are about.


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def served() -> Iterator[World]:
    world = World()
    handler = type("Handler", (_Handler,), {"world": world})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        world.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield world
        finally:
            server.shutdown()
            thread.join()
