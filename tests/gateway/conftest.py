"""The scripted gateway, a client that needs no time, and a landing to keep answers in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from gateway.scripted import KEY, Item, Manners, World, served

from pipelines.gateway.client import GatewayClient, GatewaySettings, Limits
from pipelines.gateway.walk import Window
from pipelines.landing import Landing, Segment

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def server() -> Iterator[World]:
    with served() as world:
        yield world


@pytest.fixture
def world(server: World) -> World:
    """The server with an empty world, no script and good manners."""
    server.rows, server.sessions, server.requests = [], [], []
    server.manners, server.script = Manners(), None
    return server


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


@pytest.fixture
def segment(landing: Landing) -> Iterator[Segment]:
    with landing.segment("transactions", "20260302T010000Z") as segment:
        yield segment


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def make_client(
    world: World, segment: Segment, slept: list[float]
) -> Iterator[Callable[..., GatewayClient]]:
    clients: list[GatewayClient] = []

    def make(**changes: Any) -> GatewayClient:
        settings = {"base_url": world.url, "api_key": KEY, "business_id": "biz_001"}
        settings |= {name: changes.pop(name) for name in tuple(changes) if name in settings}
        style = changes.pop("auth_style", "authorization")
        arguments: dict[str, Any] = {
            "limits": Limits(read_seconds=20.0),
            "sleep": slept.append,
            "jitter": lambda: 0.0,
            **changes,
        }
        client = GatewayClient(GatewaySettings(**settings, auth_style=style), segment, **arguments)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., GatewayClient]) -> GatewayClient:
    return make_client()


@pytest.fixture
def window() -> Window:
    return Window(START, START + timedelta(days=1))


@pytest.fixture
def make_rows() -> Callable[..., list[Item]]:
    """So many transactions, one a minute from the window's start."""

    def make(count: int, *, start: datetime = START) -> list[Item]:
        return [transaction(number, start) for number in range(count)]

    return make


def transaction(number: int, start: datetime) -> Item:
    created = start + timedelta(minutes=number)
    stamp = created.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "id": f"trxn_{start:%m%d}_{number:05d}",
        "businessId": "biz_001",
        "reference": f"RS-20260301-{number:05d}",
        "type": "CHECKOUT",
        "status": "COMPLETED",
        "payoutStatus": "PENDING",
        "amount": Decimal("500000.10") + number,
        "currency": "NGN",
        "expectedAmount": Decimal("750.123456789012345678"),
        "fromCurrency": "USDT",
        "fromAmount": Decimal("750.123456789012345678"),
        "fromNetwork": "TRON",
        "actualAmount": Decimal("750.12"),
        "exchangeRate": Decimal("666.6"),
        "fees": 5000,
        "paymentTolerance": 2,
        "accountName": "KuvarPay LTD",
        "accountNumber": "0123456789",
        "bankCode": "999999",
        "customerEmail": "ada@example.com",
        "createdAt": stamp,
        "updatedAt": stamp,
        "expiresAt": None,
    }
