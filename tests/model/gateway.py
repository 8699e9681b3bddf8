"""The model world over a real socket: it moves on with every request that comes in.

A `Stage` shows the payments at a moving instant and owns how the list behaves; between any two
pages of a walk something has happened. Stays out: what the payments are (`payments`).
"""

from __future__ import annotations

import json
import socketserver
import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from model.payments import HOUR, Payment, stamp

LIST = "/api/v1/transactions"
SESSIONS = "/api/v1/checkout-sessions"
STEP = 300
BUSY_HOURS = 20 * HOUR


@dataclass(frozen=True)
class Manners:
    """How the list of this gateway behaves; `ties_change` swaps equal instants on each request."""

    name: str = "honest"
    cap: int = 100
    ignores_filters: bool = False
    newest_first: bool = False
    newest_change_first: bool = False
    ties_change: bool = False
    total_shift: int = 0
    total_counts_all: bool = False
    short_rows: bool = False


class Stage:
    """The payments as they are `now`, an instant that only goes forward."""

    def __init__(self, payments: Sequence[Payment], manners: Manners, *, now: int) -> None:
        self.payments = payments
        self.manners = manners
        self.now = now
        self.requests = 0
        self.pages = 0
        self.pages_after_an_insertion = 0
        self._opened_at = now
        self._events = sorted(
            (version.at, payment.number, place)
            for payment in payments
            for place, version in enumerate(payment.versions)
        )
        self._next = 0
        self._insertions = sorted(payment.visible_at for payment in payments)
        self._versions = [-1] * len(payments)
        self._bodies = [b""] * len(payments)
        self._by_creation: list[tuple[int, int]] = []
        self._by_change: list[tuple[int, int]] = []
        self._ids = {payment.name: payment.number for payment in payments}
        self.move_to(now)

    def move_to(self, instant: int) -> None:
        """Let everything happen up to this instant."""
        assert instant >= self.now, "the world does not go back"
        self.now = instant
        while self._next < len(self._events) and self._events[self._next][0] <= instant:
            _, number, place = self._events[self._next]
            self._next += 1
            self._change(number, place)

    def open_for_a_night(self, instant: int) -> None:
        """Move on to the instant from which the next night asks."""
        self.move_to(instant)
        self._opened_at = instant

    def reply(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        """Status and body; the world has moved on before."""
        self.requests += 1
        if path == LIST:
            self._move_past_an_insertion()
            return 200, self._list(params)
        self.move_to(self.now + STEP)
        folder, _, name = path.rpartition("/")
        number = self._ids.get(unquote(name).replace("cs_", "trx_"))
        if number is None or self._versions[number] < 0:
            return 404, b'{"success":false,"error":"not found"}'
        if folder == SESSIONS:
            return 200, self._session(self.payments[number])
        return 200, b'{"success":true,"data":%s}' % self._body(number)

    def _change(self, number: int, place: int) -> None:
        payment = self.payments[number]
        former = self._versions[number]
        self._versions[number] = place
        self._bodies[number] = b""
        if former < 0:
            insort(self._by_creation, (payment.created_at, number))
        if self.manners.newest_change_first:
            if former >= 0:
                key = (payment.versions[former].updated_at, number)
                del self._by_change[bisect_left(self._by_change, key)]
            insort(self._by_change, (payment.versions[place].updated_at, number))

    def _move_past_an_insertion(self) -> None:
        """A row appears between any two pages, and whatever else happens until then.

        Twenty hours after a night began the time between two pages gets short, so that no night
        reaches into the next.
        """
        instant = self.now + STEP
        place = bisect_right(self._insertions, self.now)
        if place < len(self._insertions):
            soonest = self._insertions[place]
            if instant < soonest <= self._opened_at + BUSY_HOURS:
                instant = soonest
        self.pages += 1
        self.pages_after_an_insertion += bisect_right(self._insertions, instant) > place
        self.move_to(instant)

    def _body(self, number: int) -> bytes:
        if not self._bodies[number]:
            payment = self.payments[number]
            self._bodies[number] = payment.told(payment.versions[self._versions[number]]).encode()
        return self._bodies[number]

    def _listed(self, number: int) -> bytes:
        payment = self.payments[number]
        if self.manners.short_rows and payment.is_short:
            return payment.told_short(payment.versions[self._versions[number]]).encode()
        return self._body(number)

    def _list(self, params: dict[str, str]) -> bytes:
        manners = self.manners
        low, high = 0, len(self._by_creation)
        if not manners.ignores_filters:
            low = bisect_left(self._by_creation, (instant(params["startDate"]), -1))
            high = bisect_left(self._by_creation, (instant(params["endDate"]), -1))
        size = max(1, min(int(params["limit"]), manners.cap))
        page = int(params["page"])
        begin, count = (page - 1) * size, high - low
        total = len(self._by_creation) if manners.total_counts_all else count
        falls = manners.newest_first or params.get("sortOrder", "desc") == "desc"
        found = self._page(low, high, begin=begin, end=min(begin + size, count), falls=falls)
        rows = b",".join([self._listed(number) for number in found])
        pagination = {"page": page, "limit": size, "total": max(0, total + manners.total_shift)}
        return b'{"success":true,"data":[%s],"pagination":%s}' % (
            rows,
            json.dumps(pagination).encode(),
        )

    def _page(self, low: int, high: int, *, begin: int, end: int, falls: bool) -> list[int]:
        if begin >= end:
            return []
        if self.manners.newest_change_first:
            chosen = set(self._by_creation[low:high])
            ordered = [
                number
                for _, number in reversed(self._by_change)
                if (self.payments[number].created_at, number) in chosen
            ]
            return ordered[begin:end]
        if falls:
            found = self._by_creation[high - end : high - begin]
            return [number for _, number in reversed(found)]
        if not self.manners.ties_change:
            return [number for _, number in self._by_creation[low + begin : low + end]]
        return self._page_of_ties(low + begin, low + end, low=low, high=high)

    def _page_of_ties(self, begin: int, end: int, *, low: int, high: int) -> list[int]:
        """Rows of one instant stand in another order on every request."""
        keys = self._by_creation
        first = bisect_left(keys, (keys[begin][0], -1), lo=low, hi=high)
        last = bisect_right(keys, (keys[end - 1][0], len(self.payments)), lo=low, hi=high)
        salt = self.requests * 7919
        block = sorted(keys[first:last], key=lambda key: (key[0], key[1] * 31 ^ salt & 1023))
        return [number for _, number in block[begin - first : end - first]]

    def _session(self, payment: Payment) -> bytes:
        state = "COMPLETED" if self.now > payment.expires_at else "PENDING"
        return (
            f'{{"success":true,"data":{{"sessionId":"cs_{payment.number:06d}",'
            f'"amount":{payment.amount},"currency":"NGN","status":"{state}",'
            f'"createdAt":"{stamp(payment.created_at)}"}}}}'
        ).encode()


def instant(text: str) -> int:
    """What `stamp` wrote, read back."""
    moment = datetime.fromisoformat(text)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


class _Handler(socketserver.StreamRequestHandler):
    stage: Stage
    disable_nagle_algorithm = True

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            url = urlsplit(line.split()[1].decode())
            status, body = self.stage.reply(url.path, dict(parse_qsl(url.query)))
            self.wfile.write(
                b"HTTP/1.1 %d Model\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (status, len(body), body)
            )


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """The address under which the stage answers."""
    handler = type("Handler", (_Handler,), {"stage": stage})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
