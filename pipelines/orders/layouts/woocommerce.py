"""The `woocommerce` layout: the CSV of the common order-export plugins, an order a line or an item.

Where items have lines of their own, all lines of an order repeat its columns. Times stand there in
the site's own time zone, without an offset: the business day's, unless a mapping names another.
"""

from __future__ import annotations

from pipelines.orders.layouts.layout import ASIDE, BUSINESS_ZONE, SESSION_ID, Layout, Sessions

_TEXTS = ("transaction_id", "customer_note", "order_notes")
_WORDS = {
    "pending": "awaiting",
    "on-hold": "awaiting",
    "processing": "paid",
    "completed": "fulfilled",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "refunded": "refunded",
    "draft": ASIDE,
    "auto-draft": ASIDE,
    "checkout-draft": ASIDE,
    "trash": ASIDE,
}

WOOCOMMERCE = Layout(
    name="woocommerce",
    columns={
        "order_id": "order_number",
        "status": "status",
        "amount": "order_total",
        "currency": "order_currency",
        "placed_at": "order_date",
        "paid_at": "paid_date",
        "transaction_ref": "transaction_id",
        "customer_email": "billing_email",
    },
    has_several_lines=True,
    words={**_WORDS, **{f"wc-{word}": status for word, status in _WORDS.items()}},
    sessions=(Sessions((*_TEXTS, "meta:*"), SESSION_ID),),
    optional=(*_TEXTS, "paid_date", "billing_email"),
    neighbours=("customer_name", "customer_role"),
    time_zone=BUSINESS_ZONE,
    may_have_surplus_zeros=True,
)
