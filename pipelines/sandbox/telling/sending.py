"""Posting to receivers: in order for each URL, several URLs at once, each try bounded in time.

Real HTTP on the event loop, outside any turn of the world; its library is imported when the first
delivery is sent, as most sandboxes never send any. What is sent, whether it is still to be sent and
what follows from the outcome is told by whoever owns the deliveries.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import httpx

URLS_AT_ONCE_MAX = 16
ERROR_LENGTH_MAX = 200


class Parcel(NamedTuple):
    """One request, ready to be sent."""

    url: str
    headers: dict[str, str]
    body: bytes


class Outcome(NamedTuple):
    """What became of one try: the receiver's status, or why there is none."""

    status_code: int | None
    error: str | None

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status_code is not None and 200 <= self.status_code < 300


class Sender:
    """Deliveries waiting at their URLs.

    `take` gives the parcel of a delivery, None when it need not be sent any more; `record` hears of
    the outcome.
    """

    def __init__(
        self,
        take: Callable[[str], Parcel | None],
        record: Callable[[str, Outcome], None],
        *,
        timeout_seconds: float,
    ) -> None:
        self._take = take
        self._record = record
        self._timeout_seconds = timeout_seconds
        self._waiting: dict[str, OrderedDict[str, None]] = {}
        self._at_work: set[str] = set()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._places = asyncio.Semaphore(URLS_AT_ONCE_MAX)

    def put(self, url: str, delivery_id: str) -> None:
        """Let a delivery wait, behind the others to its URL."""
        self._waiting.setdefault(url, OrderedDict()).setdefault(delivery_id)
        self._idle.clear()
        self._wake.set()

    async def idle(self, timeout_seconds: float) -> bool:
        """Wait until nothing waits and nothing is under way; False when time is up before."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Send whatever waits, until cancelled; what is cancelled counts as not sent."""
        self._at_work.clear()
        if self._waiting:
            self._wake.set()
        await self._wake.wait()
        import httpx

        # A proxy or a redirect could lead away from the loopback hosts that were agreed to.
        client = httpx.AsyncClient(
            trust_env=False, follow_redirects=False, timeout=self._timeout_seconds
        )
        async with client, asyncio.TaskGroup() as tasks:
            while True:
                await self._wake.wait()
                self._wake.clear()
                for url in self._waiting.keys() - self._at_work:
                    self._at_work.add(url)
                    tasks.create_task(self._empty(client, url))

    async def _empty(self, client: httpx.AsyncClient, url: str) -> None:
        """Send what waits at one URL, one after the other."""
        waiting = self._waiting[url]
        while waiting:
            delivery_id = next(iter(waiting))
            parcel = self._take(delivery_id)
            outcome = None
            if parcel is not None:
                async with self._places:
                    outcome = await self._post(client, parcel)
            del waiting[delivery_id]
            if outcome is not None:
                self._record(delivery_id, outcome)
        del self._waiting[url]
        self._at_work.discard(url)
        if not self._waiting:
            self._idle.set()

    async def _post(self, client: httpx.AsyncClient, parcel: Parcel) -> Outcome:
        import httpx

        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                client.stream(
                    "POST", parcel.url, content=parcel.body, headers=parcel.headers
                ) as response,
            ):
                return Outcome(response.status_code, None)
        except (TimeoutError, httpx.TimeoutException):
            return Outcome(None, f"no answer within {self._timeout_seconds:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failed:
            reason = str(failed) or type(failed).__name__
            return Outcome(None, reason[:ERROR_LENGTH_MAX])
