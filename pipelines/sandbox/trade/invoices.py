"""Merchant invoices: totals as documented, e-mails, and paid by the transactions that name them.

Tax is taken on the undiscounted subtotal. An invoice is paid once; how its other payments end is
told in `payments`. There is no reading back in the API; `get` serves the control endpoint.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.sandbox import invented
from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import iso, to_datetime, to_instant
from pipelines.sandbox.house.calls import (
    Call,
    Handler,
    Reply,
    bad_request,
    conflict,
    data,
    instant_of,
    not_found,
)
from pipelines.sandbox.rendering import BUSINESS_ID
from pipelines.sandbox.tender import FIATS, HUNDRED, ZERO
from pipelines.sandbox.trade.rows import Row
from pipelines.sandbox.world import World

PAGE = "https://payment.kuvarpay.com/invoice/"
CURRENCY_DEFAULT = "NGN"
_KIND, _EMAIL, _PAYMENT = "invoice", "invoice_email", "invoice_payment"
_DUE = "invoice.due"
_WAITING = ("PENDING", "UNDERPAID")
AMOUNT_MAX = 10**12  # the most that a transaction may be opened for
_DUE_EARLIEST = to_instant(datetime(2000, 1, 1, tzinfo=UTC))
_OPTIONAL = ("customerPhone", "customerAddress", "notes")


class Invoices:
    """createInvoice, sendInvoiceEmail, and what payments make of an invoice."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.on(_DUE, self._due)
        world.listen(self._hear)

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {"createInvoice": self.create, "sendInvoiceEmail": self.send_email}

    def get(self, invoice_id: str) -> dict[str, Any] | None:
        """An invoice as it stands, or None."""
        return self._world.documents.get(_KIND, invoice_id)

    def takes(self, payment: Row) -> bool:
        """Whether a payment that is not completed can still be: an invoice is paid once."""
        invoice = self._invoice_of(payment)
        return invoice is None or invoice["status"] != "PAID"

    def waiting_beside(self, paid: Row) -> list[str]:
        """The ids of the invoice's other payments that wait for coins, oldest first."""
        invoice = self._invoice_of(paid)
        if invoice is None:
            return []
        payments = self._world.documents.of(_PAYMENT, parent=invoice["id"])
        return [each["id"] for each in payments if each["status"] in _WAITING]

    def create(self, call: Call) -> Reply:
        """Create a new invoice."""
        wanted, now = call.body, self._world.instant
        currency = _currency(wanted["items"])
        lines = [_line(item, place, currency) for place, item in enumerate(wanted["items"])]
        subtotal = sum((line["totalPrice"] for line in lines), ZERO)
        tax = _minor(subtotal * Decimal(wanted.get("taxRate", 0)) / HUNDRED, currency)
        if not subtotal:
            raise bad_request("items", "come to nothing, which no payment carries")
        discount = _exact("discountAmount", Decimal(wanted.get("discountAmount", 0)), currency)
        if discount and discount >= subtotal + tax:
            raise bad_request("discountAmount", "must be less than subtotal and tax")
        if subtotal + tax - discount > AMOUNT_MAX:
            raise bad_request("items", f"come to more than {AMOUNT_MAX}, which no payment carries")
        due_at = _due_at(wanted["dueDate"]) if "dueDate" in wanted else None
        rng = self._world.chance("invoice")
        invoice_id = "inv_" + invented.hexadecimal(rng, 24)
        for line in lines:
            line["id"] = "item_" + invented.hexadecimal(rng, 16)
        invoice = {
            "id": invoice_id,
            "invoiceNumber": self._number(),
            "businessId": BUSINESS_ID,
            "customerName": wanted["customerName"],
            "customerEmail": wanted["customerEmail"],
            **{name: wanted.get(name) for name in _OPTIONAL},
            "subtotal": subtotal,
            "taxAmount": tax,
            "discountAmount": discount,
            "totalAmount": subtotal + tax - discount,
            "currency": currency,
            "status": "PENDING",
            "dueDate": None if due_at is None else iso(due_at),
            "paymentUrl": PAGE + invoice_id,
            "items": lines,
            "createdAt": iso(now),
            "updatedAt": iso(now),
            "metadata": wanted.get("metadata"),
        }
        self._world.documents.add(_KIND, invoice_id, invoice)
        if due_at is not None:
            self._world.later(max(due_at, now), _DUE, invoice_id)
        return data(invoice, "Invoice created successfully")

    def send_email(self, call: Call) -> Reply:
        """Send invoice email to customer: it is written down, nothing leaves the sandbox."""
        invoice = self.get(call.path["invoiceId"])
        if invoice is None:
            raise not_found("Invoice")
        if invoice["status"] == "CANCELLED":
            raise conflict("A cancelled invoice is not sent.")
        email = {
            "invoiceId": invoice["id"],
            "email": call.body.get("email", invoice["customerEmail"]),
            "subject": call.body.get("subject", f"Invoice {invoice['invoiceNumber']}"),
            "message": call.body.get("message"),
            "sentAt": iso(self._world.instant),
        }
        rng = self._world.chance("invoice-email")
        self._world.documents.add(
            _EMAIL, invented.hexadecimal(rng, 24), email, parent=invoice["id"]
        )
        return data(email, "Invoice email sent successfully")

    def _number(self) -> str:
        month = to_datetime(self._world.instant).strftime("%Y%m")
        name = f"invoices/{month}"
        number = int(self._world.store.setting(name) or 0) + 1
        self._world.store.set(name, str(number))
        return f"INV-{month}-{number:04}"

    def _due(self, due: Due) -> None:
        invoice = self.get(due.subject)
        if invoice is not None and invoice["status"] == "PENDING":
            self._become(invoice, "OVERDUE")

    def _hear(self, event: str, told: dict[str, Any]) -> None:
        """A transaction that names an invoice was opened or moved: count what is paid."""
        if event not in ("transaction.created", "transaction.changed"):
            return
        invoice = self._invoice_of(told)
        if invoice is None or invoice["status"] == "CANCELLED":
            return
        documents = self._world.documents
        payment = {name: told[name] for name in ("id", "amount", "status")}
        if documents.get(_PAYMENT, told["id"]) is None:
            documents.add(_PAYMENT, told["id"], payment, parent=invoice["id"])
        else:
            documents.put(_PAYMENT, told["id"], payment)
        payments = documents.of(_PAYMENT, parent=invoice["id"])
        completed = [each for each in payments if each["status"] == "COMPLETED"]
        paid = sum((Decimal(each["amount"]) for each in completed), ZERO)
        status = "PAID" if paid >= invoice["totalAmount"] else self._unpaid(invoice)
        if status != invoice["status"]:
            self._become(invoice, status)

    def _invoice_of(self, payment: Row) -> dict[str, Any] | None:
        """The invoice that a payment names; those of a book are not kept."""
        name = payment["invoiceId"]
        return None if name is None else self.get(name)

    def _unpaid(self, invoice: dict[str, Any]) -> str:
        due = invoice["dueDate"]
        is_late = due is not None and instant_of("dueDate", due) <= self._world.instant
        return "OVERDUE" if is_late else "PENDING"

    def _become(self, invoice: dict[str, Any], status: str) -> None:
        moved = {**invoice, "status": status, "updatedAt": iso(self._world.instant)}
        self._world.documents.put(_KIND, invoice["id"], moved)


def _due_at(told: str) -> int:
    instant = instant_of("dueDate", told)
    if instant < _DUE_EARLIEST:
        raise bad_request("dueDate", "must not lie before 2000-01-01")
    return instant


def _currency(items: list[dict[str, Any]]) -> str:
    first: str = items[0].get("currency", CURRENCY_DEFAULT)
    for place, item in enumerate(items):
        if item.get("currency", CURRENCY_DEFAULT) != first:
            raise bad_request(f"items.{place}.currency", "must be the same on every line")
    return first


def _line(item: dict[str, Any], place: int, currency: str) -> dict[str, Any]:
    price = _exact(f"items.{place}.unitPrice", Decimal(item["unitPrice"]), currency)
    quantity = Decimal(item["quantity"])
    return {
        "id": "",
        "description": item["description"],
        "quantity": quantity,
        "unitPrice": price,
        "totalPrice": _minor(price * quantity, currency),
        "currency": currency,
    }


def _exact(field: str, amount: Decimal, currency: str) -> Decimal:
    unit = FIATS[currency].unit
    if amount != amount.quantize(unit):
        raise bad_request(field, f"has more digits than {currency} has")
    return amount.quantize(unit)


def _minor(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(FIATS[currency].unit, ROUND_HALF_UP)
