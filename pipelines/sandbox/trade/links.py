"""Payment links: a page to pay a fixed or an open amount, counted by the transactions that use it.

There is no reading back in the API; `get` serves the control endpoint.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pipelines.sandbox import invented
from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import iso
from pipelines.sandbox.house.calls import (
    Call,
    Handler,
    Reply,
    bad_request,
    conflict,
    data,
    instant_of,
)
from pipelines.sandbox.rendering import BUSINESS_ID
from pipelines.sandbox.tender import FIATS
from pipelines.sandbox.world import World

PAGE = "https://payment.kuvarpay.com/pay/"
_KIND, _SLUG = "payment_link", "payment_link_slug"
_EXPIRY = "payment_link.expiry"
_SLUG_LENGTH_MAX = 60
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class PaymentLinks:
    """createPaymentLink, and what becomes of a link."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.on(_EXPIRY, self._expire)
        world.listen(self._hear)

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {"createPaymentLink": self.create}

    def get(self, link_id: str) -> dict[str, Any] | None:
        """A payment link as it stands, or None."""
        return self._world.documents.get(_KIND, link_id)

    def create(self, call: Call) -> Reply:
        """Create a new payment link; without an amount the payer chooses, shown as zero."""
        wanted, now = call.body, self._world.instant
        amount = _amount(wanted.get("amount"), wanted["currency"])
        expires_at = instant_of("expiresAt", wanted["expiresAt"]) if "expiresAt" in wanted else None
        if expires_at is not None and expires_at <= now:
            raise bad_request("expiresAt", "must lie in the future")
        documents, rng = self._world.documents, self._world.chance("payment-link")
        slug = wanted.get("slug") or _slug(wanted["title"], invented.hexadecimal(rng, 8))
        if documents.get(_SLUG, slug) is not None:
            raise conflict("A payment link of this slug exists.")
        link_id = "pl_" + invented.hexadecimal(rng, 16)
        link = {
            "id": link_id,
            "businessId": BUSINESS_ID,
            "title": wanted["title"],
            "description": wanted.get("description"),
            "slug": slug,
            "amount": amount,
            "currency": wanted["currency"],
            "status": "ACTIVE",
            "paymentUrl": PAGE + slug,
            "isActive": True,
            "transactionCount": 0,
            "expiresAt": None if expires_at is None else iso(expires_at),
            "createdAt": iso(now),
            "updatedAt": iso(now),
        }
        documents.add(_KIND, link_id, link)
        documents.add(_SLUG, slug, {"id": link_id})
        if expires_at is not None:
            self._world.later(expires_at, _EXPIRY, link_id)
        return data(link, "Payment link created successfully")

    def _expire(self, due: Due) -> None:
        link = self.get(due.subject)
        if link is not None:
            self._put({**link, "status": "EXPIRED", "isActive": False})

    def _hear(self, event: str, opened: dict[str, Any]) -> None:
        if event != "transaction.created" or not opened.get("paymentLinkId"):
            return
        link = self.get(opened["paymentLinkId"])
        if link is not None:
            self._put({**link, "transactionCount": link["transactionCount"] + 1})

    def _put(self, link: dict[str, Any]) -> None:
        moved = {**link, "updatedAt": iso(self._world.instant)}
        self._world.documents.put(_KIND, link["id"], moved)


def _amount(given: Any, currency: str) -> str:
    """The amount as decimal text with the currency's digits."""
    amount, unit = Decimal(given or 0), FIATS[currency].unit
    if amount != amount.quantize(unit):
        raise bad_request("amount", f"has more digits than {currency} has")
    return format(amount.quantize(unit), "f")


def _slug(title: str, suffix: str) -> str:
    words = _NOT_SLUG.sub("-", title.lower()).strip("-")[:_SLUG_LENGTH_MAX].strip("-")
    return f"{words}-{suffix}" if words else suffix
