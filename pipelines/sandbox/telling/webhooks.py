"""Webhooks: who is told of which event, with which bytes, and every try that was made.

Endpoints and deliveries are documents, so a kept sandbox goes on where it stopped. How a request is
posted is told in `sending`; what happens in the world is announced by others.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import re
from typing import Any

from pipelines.sandbox import exact
from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import HOUR, MINUTE, iso
from pipelines.sandbox.house.calls import bad_request, conflict, not_found
from pipelines.sandbox.invented import hexadecimal
from pipelines.sandbox.rendering import BUSINESS_ID
from pipelines.sandbox.telling.sending import Outcome, Parcel, Sender
from pipelines.sandbox.world import World

# The receiver of callback URLs has no registered secret; the documentation names none for it.
CALLBACK_SECRET = "whs_sandbox"  # noqa: S105 - the sandbox's own, known to everybody
BACK_OFF = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 24 * HOUR)
ANSWER_SECONDS_MAX = 30.0
ENDPOINTS_MAX = 32
URL_LENGTH_MAX = 2_048
PORT_MAX = 65_535
TEST_EVENT = "webhook.test"
TICK_SECONDS = 1.0
_SENT_OUT = re.compile(
    r"checkout_session\.(payment_received|completed|failed|expired)"
    r"|subscription(_invoice)?\.[a-z_]+|webhook\.test"
)
_ENDPOINT, _DELIVERY, _CALLBACK = "webhook_endpoint", "delivery", "callback"
_DUE = "webhook.due"
_MEMBERS = ("url", "events", "active")


class Webhooks:
    """The endpoints of one world, and what was and will be sent to them."""

    def __init__(
        self,
        world: World,
        *,
        secret: str = CALLBACK_SECRET,
        timeout_seconds: float = ANSWER_SECONDS_MAX,
    ) -> None:
        self.secret = secret
        self._world = world
        self._documents = world.documents
        self._sender = Sender(self._take, self._record, timeout_seconds=timeout_seconds)
        world.listen(self._hear)
        world.on(_DUE, self._due)
        for delivery in self._documents.of(_DELIVERY):
            if self._is_due(delivery):
                self._sender.put(delivery["url"], delivery["id"])

    # What goes on beside the calls

    async def run(self) -> None:
        """Send what is due until cancelled; by the real clock, time passes by itself meanwhile."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sender.run())
            tasks.create_task(self._tick())

    async def settled(self, timeout_seconds: float) -> bool:
        """Wait until nothing that is due is unsent; False when time is up before."""
        return await self._sender.idle(timeout_seconds)

    async def _tick(self) -> None:
        while self._world.clock.is_real:
            await asyncio.sleep(TICK_SECONDS)
            self._world.look()

    # Controls; those that change something are called within a turn

    def endpoints(self) -> list[dict[str, Any]]:
        """The registered endpoints with their secrets, oldest first."""
        return self._documents.of(_ENDPOINT)

    def register(self, body: dict[str, Any]) -> dict[str, Any]:
        """Register `{url, events?, active?}`; the secret is in the answer."""
        unknown = next((name for name in body if name not in _MEMBERS), None)
        if unknown is not None:
            raise bad_request(unknown, "is not known; an endpoint has " + ", ".join(_MEMBERS))
        url, events = _url(body.get("url")), _events(body.get("events", ["*"]))
        active = body.get("active", True)
        if not isinstance(active, bool):
            raise bad_request("active", "must be true or false")
        if self._documents.count(_ENDPOINT) >= ENDPOINTS_MAX:
            raise conflict(f"There are {ENDPOINTS_MAX} endpoints already; remove one")
        endpoint: dict[str, Any] = {
            "id": "wh_" + hexadecimal(self._world.chance("webhook"), 16),
            "url": url,
            "secret": "whs_" + hexadecimal(self._world.chance("webhook_secret"), 32),
            "events": events,
            "active": active,
        }
        self._documents.add(_ENDPOINT, endpoint["id"], endpoint)
        return endpoint

    def remove(self, endpoint_id: str) -> None:
        """Forget an endpoint; what was still to be sent to it has failed."""
        self._endpoint(endpoint_id)
        self._documents.delete(_ENDPOINT, endpoint_id)
        for delivery in self._documents.of(_DELIVERY, parent=endpoint_id):
            if delivery["status"] == "pending":
                self._put(delivery | {"status": "failed", "next_attempt_at": None})

    def test(self, endpoint_id: str) -> dict[str, Any]:
        """Send `webhook.test` to an endpoint, whatever events it asked for."""
        endpoint = self._endpoint(endpoint_id)
        body = self._payload(TEST_EVENT, {"webhookId": endpoint_id})
        return self._deliver(endpoint["url"], TEST_EVENT, endpoint_id=endpoint_id, body=body)

    def deliveries(
        self, event: str | None = None, status: str | None = None
    ) -> list[dict[str, Any]]:
        """The delivery log, oldest first."""
        return [
            delivery
            for delivery in self._documents.of(_DELIVERY)
            if event in (None, delivery["event"]) and status in (None, delivery["status"])
        ]

    def delivery(self, delivery_id: str) -> dict[str, Any]:
        """One delivery with its tries."""
        delivery = self._documents.get(_DELIVERY, delivery_id)
        if delivery is None:
            raise not_found("Delivery")
        return delivery

    def redeliver(self, delivery_id: str) -> dict[str, Any]:
        """Send a delivery once more, the same bytes under the same id."""
        delivery = self.delivery(delivery_id)
        if delivery["status"] == "skipped":
            raise conflict("The sandbox calls loopback hosts only")
        if self._secret_of(delivery) is None:
            raise conflict("The endpoint was removed")
        delivery |= {"status": "pending", "next_attempt_at": iso(self._world.instant)}
        self._put(delivery)
        self._sender.put(delivery["url"], delivery_id)
        return delivery

    def _endpoint(self, endpoint_id: str) -> dict[str, Any]:
        endpoint = self._documents.get(_ENDPOINT, endpoint_id)
        if endpoint is None:
            raise not_found("Webhook endpoint")
        return endpoint

    # From an event to deliveries

    def _hear(self, event: str, data: dict[str, Any]) -> None:
        """One delivery for each endpoint that asked, and one for the session's callback URL."""
        if _SENT_OUT.fullmatch(event) is None:
            return
        wanted = {
            endpoint["id"]: endpoint["url"]
            for endpoint in self.endpoints()
            if endpoint["active"] and not {"*", event}.isdisjoint(endpoint["events"])
        }
        callback = data.get("callbackUrl")
        # An endpoint that is told already is not told again under another secret.
        if isinstance(callback, str) and callback and callback not in wanted.values():
            wanted[_CALLBACK] = callback
        if not wanted:
            return
        body = self._payload(event, data)
        for endpoint_id, url in wanted.items():
            self._deliver(url, event, endpoint_id=endpoint_id, body=body)

    def _payload(self, event: str, data: dict[str, Any]) -> str:
        """The one text that every try sends."""
        envelope = {
            "id": "evt_" + hexadecimal(self._world.chance("event"), 24),
            "event": event,
            "createdAt": iso(self._world.instant),
            "businessId": BUSINESS_ID,
            "data": _without_tokens(data),
        }
        return exact.encode(envelope).decode()

    def _deliver(self, url: str, event: str, *, endpoint_id: str, body: str) -> dict[str, Any]:
        is_called = is_loopback(url)
        delivery: dict[str, Any] = {
            "id": "dlv_" + hexadecimal(self._world.chance("delivery"), 24),
            "endpoint": endpoint_id,
            "url": url,
            "event": event,
            "status": "pending" if is_called else "skipped",
            "attempts": [],
            "next_attempt_at": iso(self._world.instant) if is_called else None,
            "body": body,
        }
        self._documents.add(_DELIVERY, delivery["id"], delivery, parent=endpoint_id)
        if is_called:
            self._sender.put(url, delivery["id"])
        return delivery

    # From a delivery to its tries. Documents tell what is due; what waits at the sender is a hint,
    # which may outlive a turn that was undone.

    def _is_due(self, delivery: dict[str, Any]) -> bool:
        """Instants in this one form sort as texts."""
        return bool(
            delivery["status"] == "pending"
            and delivery["next_attempt_at"] <= iso(self._world.instant)
        )

    def _due(self, due: Due) -> None:
        delivery = self.delivery(due.subject)
        if self._is_due(delivery):
            self._sender.put(delivery["url"], due.subject)

    def _take(self, delivery_id: str) -> Parcel | None:
        delivery = self._documents.get(_DELIVERY, delivery_id)
        if delivery is None or not self._is_due(delivery):
            return None
        secret = self._secret_of(delivery)
        if secret is None:
            return None
        body = delivery["body"].encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "KuvarPay-Sandbox",
            "X-KuvarPay-Event": delivery["event"],
            "X-KuvarPay-Delivery": delivery_id,
            "X-KuvarPay-Signature": signature(secret, body),
        }
        return Parcel(delivery["url"], headers, body)

    def _record(self, delivery_id: str, outcome: Outcome) -> None:
        with self._world.turn() as now:
            delivery = self.delivery(delivery_id)
            delivery["attempts"].append({"at": iso(now), **outcome._asdict()})
            delivery |= {"next_attempt_at": None}
            tried = len(delivery["attempts"])
            if outcome.is_delivered:
                delivery["status"] = "delivered"
            elif tried > len(BACK_OFF) or self._secret_of(delivery) is None:
                delivery["status"] = "failed"
            else:
                # From this try on, not from the plan: one jump of the clock costs one try.
                next_at = now + BACK_OFF[tried - 1]
                delivery |= {"status": "pending", "next_attempt_at": iso(next_at)}
                self._world.later(next_at, _DUE, delivery_id)
            self._put(delivery)

    def _put(self, delivery: dict[str, Any]) -> None:
        self._documents.put(_DELIVERY, delivery["id"], delivery)

    def _secret_of(self, delivery: dict[str, Any]) -> str | None:
        """What signs a delivery; None when its endpoint was removed."""
        if delivery["endpoint"] == _CALLBACK:
            return self.secret
        endpoint = self._documents.get(_ENDPOINT, delivery["endpoint"])
        return None if endpoint is None else str(endpoint["secret"])


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the hexadecimal HMAC of the raw body."""
    return "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def is_loopback(url: str) -> bool:
    """Whether a URL is http or https and leads to this machine, read as the caller reads it."""
    import httpx

    try:
        parsed = httpx.URL(url)
        is_local = parsed.host == "localhost" or ipaddress.ip_address(parsed.host).is_loopback
        is_local = is_local and (parsed.port is None or 0 < parsed.port <= PORT_MAX)
    except (httpx.InvalidURL, ValueError):
        return False
    return parsed.scheme in ("http", "https") and is_local


def _url(value: Any) -> str:
    if not isinstance(value, str) or len(value) > URL_LENGTH_MAX or not is_loopback(value):
        raise bad_request(
            "url", "must be http or https to a port of a loopback host; nobody else is called"
        )
    return value


def _events(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise bad_request("events", 'must be a list of event names, or ["*"]')
    for event in value:
        if not isinstance(event, str) or (event != "*" and not _SENT_OUT.fullmatch(event)):
            raise bad_request("events", f"{event!r} is never sent")
    return value


def _without_tokens(value: Any) -> Any:
    """The value without session tokens, however deep they stand."""
    if isinstance(value, dict):
        return {name: _without_tokens(it) for name, it in value.items() if name != "authToken"}
    if isinstance(value, list):
        return [_without_tokens(item) for item in value]
    return value
