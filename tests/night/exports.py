"""Order exports that a test writes into a shop's inbox, in the generic layout."""

from __future__ import annotations

from datetime import date, timedelta

from night.shop import START, Shop

HEADER = (
    "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref,customer_email"
)


def order(name: str, amount: str, day: date, status: str = "paid") -> str:
    placed = f"{day}T12:00:00+01:00"
    return f"{name},{status},{amount},NGN,{placed},{placed},,,someone@example.com"


def drop(shop: Shop, name: str, *rows: str) -> None:
    (shop.inbox / name).write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")


def add_order(shop: Shop, amount: str) -> None:
    """One more order of the second date; a later export of it says another amount."""
    number = len(list(shop.inbox.glob("more-*")))
    drop(shop, f"more-{number}.csv", order("MORE", amount, START + timedelta(days=1)))
