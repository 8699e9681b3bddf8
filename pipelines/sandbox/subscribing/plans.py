"""Plans and their prices: making, listing and changing them.

A price's amount and interval never change, so that subscriptions can rely on them; who subscribes
is told elsewhere. `unitAmount` counts minor units, `unitAmountHuman` is the amount itself.
"""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.days import iso
from pipelines.sandbox.house.calls import Call, Handler, Listing, Reply, bad_request, data, listing
from pipelines.sandbox.subscribing.periods import INTERVALS
from pipelines.sandbox.subscribing.pricing import amount_in, digits_of, known_currency
from pipelines.sandbox.subscribing.records import PLAN, PRICE, Record, Records
from pipelines.sandbox.world import World

_INTERVAL_COUNT_MAX = 365
_TRIAL_DAYS_MAX = 730


class Plans:
    """The room of plans and prices."""

    def __init__(self, world: World, records: Records) -> None:
        self._world = world
        self._records = records

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "createPlan": self._create_plan,
            "listPlans": self._list_plans,
            "getPlan": lambda call: data(self._shown(self._plan(call))),
            "updatePlan": self._update_plan,
            "createPrice": self._create_price,
            "listPrices": self._list_prices,
            "updatePrice": self._update_price,
        }

    def _plan(self, call: Call) -> Record:
        return self._records.get(PLAN, call.path["planUid"])

    def _shown(self, plan: Record) -> dict[str, Any]:
        prices = self._records.of(PRICE, parent=plan.uid)
        return {**plan.shown, "prices": [price.shown for price in prices]}

    def _create_plan(self, call: Call) -> Reply:
        uid, now = self._records.new_uid("plan"), iso(self._world.instant)
        shown = {
            "uid": uid,
            "name": call.body["name"],
            "description": call.body.get("description"),
            **_described(call.body.get("metadata")),
            "active": True,
            "createdAt": now,
            "updatedAt": now,
        }
        return data(self._shown(self._records.add(Record(PLAN, uid, shown, {}))))

    def _list_plans(self, _: Call) -> Listing:
        return listing("plans", [self._shown(plan) for plan in self._records.of(PLAN)])

    def _update_plan(self, call: Call) -> Reply:
        plan = self._plan(call)
        changes: dict[str, Any] = {
            name: call.body[name] for name in ("name", "description", "active") if name in call.body
        }
        if "metadata" in call.body:
            changes |= _described(call.body["metadata"])
        return data(self._shown(self._records.save(plan, **changes)))

    def _create_price(self, call: Call) -> Reply:
        plan = self._plan(call)
        currency = known_currency("currency", call.body["currency"])
        amount = amount_in("amount", call.body["amount"], currency)
        interval = str(call.body["interval"]).lower()
        if interval not in INTERVALS:
            raise bad_request("interval", f"must be one of {', '.join(INTERVALS)}")
        uid, now = self._records.new_uid("price"), iso(self._world.instant)
        shown = {
            "uid": uid,
            "planUid": plan.uid,
            "unitAmount": int(amount.scaleb(digits_of(currency))),
            "unitAmountHuman": format(amount, "f"),
            "currency": currency,
            "recurringInterval": interval,
            "isPopular": False,
            "intervalCount": _count(call.body, "intervalCount", 1, _INTERVAL_COUNT_MAX),
            "trialPeriodDays": _count(call.body, "trialPeriodDays", 0, _TRIAL_DAYS_MAX),
            "active": True,
            "metadata": call.body.get("metadata"),
            "createdAt": now,
            "updatedAt": now,
        }
        return data(self._records.add(Record(PRICE, uid, shown, {}), parent=plan.uid).shown)

    def _list_prices(self, call: Call) -> Listing:
        prices = self._records.of(PRICE, parent=self._plan(call).uid)
        return listing("prices", [price.shown for price in prices])

    def _update_price(self, call: Call) -> Reply:
        price = self._records.get(PRICE, call.path["priceUid"])
        changes = {name: call.body[name] for name in ("active", "metadata") if name in call.body}
        return data(self._records.save(price, **changes).shown)


def _described(metadata: dict[str, Any] | None) -> dict[str, Any]:
    """The metadata, and the features that the guide nests in it."""
    features = (metadata or {}).get("features")
    listed = features if isinstance(features, list) else []
    return {"features": [str(feature) for feature in listed], "metadata": metadata}


def _count(body: dict[str, Any], name: str, least: int, most: int) -> int:
    """A whole number within bounds, the least one by default, or 400."""
    value = body.get(name, least)
    if not isinstance(value, int) or not least <= value <= most:
        raise bad_request(name, f"must be a whole number from {least} to {most}")
    return value
