"""How a subscription stands with its payments, and how it is shown and announced.

Belongs here: PAST_DUE and back, looking a subscription up, refusing what an ended one cannot do.
Stays out: its periods, and what it is charged.
"""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.house.calls import Call, Refused, conflict
from pipelines.sandbox.subscribing.records import INVOICE, PRICE, SUBSCRIPTION, Record, Records
from pipelines.sandbox.world import World

ENDED = ("CANCELED", "EXPIRED")
RUNNING = ("TRIALING", "ACTIVE", "PAST_DUE")


class Standing:
    """The state of subscriptions, as far as payments move it."""

    def __init__(self, world: World, records: Records) -> None:
        self._world = world
        self._records = records

    def of_call(self, call: Call) -> Record:
        """The subscription that a path names, or 404."""
        return self._records.get(SUBSCRIPTION, call.path["subscriptionUid"])

    def living(self, call: Call) -> Record:
        """The subscription that a path names; 409 when it has ended."""
        subscription = self.of_call(call)
        if subscription.status in ENDED:
            raise self.refusal(subscription)
        return subscription

    def running(self, call: Call) -> Record:
        """The subscription that a path names; 409 unless it can be charged now."""
        subscription = self.living(call)
        if subscription.status not in RUNNING:
            raise self.refusal(subscription)
        return subscription

    @staticmethod
    def refusal(subscription: Record) -> Refused:
        """409, naming the status."""
        return conflict(f"The subscription is {subscription.status}")

    def price_of(self, subscription: Record) -> dict[str, Any] | None:
        """The price in force, None for a metered subscription without one."""
        uid = subscription.shown["price_uid"]
        return None if uid is None else self._records.get(PRICE, uid).shown

    def announce(self, event: str, subscription: Record) -> None:
        """Tell what has just happened to a subscription."""
        self._world.announce(f"subscription.{event}", dict(subscription.shown))

    def fall_behind(self, subscription: Record) -> None:
        """A charge has failed; a trial or a pause goes on, and stands so behind it."""
        if subscription.status == "PAUSED":
            subscription.kept["paused_from"] = "PAST_DUE"
            self._records.keep(subscription)
        elif subscription.status == "ACTIVE":
            self._records.save(subscription, status="PAST_DUE")
            self.announce("past_due", subscription)

    def recover(self, subscription: Record) -> None:
        """An invoice is paid; the subscription is in order again unless another one is owed."""
        if self.owes(subscription):
            return
        if subscription.kept.get("paused_from") == "PAST_DUE":
            subscription.kept["paused_from"] = "ACTIVE"
            self._records.keep(subscription)
        elif subscription.status == "PAST_DUE":
            self._records.save(subscription, status="ACTIVE")
            self.announce("recovered", subscription)

    def owes(self, subscription: Record) -> bool:
        """Whether an open invoice has failed to be charged; uncollectible ones are written off."""
        return any(
            invoice.kept["has_failed"]
            for invoice in self._records.standing(INVOICE, "OPEN", parent=subscription.uid)
        )
