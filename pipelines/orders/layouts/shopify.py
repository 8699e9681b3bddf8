"""The `shopify` layout: the orders export of the shop's admin, one order over several lines.

The first line of an order has everything, each further item a line with the order's name and its
own `Lineitem` columns. The amount is the order's total as it was placed: what was refunded or is
still outstanding is the status's to tell.
"""

from __future__ import annotations

from pipelines.orders.layouts.layout import ASIDE, SESSION_ID, Case, Holds, Layout, Sessions

_TEXTS = ("Note Attributes", "Notes", "Payment Reference", "Payment References")
_PAID = Holds("Financial Status", ("paid", "partially_refunded"))
_UNPAID = ("pending", "authorized", "partially_paid", "unpaid", "expired")

SHOPIFY = Layout(
    name="shopify",
    columns={
        "order_id": "Name",
        "status": "Financial Status",
        "amount": "Total",
        "currency": "Currency",
        "placed_at": "Created at",
        "paid_at": "Paid at",
        "transaction_ref": "Payment Reference",
        "customer_email": "Email",
    },
    has_several_lines=True,
    # The built-in test gateway calls itself bogus; shops mark other trials with a tag.
    aside=(
        Case(ASIDE, (Holds("Payment Method", ("bogus",)),)),
        Case(ASIDE, (Holds("Tags", ("test", "Test", "TEST"), between=", "),)),
    ),
    cases=(
        Case("refunded", (Holds("Financial Status", ("refunded",)),)),
        Case("cancelled", (Holds("Financial Status", ("voided",)),)),
        Case("cancelled", (Holds("Cancelled at"),)),
        Case("fulfilled", (_PAID, Holds("Fulfillment Status", ("fulfilled",)))),
        Case("paid", (_PAID,)),
        Case("awaiting", (Holds("Financial Status", _UNPAID),)),
    ),
    known={
        "Financial Status": (*_PAID.words, *_UNPAID, "refunded", "voided"),
        "Fulfillment Status": (
            "",
            "unfulfilled",
            "partial",
            "fulfilled",
            "restocked",
            "pending",
            "on_hold",
            "scheduled",
        ),
    },
    sessions=(Sessions(_TEXTS, SESSION_ID),),
    optional=(*_TEXTS, "Email", "Paid at", "Cancelled at", "Payment Method", "Tags"),
    may_have_surplus_zeros=True,
)
