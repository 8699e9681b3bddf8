"""uvicorn with what goes on beside it: webhooks are sent, and exports that become due written.

A fault in either ends the server and is kept for whoever started it. What is served, where and for
how long is told by `server`.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import NamedTuple

import uvicorn

from pipelines.sandbox.exports import OrderExports
from pipelines.sandbox.house.application import Built
from pipelines.sandbox.world import World

EXPORT_SECONDS = 5


class Serving(NamedTuple):
    """What is served, and what goes on beside it."""

    world: World
    built: Built
    exports: OrderExports | None


class Uvicorn(uvicorn.Server):
    """Says when it listens; beside it webhooks are sent and exports that become due written."""

    def __init__(self, config: uvicorn.Config, serving: Serving) -> None:
        super().__init__(config)
        self.listens = threading.Event()
        self.fault: BaseException | None = None
        self._serving = serving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.listens.set()

    async def main_loop(self) -> None:
        """Serve until told to stop, with the tasks beside it."""
        beside = [
            asyncio.create_task(self._write_exports()),
            asyncio.create_task(self._serving.built.rooms.webhooks.run()),
        ]
        for task in beside:
            task.add_done_callback(self._end_with)
        try:
            await super().main_loop()
        finally:
            self._serving.built.streams.stop()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def _end_with(self, task: asyncio.Task[None]) -> None:
        """A fault beside the server ends it, rather than leaving it half alive."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fault = self.fault or _first_of(error)
            self.should_exit = True

    async def _write_exports(self) -> None:
        world, exports = self._serving.world, self._serving.exports
        while exports is not None and world.clock.is_real:
            exports.write_due(world.look())
            await asyncio.sleep(EXPORT_SECONDS)


def _first_of(error: BaseException) -> BaseException:
    """The fault itself, out of the groups that tasks wrap around it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
