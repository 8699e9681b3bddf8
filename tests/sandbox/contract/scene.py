"""Objects of a running sandbox, made over its socket as a merchant makes them.

Each call makes new ones, so that tests of one sandbox do not meet. What is then asked of them
stands beside this in `ways`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx

V1 = "/api/v1"
WALLET = "0x" + "a1" * 20
SIGNATURE = "0x" + "1b" * 65
CUSTOMER = {"email": "ada@example.com"}
_YEAR_SECONDS = 366 * 86_400


class Scene:
    """One sandbox: a client that has its secret key, and a stranger that has none."""

    def __init__(self, client: httpx.Client, stranger: httpx.Client) -> None:
        self.client = client
        self.stranger = stranger
        self._numbers = count(1)

    def make(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The data of a POST that is granted."""
        answer = self.client.post(V1 + path, json=body or {})
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return told.get("data", told)

    def number(self) -> int:
        """The next number that was not given out yet."""
        return next(self._numbers)

    def now(self) -> datetime:
        """The sandbox's clock."""
        return datetime.fromisoformat(self.client.get("/_sandbox/clock").json()["now"])

    def wait(self, *, minutes: int) -> None:
        """Let time pass, and all happen that is due."""
        then = self.now() + timedelta(minutes=minutes)
        answer = self.client.put("/_sandbox/clock", json={"now": then.isoformat()})
        assert answer.status_code == 200, answer.text

    def session(self) -> dict[str, Any]:
        """A checkout session for USDT on TRON, with its token."""
        body = {
            "amount": 5000,
            "currency": "NGN",
            "fromCurrency": "USDT",
            "fromNetwork": "TRON",
            "refundAddress": "TXrefundXXXXXXXXXXXXXXXXXXXXXXXXXX",
        }
        session: dict[str, Any] = self.make("/checkout-sessions", body)
        return session

    def transaction(self) -> dict[str, Any]:
        """A transaction of a new session, with the session's token beside it."""
        session = self.session()
        made = self.make("/transactions", {"checkoutSessionId": session["sessionId"]})
        return {**made, "authToken": session["authToken"]}

    def forced(self, scenario: str) -> dict[str, Any]:
        """A transaction that a scenario was forced on."""
        made = self.transaction()
        asked = {"transactionId": made["id"], "scenario": scenario}
        self.make("/sandbox/simulator/force-scenario", asked)
        return made

    def invoice(self) -> str:
        """The id of a merchant's invoice."""
        items = [{"description": "Tea", "quantity": 1, "unitPrice": 10, "currency": "NGN"}]
        body = {"customerName": "Ada", "customerEmail": "ada@example.com", "items": items}
        made: str = self.make("/invoices", body)["id"]
        return made

    def plan(self) -> str:
        """The uid of a plan."""
        made: str = self.make("/subscriptions/plans", {"name": "Gold"})["uid"]
        return made

    def price(self, amount: str = "10.00", plan: str | None = None) -> str:
        """The uid of a monthly price in US dollars."""
        body = {"amount": amount, "currency": "USD", "interval": "month"}
        made: str = self.make(f"/subscriptions/plans/{plan or self.plan()}/prices", body)["uid"]
        return made

    def checkout(self, **more: Any) -> tuple[str, str]:
        """The uids of a subscription checkout that waits, and of its subscription."""
        body = {"customer": CUSTOMER, **(more or {"priceUid": self.price()})}
        made = self.make("/subscriptions/checkout-sessions", body)
        return made["checkoutSession"]["uid"], made["subscription"]["uid"]

    def confirmed(self, **more: Any) -> str:
        """The uid of a subscription whose customer has yet to sign."""
        checkout, subscription = self.checkout(**more)
        self.make(f"/subscriptions/checkout-sessions/{checkout}/confirm", self.terms())
        return subscription

    def active(self, **more: Any) -> str:
        """The uid of a subscription that was approved, its first invoice charged."""
        subscription = self.confirmed(**more)
        self.make(f"/subscriptions/{subscription}/authorizations", {"signature": SIGNATURE})
        self.wait(minutes=3)
        return subscription

    def metered(self) -> str:
        """The uid of a subscription that is billed by usage."""
        target = {"targetCurrency": "USD", "targetAmount": "50.00"}
        return self.active(billingMode="METERED", targetPrice=target)

    def cancelled(self) -> str:
        """The uid of a subscription that was ended at once."""
        subscription = self.active()
        self.leaving(subscription)
        self.make(f"/subscriptions/{subscription}/cancel/confirm")
        return subscription

    def leaving(self, subscription: str) -> str:
        """The same subscription, its cancellation asked for."""
        asked = {"reason": "moving"}
        self.client.request("DELETE", f"{V1}/subscriptions/{subscription}", json=asked)
        return subscription

    def billed(self) -> tuple[str, str]:
        """The uids of an active subscription and of an invoice on it."""
        subscription = self.active()
        path = f"/subscriptions/{subscription}/subscription-invoices"
        return subscription, self.make(path, {"amount": "5.00"})["uid"]

    def terms(self) -> dict[str, Any]:
        """What a customer confirms: a cap, a limit, a year."""
        now = int(self.now().timestamp())
        return {
            "walletAddress": WALLET,
            "tokenId": "usdt-bsc",
            "limits": {"capAmount": "1000", "maxPerCharge": "100"},
            "schedule": {
                "periodSeconds": 2_592_000,
                "nextDue": now,
                "expiry": now + _YEAR_SECONDS,
            },
        }
