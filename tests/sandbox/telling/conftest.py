"""Makers: a world of a small book, its webhooks while they run, and receivers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sandbox.telling.receiver import Receiver

from pipelines.sandbox.clock import Clock
from pipelines.sandbox.days import to_instant
from pipelines.sandbox.filling import filled_store
from pipelines.sandbox.plan import SandboxPlan
from pipelines.sandbox.telling.webhooks import Webhooks
from pipelines.sandbox.world import World

PLAN = SandboxPlan(start=date(2026, 10, 20), days=2, orders_per_day=8)
AFTER = to_instant(datetime(2026, 10, 30, tzinfo=UTC))
SETTLE_SECONDS_MAX = 10


@pytest.fixture
def open_world() -> Iterator[Callable[..., World]]:
    """Opens worlds of the small book, some days after its end unless told otherwise."""
    with ExitStack() as stack:

        def open_one(stands_at: int = AFTER, state: Path | None = None) -> World:
            store = filled_store(PLAN, state)
            stack.callback(store.close)
            return World(PLAN, store, Clock(stands_at))

        yield open_one


@pytest.fixture
def world(open_world) -> World:
    return open_world()


@pytest.fixture
def receive(tmp_path) -> Iterator[Callable[..., Receiver]]:
    """Starts receivers, each with a file of its own."""
    with ExitStack() as stack:

        def start(**options: Any) -> Receiver:
            seen_file = tmp_path / f"seen-{len(list(tmp_path.iterdir()))}"
            seen_file.touch()
            return stack.enter_context(Receiver(seen_file, **options))

        yield start


def play(webhooks: Webhooks, story: Callable[[], Awaitable[None]]) -> None:
    """Live through a story while webhooks are sent."""

    async def whole() -> None:
        running = asyncio.create_task(webhooks.run())
        try:
            await story()
            assert not running.done()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(whole())


async def pass_time(world: World, webhooks: Webhooks, milliseconds: int = 0) -> None:
    """Move the clock, and wait until what became due is sent."""
    world.clock.move(world.look() + milliseconds)
    world.look()
    assert await webhooks.settled(SETTLE_SECONDS_MAX)


def subscribe(world: World, webhooks: Webhooks, receiver: Receiver, *events: str) -> str:
    """Register a receiver, which learns its secret; gives the endpoint's id."""
    with world.turn():
        endpoint = webhooks.register({"url": receiver.url, "events": list(events) or ["*"]})
    receiver.secret = endpoint["secret"]
    return str(endpoint["id"])


def announce(world: World, event: str = "checkout_session.completed", **data: Any) -> None:
    """Something happens."""
    with world.turn():
        world.announce(event, {"sessionId": "cs_1", **data})
