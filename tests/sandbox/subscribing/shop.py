"""A small shop for the tests: a world with the rooms of subscriptions, called as the house calls.

Every answer is checked against the served contract. What is expected of a story stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from pipelines.sandbox import exact
from pipelines.sandbox.clock import Clock
from pipelines.sandbox.days import DAY, HOUR, MINUTE, iso, to_instant
from pipelines.sandbox.filling import filled_store
from pipelines.sandbox.house.calls import Call, Listing, Reply
from pipelines.sandbox.plan import SandboxPlan
from pipelines.sandbox.store import Store
from pipelines.sandbox.subscribing.rooms import subscribing
from pipelines.sandbox.world import World

CONTRACT = Path(__file__).parents[3] / "pipelines/sandbox/openapi.yaml"
PLAN = SandboxPlan(start=date(2026, 10, 20), days=1, orders_per_day=1)
START = to_instant(datetime(2026, 11, 30, 12, tzinfo=UTC))
WALLET = "0x" + "a1" * 20
SIGNATURE = "0x" + "1b" * 65
_READERS = ("get", "list")


@cache
def answers() -> dict[str, jsonschema.Draft202012Validator]:
    """The schema of each operation's answer, by operationId."""
    contract = yaml.load(CONTRACT.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return {
        operation["operationId"]: jsonschema.Draft202012Validator(
            {
                **operation["responses"]["200"]["content"]["application/json"]["schema"],
                "components": contract["components"],
            },
            format_checker=jsonschema.FormatChecker(),
        )
        for operations in contract["paths"].values()
        for operation in operations.values()
        if "/json" in str(operation["responses"].get("200", {}).get("content", {}).keys())
    }


class Shop:
    """One world and its clock."""

    def __init__(self, at: int = START, *, store: Store | None = None) -> None:
        self.clock = Clock(at)
        self.world = World(PLAN, store or filled_store(PLAN), self.clock)
        made = subscribing(self.world)
        self.charging = made.charging
        self.handlers: dict[str, Callable[[Call], Reply | Listing]] = {}
        for room in made.rooms:
            self.handlers |= room.operations()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.world.listen(lambda event, data: self.told.append((event, data)))

    def call(self, operation: str, **values: Any) -> Any:
        """The data of an answer; path, query and body as the house hands them in."""
        call = Call(
            operation,
            path=values.get("path", {}),
            query=values.get("query", {}),
            body=values.get("body", {}),
        )
        if operation.startswith(_READERS):
            self.world.look()
            found = self.handlers[operation](call)
        else:
            with self.world.turn():
                found = self.handlers[operation](call)
        answer = _read(found)
        answers()[operation].validate(_floats(answer))
        return answer.get("data", answer)

    def wait(self, *, days: int = 0, hours: int = 0, minutes: int = 0) -> None:
        """Let time pass, and all happen that is due."""
        self.clock.move(self.clock.now() + days * DAY + hours * HOUR + minutes * MINUTE)
        self.world.look()

    def until(self, *day: int) -> None:
        """Let time pass until an instant of UTC."""
        self.clock.move(to_instant(datetime(*day, tzinfo=UTC)))  # type: ignore[misc, arg-type]
        self.world.look()

    def events(self) -> list[str]:
        """What has been told since the last time."""
        events = [event for event, _ in self.told]
        self.told.clear()
        return events

    def price(self, amount: str = "10.00", **more: Any) -> str:
        """A monthly price in US dollars unless told otherwise."""
        plan = self.call("createPlan", body={"name": "Gold", "metadata": {"features": ["all"]}})
        body = {"amount": amount, "currency": "USD", "interval": "month", **more}
        price: str = self.call("createPrice", path={"planUid": plan["uid"]}, body=body)["uid"]
        return price

    def checkout(self, price_uid: str, **more: Any) -> dict[str, Any]:
        """A checkout session's answer."""
        body = {"priceUid": price_uid, "customer": {"email": "ada@example.com"}, **more}
        answer: dict[str, Any] = self.call("createSubscriptionCheckoutSession", body=body)
        return answer

    def confirm(self, checkout: dict[str, Any], **terms: Any) -> Any:
        """Confirm a session on BNB Chain."""
        session = checkout["checkoutSession"]["uid"]
        return self.call(
            "confirmSubscriptionCheckout", path={"sessionUid": session}, body=self.terms(**terms)
        )

    def terms(self, **terms: Any) -> dict[str, Any]:
        """A body of confirm."""
        year = 366 * 86_400
        now = self.clock.now() // 1000
        return {
            "walletAddress": terms.get("wallet", WALLET),
            "tokenId": terms.get("token", "usdt-bsc"),
            "limits": {
                "capAmount": terms.get("cap", "1000"),
                "maxPerCharge": terms.get("most", terms.get("cap", "1000")),
            },
            "schedule": {
                "periodSeconds": 2_592_000,
                "nextDue": now,
                "expiry": terms.get("expiry", now + year),
            },
        }

    def sign(self, subscription: str, **body: Any) -> Any:
        """Submit a signature."""
        return self.of(subscription, "createAuthorization", signature=SIGNATURE, **body)

    def subscribe(self, price_uid: str, **terms: Any) -> str:
        """A subscription whose first charge has been settled."""
        checkout = self.checkout(price_uid)
        uid: str = checkout["subscription"]["uid"]
        self.approve(checkout, **terms)
        self.wait(minutes=1)
        return uid

    def approve(self, checkout: dict[str, Any], **terms: Any) -> None:
        """Confirm, sign, and wait until the authorization is in force."""
        self.confirm(checkout, **terms)
        self.sign(checkout["subscription"]["uid"])
        self.wait(minutes=1)

    def of(self, subscription: str, operation: str, **body: Any) -> Any:
        """Call an operation of a subscription."""
        return self.call(operation, path={"subscriptionUid": subscription}, body=body)

    def status(self, subscription: str) -> str:
        """The subscription's status."""
        status: str = self.of(subscription, "getSubscription")["status"]
        return status

    def invoices(self, subscription: str) -> list[dict[str, Any]]:
        """The subscription's invoices, oldest first."""
        found: list[dict[str, Any]] = self.of(subscription, "listSubscriptionInvoices")
        return found

    def plan(self, subscription: str, *outcomes: str) -> None:
        """Say how the next charges end."""
        with self.world.turn():
            self.charging.plan_outcomes(subscription, list(outcomes))

    def now(self) -> str:
        """The clock as answers spell it."""
        return iso(self.clock.now())


def _read(found: Reply | Listing) -> dict[str, Any]:
    if isinstance(found, Reply):
        answer: dict[str, Any] = exact.decode(found.body)
        return answer
    rows = [exact.decode(row) for row in found.rows(0, found.total)]
    pages = {"page": 1, "limit": 100, "total": len(rows), "totalPages": 1}
    return {"success": True, "data": rows, "pagination": pages}


def _floats(value: Any) -> Any:
    """Decimals as the schema checker knows numbers."""
    return json.loads(exact.encode(value))
