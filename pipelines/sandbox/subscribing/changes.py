"""Renewals, upgrades and downgrades: what is asked, and what approval brings about.

Renewing, renewing the authorization and upgrading open a checkout and take effect when its
authorization is active. An immediate upgrade bills the difference for the rest of the period;
a downgrade needs no approval, gives nothing back and by default waits for the next period.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.sandbox.house.calls import Call, Handler, Reply, bad_request, conflict, data
from pipelines.sandbox.subscribing.checkouts import Checkouts
from pipelines.sandbox.subscribing.invoicing import Invoicing
from pipelines.sandbox.subscribing.lifecycle import Lifecycle
from pipelines.sandbox.subscribing.pricing import prorated
from pipelines.sandbox.subscribing.records import CHECKOUT, PRICE, SUBSCRIPTION, Record, Records
from pipelines.sandbox.subscribing.standing import Standing
from pipelines.sandbox.world import World

_SAME = ("currency", "recurringInterval", "intervalCount")


class Changes:
    """The room of changes to a running subscription."""

    def __init__(
        self,
        world: World,
        records: Records,
        *,
        standing: Standing,
        invoicing: Invoicing,
        lifecycle: Lifecycle,
        checkouts: Checkouts,
    ) -> None:
        self._world = world
        self._records = records
        self._standing = standing
        self._invoicing = invoicing
        self._lifecycle = lifecycle
        self._checkouts = checkouts

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "renewSubscription": lambda call: self._open(call, "renewal"),
            "renewSubscriptionAuthorization": lambda call: self._open(call, "authorization"),
            "upgradeSubscription": self._upgrade,
            "downgradeSubscription": self._downgrade,
        }

    def _open(self, call: Call, purpose: str) -> Reply:
        subscription = self._standing.living(call)
        if subscription.status == "PENDING":
            raise Standing.refusal(subscription)
        return data(self._checkouts.shown(self._checkouts.open(subscription, purpose)))

    def _upgrade(self, call: Call) -> Reply:
        subscription = self._standing.running(call)
        if self._difference(subscription, call.body["priceUid"]) <= 0:
            raise bad_request("priceUid", "An upgrade must be dearer than the price in force")
        checkout = self._checkouts.open(
            subscription,
            "upgrade",
            price_uid=call.body["priceUid"],
            effective=call.body.get("effective", "immediate"),
        )
        return data(self._checkouts.shown(checkout))

    def _downgrade(self, call: Call) -> Reply:
        subscription, price_uid = self._standing.running(call), call.body["priceUid"]
        if self._difference(subscription, price_uid) >= 0:
            raise bad_request("priceUid", "A downgrade must be cheaper than the price in force")
        if call.body.get("effective", "period_end") == "immediate":
            self._lifecycle.set_price(subscription, price_uid, event="downgraded")
        else:
            self._lifecycle.set_price_later(subscription, price_uid, event="downgraded")
        return data(subscription.shown)

    def _difference(self, subscription: Record, price_uid: str) -> Decimal:
        """How much dearer another price is, or 400 when it cannot take the place of this one."""
        price = self._records.get(PRICE, price_uid).shown
        current = self._standing.price_of(subscription)
        if current is None:
            raise conflict("The subscription has no price")
        if not price["active"]:
            raise bad_request("priceUid", "The price is not active")
        for name in _SAME:
            if price[name] != current[name]:
                raise bad_request("priceUid", f"The price's {name} differs from the one in force")
        return Decimal(price["unitAmountHuman"]) - Decimal(current["unitAmountHuman"])

    def approved(self, authorization: Record) -> None:
        """What the customer has approved comes true: its authorization is in force."""
        subscription = self._records.get(SUBSCRIPTION, authorization.kept["subscription"])
        uid = authorization.kept["checkout"]
        checkout = None if uid is None else self._records.get(CHECKOUT, uid)
        if checkout is not None:
            self._records.save(checkout, status="completed")
        if subscription.status == "PENDING":
            self._lifecycle.begin(subscription)
            return
        if checkout is not None and checkout.kept["purpose"] == "renewal":
            self._records.save(subscription, cancel_at_period_end=False)
            self._standing.announce("renewed", subscription)
        elif checkout is not None and checkout.kept["purpose"] == "upgrade":
            self._take_upgrade(subscription, checkout)
        self._invoicing.charge_open(subscription)

    def _take_upgrade(self, subscription: Record, checkout: Record) -> None:
        price_uid = checkout.kept["price_uid"]
        if checkout.kept["effective"] == "period_end":
            self._lifecycle.set_price_later(subscription, price_uid, event="upgraded")
            return
        price = self._records.get(PRICE, price_uid).shown
        current = self._standing.price_of(subscription) or price
        more = Decimal(price["unitAmountHuman"]) - Decimal(current["unitAmountHuman"])
        start, end = subscription.kept["period_start"], subscription.kept["period_end"]
        left = end - self._world.instant
        self._lifecycle.set_price(subscription, price_uid, event="upgraded")
        if subscription.status not in ("ACTIVE", "PAST_DUE"):
            return
        if subscription.shown["billing_mode"] != "FIXED" or more <= 0 or left <= 0:
            return
        amount = prorated(more, price["currency"], left=left, whole=end - start)
        if amount > 0:
            self._invoicing.bill(
                subscription,
                amount,
                currency=price["currency"],
                description="Upgrade for the rest of the period",
            )
