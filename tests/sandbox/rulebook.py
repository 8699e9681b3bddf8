"""A second way to the expected breaks: the rules applied to what the sandbox serves and exports.

Slow and plain on purpose. It reads the API and the order files as a stranger would, knows nothing
of the stories, and is compared with the truth that the stories planned.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import httpx

from pipelines.sandbox import PRECEDENCE

DAY = timedelta(days=1)
OPEN = {"PENDING", "PROCESSING", "UNDERPAID"}
TOKEN = re.compile(r"[A-Za-z0-9_#/-]+")
Row = dict[str, Any]


class Observer:
    """Closes business dates against a running sandbox and keeps every version it saw."""

    def __init__(self, client: httpx.Client, orders_dir: Path) -> None:
        self.client = client
        self.orders_dir = orders_dir
        self.seen: dict[str, list[tuple[datetime, Row]]] = {}
        self.sessions: dict[str, Row] = {}

    def close(self, as_of: datetime) -> list[Row]:
        """Move the clock 2 h past the cut-off, look at everything, judge as of the cut-off."""
        pulled_at = (as_of + timedelta(hours=2)).isoformat()
        self.client.put("/_sandbox/clock", json={"now": pulled_at}).raise_for_status()
        for row in self._walk():
            versions = self.seen.setdefault(row["id"], [])
            if not versions or versions[-1][1] != row:
                versions.append((as_of, row))
        orders = [o for o in self._orders().values() if o["placed_at"] < as_of]
        payments = [v[-1][1] for v in self.seen.values() if at(v[-1][1], "createdAt") < as_of]
        return sorted(self._judge(orders, payments, as_of), key=lambda found: found["case_id"])

    def _walk(self) -> Iterator[Row]:
        for page in range(1, 10_000):
            answer = self.client.get("/api/v1/transactions", params={"page": page, "limit": 100})
            rows = json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)["data"]
            yield from rows
            if not rows:
                return

    def _session(self, session_id: str | None) -> Row:
        if session_id is None:
            return {}
        if session_id not in self.sessions:
            answer = self.client.get(f"/api/v1/checkout-sessions/{session_id}")
            body = json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)
            self.sessions[session_id] = body.get("data", {})
        return self.sessions[session_id]

    def _orders(self) -> dict[str, Row]:
        orders: dict[str, Row] = {}
        for file in sorted(self.orders_dir.glob("*.csv")):
            with file.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    orders[row["order_id"]] = row | {
                        "amount": Decimal(row["amount"]),
                        "placed_at": datetime.fromisoformat(row["placed_at"]),
                        "since": datetime.fromisoformat(row["paid_at"] or row["placed_at"]),
                        "sessions": [s for s in row["session_ids"].split(";") if s],
                    }
        return orders

    def _judge(self, orders: list[Row], payments: list[Row], as_of: datetime) -> Iterator[Row]:
        groups = linked_groups(orders, payments)
        lonely_orders = [os[0] for os, ps in groups if not ps and expects(os[0])]
        lonely_payments = [
            ps[0]
            for os, ps in groups
            if not os
            and ps[0]["status"] == "COMPLETED"
            and not (ps[0]["invoiceId"] or ps[0]["paymentLinkId"])
        ]
        taken: set[str] = set()
        for os, ps in components(lonely_orders, lonely_payments, is_candidate):
            if os and ps:
                taken |= {o["order_id"] for o in os} | {p["id"] for p in ps}
                if len(os) + len(ps) > 2:
                    yield found(os, ps, {"AMBIGUOUS_MATCH": -total(os)})
        for os, ps in groups:
            if not taken & ({o["order_id"] for o in os} | {p["id"] for p in ps}):
                codes = self._codes(os, ps, as_of)
                if codes:
                    yield found(os, ps, codes)

    def _codes(self, orders: list[Row], payments: list[Row], as_of: datetime) -> dict[str, Decimal]:
        codes = self._asset_codes(payments)
        codes |= one_sided(orders, payments, as_of)
        codes |= doubles(orders, payments)
        codes |= contradictions(orders, payments, as_of)
        due = self._due(orders, payments, as_of, twice="DUPLICATE_PAYMENT" in codes)
        if due:
            codes["REFUND_DUE"] = due
        for payment in payments:
            for code, impact in [*payout(payment, as_of), *self._coins(payment), *fee(payment)]:
                codes[code] = codes.get(code, Decimal(0)) + impact
        awaited = [o for o in orders if expects(o)]
        completed = [p for p in payments if p["status"] == "COMPLETED"]
        gap = total(completed) - total(awaited)
        pairing = {"CURRENCY_MISMATCH", *PRECEDENCE[4:11]}
        if awaited and completed and gap and not pairing & set(codes):
            codes["AMOUNT_MISMATCH"] = gap
        if any(self._was_late(p) for p in completed):
            codes["LATE_PAYMENT"] = Decimal(0)
        last = {o["sessions"][-1] for o in orders if o["sessions"]}
        if len(completed) == 1 and last and completed[0]["checkoutSessionId"] not in last:
            codes["SUPERSEDED_SESSION_PAID"] = Decimal(0)
        return codes

    def _asset_codes(self, payments: list[Row]) -> dict[str, Decimal]:
        codes = {}
        for payment in (p for p in payments if p["actualAmount"] > 0):
            named = self._session(payment["checkoutSessionId"])
            coin, network = named.get("fromCurrency"), named.get("fromNetwork")
            if coin not in (None, payment["fromCurrency"]):
                codes["WRONG_ASSET_RECEIVED"] = Decimal(0)
            elif coin and network not in (None, payment["fromNetwork"]):
                codes["NETWORK_MISMATCH"] = Decimal(0)
        return codes

    def _coins(self, payment: Row) -> Iterator[tuple[str, Decimal]]:
        low, high = self._band(payment)
        coins, status = payment["actualAmount"], payment["status"]
        gap = (coins - payment["expectedAmount"]) * payment["exchangeRate"]
        if status not in OPEN and 0 < coins < low:
            yield "UNDERPAID", gap
        if status == "COMPLETED" and coins > high:
            yield "OVERPAID", gap

    def _band(self, p: Row) -> tuple[Decimal, Decimal]:
        own = p["paymentTolerance"]
        tolerance = self._session(p["checkoutSessionId"]).get("paymentTolerance")
        percent = (tolerance if own is None else own) or Decimal(0)
        width = p["expectedAmount"] * percent / 100
        return p["expectedAmount"] - width, p["expectedAmount"] + width

    def _due(
        self, orders: list[Row], payments: list[Row], as_of: datetime, *, twice: bool
    ) -> Decimal:
        due = Decimal(0)
        completed = [p for p in payments if p["status"] == "COMPLETED"]
        earliest = min(completed, key=lambda p: p["createdAt"], default=None)
        for p in (p for p in payments if p["refundTxHash"] is None):
            rate, money = p["exchangeRate"], p["actualAmount"]
            if p["status"] in {"FAILED", "CANCELLED", "EXPIRED"} or (
                p["status"] in OPEN and as_of - at(p, "expiresAt") > DAY
            ):
                due += money * rate
            elif p["status"] == "COMPLETED":
                if money > self._band(p)[1]:
                    due += (money - p["expectedAmount"]) * rate
                if twice and p is not earliest:
                    due += p["amount"]
                if any(o["status"] in {"cancelled", "refunded"} for o in orders):
                    due += p["amount"]
        return due

    def _was_late(self, p: Row) -> bool:
        versions, was_unpaid_after_the_end = self.seen[p["id"]], False
        for recorded_from, row in versions:
            if row["actualAmount"] > 0:
                return was_unpaid_after_the_end
            latest = max(recorded_from, at(row, "updatedAt"))
            was_unpaid_after_the_end |= latest >= at(row, "expiresAt")
        return False


def one_sided(orders: list[Row], payments: list[Row], as_of: datetime) -> dict[str, Decimal]:
    if not payments and expects(orders[0]) and as_of - orders[0]["since"] > DAY:
        return {"MISSING_IN_GATEWAY": -total(orders)}
    is_ours = not orders and not (payments[0]["invoiceId"] or payments[0]["paymentLinkId"])
    if is_ours and payments[0]["status"] == "COMPLETED" and is_old(payments[0], as_of):
        return {"MISSING_IN_ORDERS": total(payments)}
    return {}


def doubles(orders: list[Row], payments: list[Row]) -> dict[str, Decimal]:
    codes = {}
    completed = [p for p in payments if p["status"] == "COMPLETED"]
    if any(o["currency"] != p["currency"] for o in orders for p in completed):
        codes["CURRENCY_MISMATCH"] = -total(orders)
    for payment in completed:
        claims = [o for o in orders if expects(o) and o["amount"] == payment["amount"]]
        if len(claims) > 1:
            codes["DUPLICATE_ORDER"] = payment["amount"] - total(claims)
    settling = [p for p in completed if len(orders) == 1 and p["amount"] >= orders[0]["amount"]]
    if len(settling) > 1:
        codes["DUPLICATE_PAYMENT"] = total(completed) - total(orders)
    return codes


def contradictions(orders: list[Row], payments: list[Row], as_of: datetime) -> dict[str, Decimal]:
    states = {p["status"] for p in payments}
    awaited = [o for o in orders if expects(o)]
    completed = [p for p in payments if p["status"] == "COMPLETED"]
    codes, gap = {}, total(completed) - total(awaited)
    unpaid = bool(payments) and not states & {"COMPLETED", "REFUNDED"}
    ended = all(p["status"] not in OPEN or is_old(p, as_of) for p in payments)
    words = {o["status"] for o in orders}
    if (
        (unpaid and ended and any(as_of - o["since"] > DAY for o in awaited))
        or (words & {"awaiting", "cancelled"} and any(is_old(p, as_of) for p in completed))
        or ("refunded" in words and completed and "REFUNDED" not in states)
    ):
        codes["STATUS_MISMATCH"] = gap
    if awaited and "REFUNDED" in states and gap < 0:
        codes["REFUND_NOT_IN_ORDERS"] = gap
    return codes


def payout(payment: Row, as_of: datetime) -> Iterator[tuple[str, Decimal]]:
    if payment["status"] == "COMPLETED":
        owed = payment["amount"] - payment["fees"]
        if payment["payoutStatus"] == "FAILED":
            yield "PAYOUT_FAILED", -owed
        elif payment["payoutStatus"] != "COMPLETED" and is_old(payment, as_of, days=3):
            yield "PAYOUT_OVERDUE", -owed


def fee(payment: Row) -> Iterator[tuple[str, Decimal]]:
    unit = Decimal(1) if payment["currency"] == "RWF" else Decimal("0.01")
    agreed = (payment["amount"] / 100).quantize(unit, ROUND_HALF_UP)
    if abs(agreed - payment["fees"]) > Decimal("0.01"):
        yield "FEE_VARIANCE", agreed - payment["fees"]


def is_old(payment: Row, as_of: datetime, *, days: int = 1) -> bool:
    return as_of - at(payment, "createdAt") > days * DAY


def at(row: Row, field: str) -> datetime:
    return datetime.fromisoformat(row[field])


def expects(order: Row) -> bool:
    return order["status"] in {"paid", "fulfilled"}


def total(rows: list[Row]) -> Decimal:
    return sum((row["amount"] for row in rows), Decimal(0))


def is_candidate(order: Row, payment: Row) -> bool:
    created = at(payment, "createdAt")
    return (
        order["currency"] == payment["currency"]
        and order["amount"] == payment["amount"]
        and order["customer_email"].strip().casefold() == payment["customerEmail"].casefold()
        and -timedelta(hours=1) <= created - order["placed_at"] <= timedelta(hours=15)
    )


def is_named(order: Row, payment: Row) -> bool:
    return (
        payment["checkoutSessionId"] in order["sessions"]
        or order["transaction_ref"] in (payment["id"], payment["reference"])
        or payment["externalId"] == order["order_id"]
    )


def components(orders: list[Row], payments: list[Row], joins: Any) -> list[Any]:
    """Connected sets of orders and payments; quadratic, which small books bear."""
    groups: list[tuple[list[Row], list[Row]]] = [([order], []) for order in orders]
    for payment in payments:
        mine = [g for g in groups if any(joins(o, payment) for o in g[0])]
        merged = ([o for g in mine for o in g[0]], [payment, *(p for g in mine for p in g[1])])
        groups = [g for g in groups if g not in mine] + [merged]
    return groups


def linked_groups(orders: list[Row], payments: list[Row]) -> list[Any]:
    ids = {order["order_id"] for order in orders}
    keys: dict[str, set[str]] = {}
    for order in orders:
        for key in (*order["sessions"], order["transaction_ref"] or None):
            if key:
                keys.setdefault(key, set()).add(order["order_id"])
    links: dict[str, set[str]] = {}
    for p in payments:
        named = set[str]()
        for key in (p["checkoutSessionId"], p["id"], p["reference"]):
            named |= keys.get(key, set())
        if p["externalId"] in ids:
            named.add(p["externalId"])
        if not named:
            tokens = set(TOKEN.findall(p["description"] or "")) & ids
            named = tokens if len(tokens) == 1 else set()
        links[p["id"]] = named
    return grouped(orders, payments, links)


def grouped(orders: list[Row], payments: list[Row], links: dict[str, set[str]]) -> list[Any]:
    leader = {order["order_id"]: order["order_id"] for order in orders}

    def root(order_id: str) -> str:
        while leader[order_id] != order_id:
            order_id = leader[order_id]
        return order_id

    for named in links.values():
        for order_id in named:
            leader[root(order_id)] = root(min(named))
    groups: dict[str, tuple[list[Row], list[Row]]] = {}
    for order in orders:
        groups.setdefault(root(order["order_id"]), ([], []))[0].append(order)
    for payment in payments:
        named = links[payment["id"]]
        group = root(min(named)) if named else payment["id"]
        groups.setdefault(group, ([], []))[1].append(payment)
    return list(groups.values())


def found(orders: list[Row], payments: list[Row], codes: dict[str, Decimal]) -> Row:
    order = min(orders, key=lambda o: (o["placed_at"], o["order_id"]), default=None)
    payment = min(payments, key=lambda p: (p["createdAt"], p["id"]), default=None)
    currency = (order or payment or {})["currency"]
    unit = Decimal(1) if currency == "RWF" else Decimal("0.01")
    ranked = sorted(codes, key=PRECEDENCE.index)
    return {
        "case_id": f"order:{order['order_id']}" if order else f"transaction:{payment['id']}",
        "order_id": order["order_id"] if order else None,
        "transaction_id": payment["id"] if payment else None,
        "code": ranked[0],
        "secondary_codes": ranked[1:],
        "currency": currency,
        "money_impact": codes[ranked[0]].quantize(unit, ROUND_HALF_UP),
    }
