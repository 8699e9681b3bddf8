"""A merchant before a sandbox without a book; each test begins where the last left the clock."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from pipelines.sandbox import SandboxPlan, SandboxServer

NOON = datetime(2026, 10, 24, 12, tzinfo=UTC)
API = "/api/v1"
NOWHERE = "http://127.0.0.1:9/"  # deliveries are written down although nobody listens


class Merchant:
    """Opens, forces and reads; payments are of 5000 naira in USDT unless told otherwise."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def moves(self, **time: int) -> None:
        """The clock goes on by so much."""
        now = datetime.fromisoformat(self.client.get("/_sandbox/clock").json()["now"])
        told = {"now": (now + timedelta(**time)).isoformat()}
        self.client.put("/_sandbox/clock", json=told).raise_for_status()

    def asks(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(f"{API}/{path}", json=body)

    def session(self) -> str:
        opened = self.asks("checkout-sessions", amount=5000, currency="NGN", fromCurrency="USDT")
        return str(opened.json()["data"]["sessionId"])

    def payment(self, session: str | None = None, **members: Any) -> str:
        due = {"toCurrency": "NGN", "toAmount": 5000, "fromCurrency": "USDT"}
        if session is not None:
            due = {"checkoutSessionId": session}
        return str(self.asks("transactions", **(due | members)).json()["data"]["id"])

    def scenario(self, payment: str, scenario: str, **told: Any) -> httpx.Response:
        return self.asks(
            "sandbox/simulator/force-scenario", transactionId=payment, scenario=scenario, **told
        )

    def status(self, payment: str, status: str, **told: Any) -> httpx.Response:
        return self.asks(
            "sandbox/simulator/force-status", transactionId=payment, status=status, **told
        )

    def forces(self, payment: str, *scenarios: str) -> None:
        """Scenarios, none of them refused."""
        for scenario in scenarios:
            self.scenario(payment, scenario).raise_for_status()

    def reads(self, path: str) -> dict[str, Any]:
        read: dict[str, Any] = self.client.get(f"{API}/{path}").json()["data"]
        return read

    def heard(self, session: str) -> list[str]:
        """What was announced of a session, oldest first."""
        told = self.client.get("/_sandbox/webhooks/deliveries").json()
        bodies = [json.loads(delivery["body"]) for delivery in told]
        return [
            body["event"].removeprefix("checkout_session.")
            for body in bodies
            if body["data"].get("sessionId") == session
        ]


@pytest.fixture(scope="module")
def served() -> Iterator[httpx.Client]:
    plan = SandboxPlan(start=NOON.date(), days=1, orders_per_day=0)
    headers = {"Authorization": "rsp_test_sandbox"}
    with (
        SandboxServer(plan, clock=NOON) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=10) as client,
    ):
        client.post("/_sandbox/webhooks", json={"url": NOWHERE}).raise_for_status()
        yield client


@pytest.fixture
def merchant(served: httpx.Client) -> Merchant:
    return Merchant(served)
