"""The endpoints that only a sandbox has, below `/_sandbox`: time, chance, money and faults at will.

They need no key: a sandbox stands on loopback. What they do is done by the rooms.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipelines.sandbox.clock import BackwardsInTime
from pipelines.sandbox.days import iso
from pipelines.sandbox.exports import OrderExports
from pipelines.sandbox.house.answers import answer, plain
from pipelines.sandbox.house.bodies import body_of, object_of, value_of
from pipelines.sandbox.house.calls import bad_request, bare, conflict, instant_of, not_found
from pipelines.sandbox.house.gate import Gate
from pipelines.sandbox.house.misbehaviour import Misbehaviour
from pipelines.sandbox.house.rooms import Rooms
from pipelines.sandbox.house.web import House
from pipelines.sandbox.world import World

FLUSH_SECONDS_MAX = 60.0


class Controls:
    """Everything below `/_sandbox`."""

    def __init__(
        self,
        world: World,
        rooms: Rooms,
        *,
        house: House,
        misbehaviour: Misbehaviour,
        exports: OrderExports | None,
    ) -> None:
        self._world = world
        self._rooms = rooms
        self._house = house
        self._misbehaviour = misbehaviour
        self._exports = exports
        self.gate: Gate | None = None

    def routes(self) -> list[Route]:
        """Paths and what they do."""
        hooks = "/_sandbox/webhooks"
        return [
            Route("/_sandbox/clock", self.clock, methods=["GET", "PUT"]),
            Route("/_sandbox/faults", self.faults, methods=["GET", "PUT", "DELETE"]),
            Route("/_sandbox/requests", self.requests, methods=["GET", "DELETE"]),
            Route("/_sandbox/personality", self.personality, methods=["GET", "PUT", "DELETE"]),
            Route("/_sandbox/terms", self.terms, methods=["GET", "PUT"]),
            Route("/_sandbox/deposits", self.deposits, methods=["POST"]),
            Route("/_sandbox/payouts", self.payouts, methods=["PUT"]),
            Route("/_sandbox/charges", self.charges, methods=["PUT"]),
            Route("/_sandbox/invoices/{id}", self.invoice),
            Route("/_sandbox/payment-links/{id}", self.payment_link),
            Route(hooks, self.webhooks, methods=["GET", "POST"]),
            Route(f"{hooks}/deliveries", self.deliveries),
            Route(f"{hooks}/deliveries/{{id}}/redeliver", self.redeliver, methods=["POST"]),
            Route(f"{hooks}/flush", self.flush, methods=["POST"]),
            Route(f"{hooks}/{{id}}", self.webhook, methods=["DELETE"]),
            Route(f"{hooks}/{{id}}/test", self.test_webhook, methods=["POST"]),
        ]

    async def clock(self, request: Request) -> Response:
        """The sandbox's now; PUT moves it forward."""
        if request.method == "PUT":
            instant = instant_of("now", (await _object(request)).get("now"))
            try:
                self._world.clock.move(instant)
            except BackwardsInTime as refused:
                raise conflict(str(refused)) from refused
            self._world.store.set("clock", str(instant))
            self._world.look()
            if self._exports is not None:
                self._exports.write_due(instant)
        return plain({"now": iso(self._world.look())})

    async def faults(self, request: Request) -> Response:
        """The fault rules in force; PUT replaces, DELETE clears them."""
        if request.method == "PUT":
            self._misbehaviour.replace(value_of(await body_of(request)))
        elif request.method == "DELETE":
            self._misbehaviour.clear()
        return plain(self._misbehaviour.as_data())

    async def requests(self, request: Request) -> Response:
        """How often each kind of path was asked for; DELETE starts again at zero."""
        assert self.gate is not None  # noqa: S101 - set by the application before it serves
        counts = self.gate.counts
        if request.method == "DELETE":
            counts.clear()
        return plain({"total": counts.total(), "by_kind": dict(sorted(counts.items()))})

    async def personality(self, request: Request) -> Response:
        """How lists and answers differ from the contract; PUT changes, DELETE behaves again."""
        house = self._house
        if request.method == "PUT":
            house.personality = house.personality.changed(await _object(request))
        elif request.method == "DELETE":
            house.personality = type(house.personality)(seed=house.personality.seed)
        return answer(bare(house.personality.as_data()))

    async def terms(self, request: Request) -> Response:
        """Rates, fee and what happens by itself."""
        if request.method == "PUT":
            changes = await _object(request)
            with self._world.turn():
                self._rooms.simulator.set_terms(changes)
        return answer(bare(self._rooms.simulator.terms()))

    async def deposits(self, request: Request) -> Response:
        """Coins arrive at a deposit address."""
        wanted = await _object(request)
        with self._world.turn():
            row = self._rooms.simulator.deposit_wanted(wanted)
        return answer(bare(row))

    async def payouts(self, request: Request) -> Response:
        """The bank holds a payout back, or lets it go."""
        wanted = await _object(request)
        with self._world.turn():
            told = self._rooms.simulator.payout_wanted(wanted)
        return plain(told)

    async def charges(self, request: Request) -> Response:
        """How the next charges of a subscription end."""
        wanted = await _object(request)
        subscription, outcomes = wanted.get("subscriptionUid"), wanted.get("outcomes")
        if not isinstance(subscription, str):
            raise bad_request("subscriptionUid", "is required")
        if not isinstance(outcomes, list):
            raise bad_request("outcomes", "must be a list of words")
        with self._world.turn():
            self._rooms.charging.plan_outcomes(subscription, outcomes)
        return plain({"subscriptionUid": subscription, "outcomes": outcomes})

    async def invoice(self, request: Request) -> Response:
        """A merchant invoice as it stands; the API itself cannot read one back."""
        self._world.look()
        return _found("Invoice", self._rooms.invoices.get(request.path_params["id"]))

    async def payment_link(self, request: Request) -> Response:
        """A payment link as it stands; the API itself cannot read one back."""
        self._world.look()
        return _found("Payment link", self._rooms.links.get(request.path_params["id"]))

    async def webhooks(self, request: Request) -> Response:
        """The registered endpoints; POST registers one."""
        if request.method == "GET":
            return answer(bare(self._rooms.webhooks.endpoints()))
        wanted = await _object(request)
        with self._world.turn():
            registered = self._rooms.webhooks.register(wanted)
        return answer(bare(registered))

    async def webhook(self, request: Request) -> Response:
        """Forget an endpoint."""
        with self._world.turn():
            self._rooms.webhooks.remove(request.path_params["id"])
        return plain({"removed": request.path_params["id"]})

    async def test_webhook(self, request: Request) -> Response:
        """Send `webhook.test` to an endpoint."""
        with self._world.turn():
            delivery = self._rooms.webhooks.test(request.path_params["id"])
        return answer(bare(delivery))

    async def deliveries(self, request: Request) -> Response:
        """The delivery log, oldest first."""
        query = request.query_params
        found = self._rooms.webhooks.deliveries(
            event=query.get("event"), status=query.get("status")
        )
        return answer(bare(found))

    async def redeliver(self, request: Request) -> Response:
        """Send a delivery once more, the same bytes under the same id."""
        with self._world.turn():
            delivery = self._rooms.webhooks.redeliver(request.path_params["id"])
        return answer(bare(delivery))

    async def flush(self, _: Request) -> Response:
        """Wait until nothing that is due is unsent."""
        self._world.look()
        settled = await self._rooms.webhooks.settled(FLUSH_SECONDS_MAX)
        return plain({"settled": settled})


async def _object(request: Request) -> dict[str, Any]:
    return object_of(await body_of(request))


def _found(what: str, document: dict[str, Any] | None) -> Response:
    if document is None:
        raise not_found(what)
    return answer(bare(document))
