"""A shop's webhook receiver, written against the documentation alone; a real server on loopback.

Belongs here: signature, delivery ids, and being slow or broken as told. The sandbox's own code is
not used: what both sides agree on is the wire.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

SLOW_SECONDS_MAX = 5


class Arrival(NamedTuple):
    """One request as it came in, and the answer it got."""

    delivery: str
    headers: dict[str, str]
    body: bytes
    answer: int


class Receiver:
    """Stands while its block runs; `seen_file` outlives it."""

    def __init__(self, seen_file: Path, *, secret: str = "whs_sandbox", port: int = 0) -> None:
        self.secret = secret
        self.mood = "well"
        self.arrivals: list[Arrival] = []
        self.processed: list[dict[str, Any]] = []
        self._seen_file = seen_file
        self._port = port
        self._lock = threading.Lock()
        self._awake = threading.Event()

    def __enter__(self) -> Receiver:
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()
        self._port = self._server.server_address[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._awake.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    @property
    def events(self) -> list[str]:
        return [payload["event"] for payload in self.processed]

    def restarted(self) -> Receiver:
        """Another process at the same port, with the same file and the same secret."""
        return Receiver(self._seen_file, secret=self.secret, port=self._port)

    def wake(self) -> None:
        """End the slowness of requests under way."""
        self._awake.set()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """The status that a request is answered with."""
        if self.mood == "slow":
            self._awake.wait(SLOW_SECONDS_MAX)
        with self._lock:
            answer = self._answer(headers, body)
            delivery = headers.get("x-kuvarpay-delivery", "")
            self.arrivals.append(Arrival(delivery, headers, body, answer))
        return answer

    def _answer(self, headers: dict[str, str], body: bytes) -> int:
        if self.mood == "failing":
            return 500
        expected = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        given = headers.get("x-kuvarpay-signature", "")
        if not hmac.compare_digest(f"sha256={expected}".encode(), given.encode()):
            return 401
        delivery, digest = headers["x-kuvarpay-delivery"], hashlib.sha256(body).hexdigest()
        former = self._seen().get(delivery)
        if former is not None:
            return 200 if former == digest else 409
        with self._seen_file.open("a", encoding="utf-8") as seen:
            seen.write(f"{delivery} {digest}\n")
        self.processed.append(json.loads(body))
        return 200

    def _seen(self) -> dict[str, str]:
        if not self._seen_file.exists():
            return {}
        lines = self._seen_file.read_text(encoding="utf-8").splitlines()
        return dict(line.split() for line in lines)  # type: ignore[misc]


class _Server(ThreadingHTTPServer):
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.server.receiver.mood == "redirecting":
            self.send_response(307)
            self.send_header("Location", "/elsewhere")
        else:
            self.send_response(self.server.receiver.take(headers, body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
