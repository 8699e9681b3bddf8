"""Sandboxes that the contract is tried on: one that answers, one whose rate is spent."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime

import httpx
import pytest
from sandbox.contract.scene import Scene
from sandbox.contract.ways import SECRET

from pipelines.sandbox import Manners, SandboxPlan, SandboxServer

PLAN = SandboxPlan(start=date(2026, 10, 20), days=4, orders_per_day=10)
SMALL_PLAN = SandboxPlan(start=date(2026, 10, 20), days=1, orders_per_day=2)
AFTER = datetime(2026, 10, 24, 9, tzinfo=UTC)


@contextmanager
def served(manners: Manners, plan: SandboxPlan = PLAN) -> Iterator[Scene]:
    """A small book on the day after its end, on a socket of its own."""
    with (
        SandboxServer(plan, clock=AFTER, manners=manners) as server,
        httpx.Client(base_url=server.url, headers=SECRET, timeout=10) as client,
        httpx.Client(base_url=server.url, timeout=10) as stranger,
    ):
        yield Scene(client, stranger)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """The sandbox as documented, shared by the tests of one module."""
    with served(Manners()) as opened:
        yield opened


@pytest.fixture(scope="module")
def spent_scene() -> Iterator[Scene]:
    """A sandbox that grants one request a minute, shared by the tests of one module."""
    with served(Manners(rate_per_minute=1)) as opened:
        yield opened


@pytest.fixture
def open_scene() -> Callable[[], AbstractContextManager[Scene]]:
    """Opens sandboxes of a very small book, a new one each time."""
    return lambda: served(Manners(), SMALL_PLAN)
