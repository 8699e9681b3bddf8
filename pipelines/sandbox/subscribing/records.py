"""The documents of subscriptions: what an answer shows, and beside it what only the sandbox knows.

Keeping and finding them lives here; what their members mean is known to the rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.sandbox import exact
from pipelines.sandbox.days import iso
from pipelines.sandbox.house.calls import Listing, not_found
from pipelines.sandbox.invented import hexadecimal
from pipelines.sandbox.world import World

PLAN = "subscription_plan"
PRICE = "subscription_price"
CUSTOMER = "subscription_customer"
CHECKOUT = "subscription_checkout"
SUBSCRIPTION = "subscription"
INVOICE = "subscription_invoice"
ATTEMPT = "subscription_attempt"
AUTHORIZATION = "subscription_authorization"
_NAMES = {
    PLAN: "Plan",
    PRICE: "Price",
    CUSTOMER: "Customer",
    CHECKOUT: "Checkout session",
    SUBSCRIPTION: "Subscription",
    INVOICE: "Subscription invoice",
    ATTEMPT: "Charge attempt",
    AUTHORIZATION: "Authorization",
}


@dataclass
class Record:
    """One document: `shown` is answered as it is, `kept` is never shown."""

    kind: str
    uid: str
    shown: dict[str, Any]
    kept: dict[str, Any]

    @property
    def status(self) -> str:
        """The shown status."""
        return str(self.shown["status"])


class Records:
    """All documents of the rooms of subscriptions."""

    def __init__(self, world: World) -> None:
        self._world = world

    def new_uid(self, prefix: str) -> str:
        """An id of a kind, never given before."""
        return f"{prefix}_{hexadecimal(self._world.chance(f'subscribing/{prefix}'), 24)}"

    def add(self, record: Record, *, parent: str | None = None) -> Record:
        """Keep a new document."""
        body = {"uid": record.uid, "shown": record.shown, "kept": record.kept}
        self._world.documents.add(record.kind, record.uid, body, parent=parent)
        return record

    def save(self, record: Record, **changes: Any) -> Record:
        """Change shown members; whatever tells the last change moves with them."""
        record.shown.update(changes)
        for name in ("updated_at", "updatedAt"):
            if name in record.shown:
                record.shown[name] = iso(self._world.instant)
        self.keep(record)
        return record

    def keep(self, record: Record) -> None:
        """Write a document whose shown members have not changed."""
        body = {"uid": record.uid, "shown": record.shown, "kept": record.kept}
        self._world.documents.put(record.kind, record.uid, body)

    def find(self, kind: str, uid: str) -> Record | None:
        """The document of an id, or None."""
        body = self._world.documents.get(kind, uid)
        return None if body is None else Record(kind, uid, body["shown"], body["kept"])

    def get(self, kind: str, uid: str) -> Record:
        """The document of an id, or 404."""
        record = self.find(kind, uid)
        if record is None:
            raise not_found(_NAMES[kind])
        return record

    def of(self, kind: str, *, parent: str | None = None) -> list[Record]:
        """The documents of a kind (and parent), oldest first."""
        return [
            Record(kind, body["uid"], body["shown"], body["kept"])
            for body in self._world.documents.of(kind, parent=parent)
        ]

    def standing(self, kind: str, *statuses: str, parent: str) -> Iterator[Record]:
        """Those of a parent in one of the states, oldest first; take all before changing any."""
        found = self._world.documents.standing(kind, statuses, parent=parent)
        return (Record(kind, body["uid"], body["shown"], body["kept"]) for body in found)

    def listing(
        self,
        name: str,
        kind: str,
        *,
        show: Callable[[Record], dict[str, Any]],
        parent: str | None = None,
        status: str | None = None,
    ) -> Listing:
        """The list of a kind, of which nothing is read but the page that is asked for."""
        documents = self._world.documents

        def rows(first: int, last: int) -> list[bytes]:
            return [
                exact.encode(show(Record(kind, body["uid"], body["shown"], body["kept"])))
                for body in documents.page(kind, first, last, parent=parent, status=status)
            ]

        return Listing(name, documents.total(kind, parent=parent, status=status), rows)
