"""The rooms of subscriptions put together, each given what it needs.

Nothing is decided here; making the rooms registers what their agenda actions do.
"""

from __future__ import annotations

from typing import NamedTuple

from pipelines.sandbox.house.calls import Room
from pipelines.sandbox.subscribing.authorizations import Authorizations
from pipelines.sandbox.subscribing.changes import Changes
from pipelines.sandbox.subscribing.charging import Charging
from pipelines.sandbox.subscribing.checkouts import Checkouts
from pipelines.sandbox.subscribing.invoicing import Invoicing
from pipelines.sandbox.subscribing.lifecycle import Lifecycle
from pipelines.sandbox.subscribing.plans import Plans
from pipelines.sandbox.subscribing.records import Records
from pipelines.sandbox.subscribing.standing import Standing
from pipelines.sandbox.subscribing.subscriptions import Subscriptions
from pipelines.sandbox.world import World


class Subscribing(NamedTuple):
    """The rooms, and the charging that the control endpoints plan outcomes for."""

    rooms: list[Room]
    charging: Charging


def subscribing(world: World) -> Subscribing:
    """All rooms of subscriptions in a world."""
    records = Records(world)
    standing = Standing(world, records)
    charging = Charging(world, records, standing)
    invoicing = Invoicing(world, records, standing=standing, charging=charging)
    lifecycle = Lifecycle(world, records, standing=standing, invoicing=invoicing)
    checkouts = Checkouts(world, records, lifecycle)
    changes = Changes(
        world,
        records,
        standing=standing,
        invoicing=invoicing,
        lifecycle=lifecycle,
        checkouts=checkouts,
    )
    rooms: list[Room] = [
        Plans(world, records),
        checkouts,
        Subscriptions(world, records, standing=standing, lifecycle=lifecycle, checkouts=checkouts),
        invoicing,
        changes,
        Authorizations(world, records, standing=standing, changes=changes),
    ]
    return Subscribing(rooms, charging)


def rooms(world: World) -> list[Room]:
    """The rooms alone."""
    return subscribing(world).rooms
