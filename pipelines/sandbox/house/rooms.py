"""All rooms of a world, put together: who knows whom, and which handler answers which operation.

Nothing is decided here.
"""

from __future__ import annotations

from typing import NamedTuple

from pipelines.sandbox.house.calls import Handler, Room
from pipelines.sandbox.subscribing.charging import Charging
from pipelines.sandbox.subscribing.rooms import subscribing
from pipelines.sandbox.telling.webhooks import Webhooks
from pipelines.sandbox.trade.catalogue import Catalogue
from pipelines.sandbox.trade.invoices import Invoices
from pipelines.sandbox.trade.links import PaymentLinks
from pipelines.sandbox.trade.payments import Payments
from pipelines.sandbox.trade.quotes import Quotes
from pipelines.sandbox.trade.rows import Rows as LiveRows
from pipelines.sandbox.trade.sessions import Sessions
from pipelines.sandbox.trade.simulator import Simulator
from pipelines.sandbox.trade.terms import Terms
from pipelines.sandbox.trade.transactions import Transactions
from pipelines.sandbox.world import World


class Rooms(NamedTuple):
    """The handlers by operationId, and the rooms that the controls reach into."""

    handlers: dict[str, Handler]
    simulator: Simulator
    charging: Charging
    invoices: Invoices
    links: PaymentLinks
    webhooks: Webhooks


def open_rooms(world: World) -> Rooms:
    """Every room, told of those it works with."""
    terms, rows = Terms(world), LiveRows(world)
    quotes, invoices, links = Quotes(world, terms), Invoices(world), PaymentLinks(world)
    sessions = Sessions(world, rows, terms=terms)
    payments = Payments(world, rows, terms=terms, sessions=sessions, invoices=invoices)
    transactions = Transactions(
        world,
        rows,
        payments=payments,
        quotes=quotes,
        invoice=invoices.get,
        link=links.get,
    )
    simulator = Simulator(world, rows, terms=terms, payments=payments)
    trade: list[Room] = [quotes, Catalogue(), sessions, transactions, simulator, invoices, links]
    subscriptions = subscribing(world)
    handlers: dict[str, Handler] = {}
    for room in (*trade, *subscriptions.rooms):
        handlers |= room.operations()
    return Rooms(
        handlers=handlers,
        simulator=simulator,
        charging=subscriptions.charging,
        invoices=invoices,
        links=links,
        webhooks=Webhooks(world),
    )
