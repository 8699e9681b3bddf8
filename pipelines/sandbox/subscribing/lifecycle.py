"""The course of a subscription: beginning, periods, pause, end.

Every turn of a period waits on the agenda. A pause leaves the running period as it is: resumed
within it, the subscription goes on to its end; resumed later, a new period begins and is billed
at that instant. At the end unpaid invoices are voided and authorizations revoked.
"""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import DAY, iso
from pipelines.sandbox.subscribing.invoicing import Invoicing
from pipelines.sandbox.subscribing.periods import period_start
from pipelines.sandbox.subscribing.pricing import amount_in
from pipelines.sandbox.subscribing.records import (
    AUTHORIZATION,
    CHECKOUT,
    PRICE,
    SUBSCRIPTION,
    Record,
    Records,
)
from pipelines.sandbox.subscribing.standing import Standing
from pipelines.sandbox.world import World

OPEN_AUTHORIZATIONS = ("PENDING", "SUBMITTED", "FAILED", "ACTIVE")
# A metered subscription without a price has periods all the same.
_MONTHLY = {"recurringInterval": "month", "intervalCount": 1, "trialPeriodDays": 0}


class Lifecycle:
    """Moves subscriptions through their periods."""

    def __init__(
        self, world: World, records: Records, *, standing: Standing, invoicing: Invoicing
    ) -> None:
        self._world = world
        self._records = records
        self._standing = standing
        self._invoicing = invoicing
        world.on("subscription.period", self._turn)

    def begin(self, subscription: Record) -> None:
        """The customer has approved: the trial begins, or the first period with its invoice."""
        now = self._world.instant
        trial_days = self._rhythm(subscription)["trialPeriodDays"]
        if not trial_days:
            self._activate(subscription)
            return
        self._set_period(subscription, now, now + trial_days * DAY)
        self._records.save(subscription, status="TRIALING")
        self._standing.announce("trialing", subscription)

    def _rhythm(self, subscription: Record) -> dict[str, Any]:
        return self._standing.price_of(subscription) or _MONTHLY

    def _activate(self, subscription: Record) -> None:
        """The first paid period begins now."""
        status = "PAST_DUE" if self._standing.owes(subscription) else "ACTIVE"
        subscription.kept |= {"anchor": self._world.instant, "number": 0}
        self._records.save(subscription, status=status)
        self._begin_period(subscription)
        self._standing.announce("activated", subscription)

    def _begin_period(self, subscription: Record) -> None:
        """The period of the kept number begins now and is billed."""
        kept, rhythm = subscription.kept, self._rhythm(subscription)
        interval, count = rhythm["recurringInterval"], rhythm["intervalCount"]
        start = period_start(kept["anchor"], kept["number"], interval, count)
        end = period_start(kept["anchor"], kept["number"] + 1, interval, count)
        self._set_period(subscription, start, end)
        price = self._standing.price_of(subscription)
        if subscription.shown["billing_mode"] == "FIXED" and price is not None:
            self._invoicing.bill(
                subscription,
                amount_in("amount", price["unitAmountHuman"], price["currency"]),
                currency=price["currency"],
                description=f"Period from {iso(start)[:10]} to {iso(end)[:10]}",
            )

    def _set_period(self, subscription: Record, start: int, end: int) -> None:
        subscription.kept |= {"period_start": start, "period_end": end}
        self._records.save(
            subscription, current_period_start=iso(start), current_period_end=iso(end)
        )
        self._world.later(end, "subscription.period", subscription.uid, period_end=end)

    def _turn(self, due: Due) -> None:
        subscription = self._records.get(SUBSCRIPTION, due.subject)
        if subscription.kept["period_end"] != due.details["period_end"]:
            return
        if subscription.status not in ("TRIALING", "ACTIVE", "PAST_DUE", "PAUSED"):
            return
        if subscription.shown["cancel_at_period_end"]:
            self.end(subscription)
        elif subscription.status != "PAUSED":
            self._next_period(subscription)

    def _next_period(self, subscription: Record) -> None:
        if (pending := subscription.kept["pending"]) is not None:
            self.set_price(subscription, pending["price_uid"], event=pending["event"])
        if subscription.status == "TRIALING":
            self._activate(subscription)
            return
        subscription.kept["number"] += 1
        self._begin_period(subscription)

    def set_price(self, subscription: Record, price_uid: str, *, event: str) -> None:
        """Put another price in force now; a change that was waiting is dropped."""
        price = self._records.get(PRICE, price_uid).shown
        subscription.kept["pending"] = None
        self._records.save(
            subscription,
            price_uid=price_uid,
            plan_uid=price["planUid"],
            pending_price_uid=None,
        )
        self._standing.announce(event, subscription)

    def set_price_later(self, subscription: Record, price_uid: str, *, event: str) -> None:
        """Let another price come into force with the next period."""
        subscription.kept["pending"] = {"price_uid": price_uid, "event": event}
        self._records.save(subscription, pending_price_uid=price_uid)

    def pause(self, subscription: Record) -> None:
        """No periods begin from now on."""
        subscription.kept["paused_from"] = subscription.status
        self._records.save(subscription, status="PAUSED")
        self._standing.announce("paused", subscription)

    def resume(self, subscription: Record) -> None:
        """Go on with the running period, or begin a new one now."""
        before = subscription.kept["paused_from"]
        subscription.kept["paused_from"] = None
        if subscription.kept["period_end"] > self._world.instant:
            self._records.save(subscription, status=before)
        else:
            if (pending := subscription.kept["pending"]) is not None:
                self.set_price(subscription, pending["price_uid"], event=pending["event"])
            status = "PAST_DUE" if self._standing.owes(subscription) else "ACTIVE"
            subscription.kept |= {"anchor": self._world.instant, "number": 0}
            self._records.save(subscription, status=status)
            self._begin_period(subscription)
        self._standing.announce("resumed", subscription)

    def end_with_period(self, subscription: Record) -> None:
        """Cancel when the running period ends, at once when none is running."""
        self._records.save(subscription, cancel_at_period_end=True)
        period_end = subscription.kept["period_end"]
        if period_end is None or period_end <= self._world.instant:
            self.end(subscription)

    def end(self, subscription: Record, *, status: str = "CANCELED") -> None:
        """The end: what is unpaid is void, what could still be approved or charged is closed."""
        changes = {"canceled_at": iso(self._world.instant)} if status == "CANCELED" else {}
        subscription.kept["pending"] = None
        self._records.save(
            subscription,
            status=status,
            cancellation_pending=False,
            pending_price_uid=None,
            **changes,
        )
        self._invoicing.void_unpaid(subscription)
        for authorization in self._records.of(AUTHORIZATION, parent=subscription.uid):
            if authorization.status in OPEN_AUTHORIZATIONS:
                self._records.save(authorization, status="REVOKED")
        for checkout in self._records.of(CHECKOUT, parent=subscription.uid):
            if checkout.status == "pending":
                self._records.save(checkout, status="expired")
        if status == "CANCELED":
            self._standing.announce("canceled", subscription)
