"""Invoices of subscriptions: made by periods or by calls, opened when due, voided at the end.

An invoice with a later due date is a DRAFT until then; every open one is charged at once. Drafts
made before a pause are opened and charged in it all the same. What becomes of a charge is told
by charging.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import DAY, iso, to_instant
from pipelines.sandbox.house.calls import (
    Call,
    Handler,
    Listing,
    Reply,
    bad_request,
    bare,
    conflict,
    data,
    instant_of,
    listing,
    not_found,
)
from pipelines.sandbox.subscribing.charging import Charging
from pipelines.sandbox.subscribing.pricing import amount_in, known_currency, units_for
from pipelines.sandbox.subscribing.records import AUTHORIZATION, INVOICE, Record, Records
from pipelines.sandbox.subscribing.standing import Standing
from pipelines.sandbox.subscribing.typed_data import typed_data
from pipelines.sandbox.world import World

SCHEDULED_AFTER = DAY
# Long before any subscription: a slip of the caller's, not a debt that is overdue.
_EARLIEST_DUE = to_instant(datetime(2000, 1, 1, tzinfo=UTC))
_SCHEDULES = ("immediate", "scheduled")


class Invoicing:
    """The room of subscription invoices."""

    def __init__(
        self, world: World, records: Records, *, standing: Standing, charging: Charging
    ) -> None:
        self._world = world
        self._records = records
        self._standing = standing
        self._charging = charging
        world.on("subscription.due", self._open_draft)

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "createSubscriptionInvoice": self._create,
            "listSubscriptionInvoices": self._list,
            "createMeteredInvoice": self._create_metered,
            "getSubscriptionInvoice": lambda call: data(self._charging.shown(self._invoice(call))),
            "listChargeAttempts": self._list_attempts,
        }

    def bill(
        self,
        subscription: Record,
        amount: Decimal,
        *,
        currency: str,
        due_at: int | None = None,
        **more: Any,
    ) -> Record:
        """A new invoice: a draft until its due date, or open and being charged already."""
        uid, now = self._records.new_uid("sinv"), self._world.instant
        is_draft = due_at is not None and due_at > now
        due_date = iso(now if due_at is None else due_at)
        shown = {
            "uid": uid,
            "id": uid,
            "subscription_id": subscription.uid,
            "invoice_id": None,
            "amount": format(amount, "f"),
            "currency": currency,
            "token_address": self._charging.token_of(subscription).address,
            "billing_mode": subscription.shown["billing_mode"],
            "usage_quantity": more.get("usage_quantity"),
            "usage_description": more.get("usage_description"),
            "status": "DRAFT" if is_draft else "OPEN",
            "description": more.get("description"),
            "due_date": due_date,
            "paid_at": None,
            "voided_at": None,
            "attempt_count": 0,
            "next_payment_attempt": due_date if is_draft else None,
            "processing": False,
            "metadata": more.get("metadata"),
            "created_at": iso(now),
            "updated_at": iso(now),
        }
        invoice = Record(INVOICE, uid, shown, {"has_failed": False})
        self._records.add(invoice, parent=subscription.uid)
        if is_draft:
            self._world.later(due_at or now, "subscription.due", uid)
        else:
            self._charging.start(invoice)
        self._charging.announce("created", invoice)
        return invoice

    def _open_draft(self, due: Due) -> None:
        invoice = self._records.get(INVOICE, due.subject)
        if invoice.status == "DRAFT":
            self._records.save(invoice, status="OPEN")
            self._charging.start(invoice)

    def charge_open(self, subscription: Record) -> None:
        """Try at once all that is open: a new authorization may cover it."""
        for invoice in list(self._records.standing(INVOICE, "OPEN", parent=subscription.uid)):
            if not invoice.shown["processing"]:
                self._charging.start(invoice)

    def void_unpaid(self, subscription: Record) -> None:
        """Void what is not paid; a charge in flight decides about its own invoice."""
        now = iso(self._world.instant)
        unpaid = self._records.standing(INVOICE, "DRAFT", "OPEN", parent=subscription.uid)
        for invoice in list(unpaid):
            if not invoice.shown["processing"]:
                self._records.save(invoice, status="VOID", voided_at=now, next_payment_attempt=None)
                self._charging.announce("voided", invoice)

    def _invoice(self, call: Call) -> Record:
        subscription = self._standing.of_call(call)
        invoice = self._records.get(INVOICE, call.path["invoiceUid"])
        if invoice.shown["subscription_id"] != subscription.uid:
            raise not_found("Subscription invoice")
        return invoice

    def _create(self, call: Call) -> Reply:
        subscription, body = self._standing.running(call), call.body
        currency = subscription.kept["currency"]
        invoice = self.bill(
            subscription,
            amount_in("amount", body["amount"], currency),
            currency=currency,
            due_at=_due_at(body),
            description=body.get("description"),
            metadata=body.get("metadata"),
        )
        return data(self._charging.shown(invoice))

    def _create_metered(self, call: Call) -> Reply:
        subscription, body = self._standing.running(call), call.body
        if subscription.shown["billing_mode"] != "METERED":
            raise conflict("The subscription's billing mode is not METERED")
        currency = known_currency("currency", body["currency"])
        amount = amount_in("amount", body["amount"], currency)
        due_at = self._scheduled(body)
        eip712 = self._to_be_signed(subscription, amount, currency=currency)
        invoice = self.bill(
            subscription,
            amount,
            currency=currency,
            due_at=due_at,
            usage_quantity=body.get("usage_quantity"),
            usage_description=body.get("usage_description"),
            metadata=body.get("metadata"),
        )
        shown = self._charging.shown(invoice)
        return bare({"success": True, "invoice": shown, "eip712": eip712})

    def _scheduled(self, body: dict[str, Any]) -> int | None:
        due_at = _due_at(body)
        default = _SCHEDULES[0] if due_at is None else _SCHEDULES[1]
        schedule = str(body.get("charge_schedule") or default).lower()
        if schedule not in _SCHEDULES:
            raise bad_request("charge_schedule", f"must be one of {', '.join(_SCHEDULES)}")
        if schedule == "immediate":
            return None
        return self._world.instant + SCHEDULED_AFTER if due_at is None else due_at

    def _to_be_signed(
        self, subscription: Record, amount: Decimal, *, currency: str
    ) -> dict[str, Any] | None:
        """What the customer would have to sign, when the authorization does not cover a charge."""
        units = units_for(amount, currency, self._charging.token_of(subscription))
        if self._charging.lack(subscription, units) is None:
            return None
        authorization = self._records.get(AUTHORIZATION, subscription.kept["authorization"])
        return typed_data(authorization, units)

    def _list(self, call: Call) -> Listing:
        subscription = self._standing.of_call(call)
        return self._records.listing(
            "invoices",
            INVOICE,
            show=self._charging.shown,
            parent=subscription.uid,
            status=str(call.query.get("status") or "").upper() or None,
        )

    def _list_attempts(self, call: Call) -> Listing:
        return listing("chargeAttempts", self._charging.attempts(self._invoice(call)))


def _due_at(body: dict[str, Any]) -> int | None:
    if body.get("due_date") is None:
        return None
    due_at = instant_of("due_date", body["due_date"])
    if due_at < _EARLIEST_DUE:
        raise bad_request("due_date", "must not lie before 2000-01-01")
    return due_at
