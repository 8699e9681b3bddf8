"""Makers: a book of chosen size behind a real socket, and clients that speak to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipelines.sandbox import SandboxPlan, SandboxServer

START = date(2026, 10, 20)
KEY = {"Authorization": "rsp_test_sandbox"}


def cut_off(day: int, *, hours: int = 0) -> datetime:
    """So many hours after the end of a business day of Lagos, which is UTC+1 all year."""
    begin = datetime(START.year, START.month, START.day, tzinfo=UTC) - timedelta(hours=1)
    return begin + timedelta(days=day + 1, hours=hours)


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[Callable[..., SandboxServer]]:
    """Starts sandboxes of a small book, at the end of its last day unless told otherwise."""
    with ExitStack() as stack:

        def start(**options: Any) -> SandboxServer:
            seed, days = options.pop("seed", 7), options.pop("days", 4)
            size = options.pop("orders_per_day", 10)
            plan = SandboxPlan(start=START, seed=seed, days=days, orders_per_day=size)
            options.setdefault("clock", cut_off(days - 1, hours=2))
            options.setdefault("truth_file", tmp_path / f"truth-{seed}.json")
            return stack.enter_context(SandboxServer(plan, **options))

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[..., httpx.Client]]:
    """Opens clients with the sandbox's key, or with other headers."""
    with ExitStack() as stack:

        def open_client(server: SandboxServer, **headers: str) -> httpx.Client:
            client = httpx.Client(base_url=server.url, headers=headers or KEY, timeout=5)
            return stack.enter_context(client)

        yield open_client


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client of a small book on the day after its end, shared by the tests of one module."""
    plan = SandboxPlan(start=START, days=4, orders_per_day=10)
    with (
        SandboxServer(plan, clock=cut_off(3, hours=2)) as server,
        httpx.Client(base_url=server.url, headers=KEY, timeout=5) as opened,
    ):
        yield opened
