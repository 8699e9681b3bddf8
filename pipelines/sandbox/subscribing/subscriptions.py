"""Subscriptions themselves: made with or without a checkout, listed, changed, cancelled.

A DELETE without `cancel_at_period_end` only asks for the cancellation (`cancellation_pending`);
it happens when it is confirmed, and is withdrawn by `cancel_at_period_end` false. Periods and
payments are told elsewhere.
"""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.days import iso
from pipelines.sandbox.house.calls import (
    Call,
    Handler,
    Listing,
    Reply,
    bad_request,
    conflict,
    data,
)
from pipelines.sandbox.subscribing.checkouts import Checkouts
from pipelines.sandbox.subscribing.lifecycle import Lifecycle
from pipelines.sandbox.subscribing.pricing import amount_in
from pipelines.sandbox.subscribing.records import (
    CUSTOMER,
    PRICE,
    SUBSCRIPTION,
    Record,
    Records,
)
from pipelines.sandbox.subscribing.standing import RUNNING, Standing
from pipelines.sandbox.tokens import DEFAULT
from pipelines.sandbox.world import World

# A subscription made without a checkout is authorized without a cap or an end.
_BOUNDLESS = {
    "wallet": None,
    "token_id": DEFAULT.id,
    "cap_units": None,
    "max_units": None,
    "period_seconds": 0,
    "next_due": None,
    "expiry": None,
    "checkout": None,
}


class Subscriptions:
    """The room of subscriptions."""

    def __init__(
        self,
        world: World,
        records: Records,
        *,
        standing: Standing,
        lifecycle: Lifecycle,
        checkouts: Checkouts,
    ) -> None:
        self._world = world
        self._records = records
        self._standing = standing
        self._lifecycle = lifecycle
        self._checkouts = checkouts

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "createSubscriptionCheckoutSession": self._create_with_checkout,
            "createSubscription": self._create,
            "listSubscriptions": self._list,
            "getSubscription": lambda call: data(self._standing.of_call(call).shown),
            "updateSubscription": self._update,
            "deleteSubscription": self._delete,
            "confirmSubscriptionCancellation": self._confirm_cancellation,
        }

    def _create_with_checkout(self, call: Call) -> Reply:
        checkout = self._checkouts.open(self._new(call.body), "new")
        return data(self._checkouts.shown(checkout))

    def _create(self, call: Call) -> Reply:
        subscription = self._new(call.body)
        self._checkouts.authorize(subscription, _BOUNDLESS)
        return data(subscription.shown)

    def _new(self, body: dict[str, Any]) -> Record:
        mode = str(body.get("billingMode") or "FIXED").upper()
        price, currency, target = self._priced(body, mode)
        uid, now = self._records.new_uid("sub"), iso(self._world.instant)
        shown = {
            "uid": uid,
            "id": uid,
            "status": "PENDING",
            "billing_mode": mode,
            "plan_uid": None if price is None else price["planUid"],
            "price_uid": None if price is None else price["uid"],
            "pending_price_uid": None,
            "customer": self._customer(body["customer"]),
            "token_address": None,
            "current_period_start": None,
            "current_period_end": None,
            "cancel_at_period_end": False,
            "cancellation_pending": False,
            "cancellation_reason": None,
            "canceled_at": None,
            "metadata": body.get("metadata"),
            "created_at": now,
            "updated_at": now,
        }
        kept = {
            "currency": currency,
            "target_amount": target,
            "authorization": None,
            "anchor": None,
            "number": 0,
            "period_start": None,
            "period_end": None,
            "pending": None,
            "paused_from": None,
        }
        return self._records.add(Record(SUBSCRIPTION, uid, shown, kept))

    def _priced(
        self, body: dict[str, Any], mode: str
    ) -> tuple[dict[str, Any] | None, str, str | None]:
        """The price, the currency, and a metered target amount; 400 or 404 without."""
        if body.get("priceUid") is not None:
            price = self._records.get(PRICE, body["priceUid"]).shown
            if not price["active"]:
                raise bad_request("priceUid", "The price is not active")
            return price, str(price["currency"]), None
        target = body.get("targetPrice")
        if mode != "METERED" or target is None:
            raise bad_request("priceUid", "is required")
        currency = str(target["targetCurrency"])
        amount = amount_in("targetPrice.targetAmount", target["targetAmount"], currency)
        return None, currency, format(amount, "f")

    def _customer(self, given: dict[str, Any]) -> dict[str, Any]:
        """The customer of an e-mail address, made when it is new."""
        key = given["email"].lower()
        known = self._records.find(CUSTOMER, key)
        if known is None:
            uid = self._records.new_uid("cus")
            shown = {"uid": uid, "id": uid, "email": given["email"]}
            known = self._records.add(Record(CUSTOMER, key, shown, {}))
        names = ("firstName", "lastName")
        return known.shown | {name: given.get(name) for name in names}

    def _list(self, call: Call) -> Listing:
        return self._records.listing(
            "subscriptions",
            SUBSCRIPTION,
            show=lambda subscription: subscription.shown,
            status=str(call.query.get("status") or "").upper() or None,
        )

    def _update(self, call: Call) -> Reply:
        subscription, body = self._standing.living(call), call.body
        wanted = str(body.get("status") or subscription.status).upper()
        is_moved = wanted != subscription.status
        if is_moved:
            self._refuse_move(subscription, wanted)
        if "metadata" in body:
            self._records.save(subscription, metadata=body["metadata"])
        if is_moved and wanted == "PAUSED":
            self._lifecycle.pause(subscription)
        elif is_moved:
            self._lifecycle.resume(subscription)
        if body.get("cancel_at_period_end"):
            self._lifecycle.end_with_period(subscription)
        elif "cancel_at_period_end" in body:
            self._records.save(subscription, cancel_at_period_end=False, cancellation_pending=False)
        return data(subscription.shown)

    @staticmethod
    def _refuse_move(subscription: Record, wanted: str) -> None:
        if wanted not in ("ACTIVE", "PAUSED"):
            raise bad_request("status", "must be ACTIVE or PAUSED")
        if subscription.status not in (("PAUSED",) if wanted == "ACTIVE" else RUNNING):
            raise Standing.refusal(subscription)

    def _delete(self, call: Call) -> Reply:
        subscription = self._standing.living(call)
        reason = call.body.get("reason")
        self._records.save(subscription, cancellation_reason=reason)
        if call.body.get("cancel_at_period_end"):
            self._lifecycle.end_with_period(subscription)
        else:
            self._records.save(subscription, cancellation_pending=True)
        return data(subscription.shown)

    def _confirm_cancellation(self, call: Call) -> Reply:
        subscription = self._standing.living(call)
        if not subscription.shown["cancellation_pending"]:
            raise conflict("No cancellation has been asked for")
        self._lifecycle.end(subscription)
        return data(subscription.shown)
