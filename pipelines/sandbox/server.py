"""The running sandbox: a filled store, its service and uvicorn on a loopback socket.

`SandboxServer` is for tests, the demo and whoever embeds it; `serve_forever` is the command line's.
"""

from __future__ import annotations

import ipaddress
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn

from pipelines.sandbox.clock import Clock
from pipelines.sandbox.days import EARLIEST, FIRST_YEAR, LAST_YEAR, LATEST, to_instant
from pipelines.sandbox.exports import OrderExports
from pipelines.sandbox.filling import filled_store
from pipelines.sandbox.house.application import build
from pipelines.sandbox.house.door import SECRET_KEY
from pipelines.sandbox.house.manners import Manners
from pipelines.sandbox.plan import SandboxPlan, SandboxRefused
from pipelines.sandbox.serving import Serving, Uvicorn
from pipelines.sandbox.store import Store
from pipelines.sandbox.world import World

START_SECONDS_MAX = 10
STOP_SECONDS_MAX = 5
_AS_DOCUMENTED = Manners()


class SandboxEnded(RuntimeError):
    """The sandbox could not go on serving; the message says what happened."""


class SandboxServer:
    """One book served on loopback; a context manager that stands while the block runs."""

    def __init__(
        self,
        plan: SandboxPlan,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: datetime | None = None,
        manners: Manners = _AS_DOCUMENTED,
        orders_dir: Path | None = None,
        truth_file: Path | None = None,
        state: Path | None = None,
    ) -> None:
        if not _is_loopback(host):
            raise SandboxRefused(f"The sandbox serves loopback only, not {host!r}.")
        if clock is not None and clock.tzinfo is None:
            raise SandboxRefused("The clock's instant needs an offset, such as Z or +01:00.")
        if clock is not None and not EARLIEST <= to_instant(clock) <= LATEST:
            raise SandboxRefused(
                f"The clock must lie between the years {FIRST_YEAR} and {LAST_YEAR}."
            )
        self.plan = plan
        self.truth_file = truth_file
        if truth_file is None and orders_dir is not None:
            self.truth_file = orders_dir.parent / "truth.json"
        self._host, self._port = host, port
        self._clock, self._manners = clock, manners
        self._orders_dir, self._state = orders_dir, state
        self._store: Store | None = None
        self._server: Uvicorn | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def start(self) -> SandboxServer:
        """Make the book, write truth and due exports, and return when it listens."""
        bound = _listening_socket(self._host, self._port)
        try:
            self._serve(self._opened(), bound)
        except BaseException:
            bound.close()
            self._close_store()
            raise
        port = bound.getsockname()[1]
        self.url = f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{port}"
        return self

    def stop(self) -> None:
        """Stop serving and close the store; a second call does nothing."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(STOP_SECONDS_MAX)
        self._server = self._thread = None
        self._close_store()

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def check(self) -> None:
        """Raise SandboxEnded when serving has ended though nobody stopped it."""
        if self._server is None or self._thread is None or self._thread.is_alive():
            return
        fault = self._server.fault
        what = "its server stopped" if fault is None else f"{type(fault).__name__}: {fault}"
        raise SandboxEnded(f"The sandbox could not go on: {what}.") from fault

    @property
    def truth(self) -> dict[str, Any]:
        """What `truth.json` holds, for `expected_breaks`."""
        if self._store is None:
            raise SandboxRefused("The sandbox is not running.")
        truth: dict[str, Any] = json.loads(self._store.setting("truth") or "{}")
        return truth

    def _opened(self) -> Serving:
        self._store = store = filled_store(self.plan, self._state)
        if self.truth_file is not None:
            with _writing(self.truth_file):
                self.truth_file.parent.mkdir(parents=True, exist_ok=True)
                self.truth_file.write_text(store.setting("truth") or "", encoding="utf-8")
        stands_at = None if self._clock is None else to_instant(self._clock)
        if stands_at is not None:
            # A kept book remembers how far its clock was moved.
            stands_at = max(stands_at, int(store.setting("clock") or 0))
        world = World(self.plan, store, Clock(stands_at))
        exports = None
        if self._orders_dir is not None:
            with _writing(self._orders_dir):
                exports = OrderExports(store, self.plan, self._orders_dir)
        built = build(world, self._manners, exports=exports)
        world.look()
        if exports is not None and self._orders_dir is not None:
            with _writing(self._orders_dir):
                exports.write_due(world.instant)
        return Serving(world, built, exports)

    def _serve(self, serving: Serving, bound: socket.socket) -> None:
        config = uvicorn.Config(
            serving.built.app,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            # Same calls, same bytes: no header that tells the real time or the server's version.
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = Uvicorn(config, serving)
        thread = threading.Thread(
            target=server.run, args=([bound],), name="kuvarpay-sandbox", daemon=True
        )
        thread.start()
        if not server.listens.wait(START_SECONDS_MAX):
            server.should_exit = True
            raise SandboxRefused("The sandbox did not begin to listen in time; try again.")
        self._server, self._thread = server, thread

    def _close_store(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = None


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as barred:
        raise SandboxRefused(
            f"{place} cannot be written ({barred.strerror}): name another place."
        ) from barred


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listening_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except (OSError, OverflowError) as taken:
        bound.close()
        raise SandboxRefused(f"Port {port} on {host} cannot be used: {taken}.") from taken
    return bound


def serve_forever(
    plan: SandboxPlan,
    *,
    host: str = "127.0.0.1",
    port: int = 8787,
    clock: datetime | None = None,
    manners: Manners = _AS_DOCUMENTED,
    orders_dir: Path | None = None,
    truth_file: Path | None = None,
    state: Path | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve in the foreground until SIGINT or SIGTERM; call it from the main thread.

    SandboxEnded is raised when a fault ends it before.
    """
    server = SandboxServer(
        plan,
        host=host,
        port=port,
        clock=clock,
        manners=manners,
        orders_dir=orders_dir,
        truth_file=truth_file,
        state=state,
    )
    with server:
        _until_told_to_stop(
            lambda: announce(
                f"KuvarPay sandbox on {server.url}, key {SECRET_KEY}; stop with Ctrl-C"
            ),
            server.check,
        )


def _until_told_to_stop(ready: Callable[[], None], check: Callable[[], None]) -> None:
    """Block until SIGINT or SIGTERM, or until the check raises; then signals do what they did."""
    told = threading.Event()
    former = {
        number: signal.signal(number, lambda *_: told.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        ready()
        # Waiting with a bound lets the signal handlers run between two waits.
        while not told.wait(0.5):
            check()
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
