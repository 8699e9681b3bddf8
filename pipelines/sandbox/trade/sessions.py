"""Checkout sessions: opened, read, expired by the clock, and moved by their transactions.

A session shows what all its transactions come to, and each end is announced once. What moves a
transaction is told in `payments`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.sandbox import exact, invented
from pipelines.sandbox.agenda import Due
from pipelines.sandbox.case import session_status
from pipelines.sandbox.days import SECOND, iso
from pipelines.sandbox.house.calls import Call, Handler, Reply, data, not_found
from pipelines.sandbox.rendering import session_token, whole
from pipelines.sandbox.trade.quotes import asset_of, exact_in
from pipelines.sandbox.trade.rows import Row, Rows
from pipelines.sandbox.trade.terms import Terms
from pipelines.sandbox.world import World

LIFETIME_DEFAULT = 1_800  # seconds
_EXPIRY = "session.expiry"
_ANNOUNCED = "session_announced"
_EVENTS = {"COMPLETED": "completed", "FAILED": "failed", "EXPIRED": "expired"}
_OPTIONAL = (
    "description", "customerName", "customerEmail", "paymentTolerance", "fromCurrency",
    "fromNetwork", "refundAddress",
)  # fmt: skip


class Sessions:
    """createCheckoutSession, getCheckoutSession, and how a session follows its transactions."""

    def __init__(self, world: World, rows: Rows, *, terms: Terms) -> None:
        self._world = world
        self._rows = rows
        self._terms = terms
        world.on(_EXPIRY, self._expire)

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {"createCheckoutSession": self.create, "getCheckoutSession": self.get}

    def create(self, call: Call) -> Reply:
        """Create Checkout Session: an offer to pay until it expires."""
        wanted, now = call.body, self._world.instant
        amount = exact_in(Decimal(wanted["amount"]), wanted["currency"], "amount")
        if "fromCurrency" in wanted:
            asset_of(wanted["fromCurrency"], wanted.get("fromNetwork"))
        session_id = "cs_" + invented.hexadecimal(self._world.chance("session"), 32)
        expires_at = now + int(wanted.get("expiresIn", LIFETIME_DEFAULT)) * SECOND
        row: Row = {
            "sessionId": session_id,
            "amount": amount,
            "currency": wanted["currency"],
            **{name: wanted.get(name) for name in _OPTIONAL},
            "depositAddress": None,
            "callbackUrl": wanted.get("callbackUrl"),
            "redirectUrl": wanted.get("redirectUrl"),
            "expiresAt": iso(expires_at),
            "createdAt": iso(now),
            "authToken": session_token(session_id, expires_at, self._world.plan.seed),
            "status": "PENDING",
        }
        self._rows.open_session(row)
        self._world.later(expires_at, _EXPIRY, session_id)
        return data(row)

    def get(self, call: Call) -> Reply:
        """Get Checkout Session, with its transactions."""
        found = self._world.store.session(call.path["sessionId"], self._world.instant)
        if found is None:
            raise not_found("Checkout session")
        rows = self._rows.transactions_of(call.path["sessionId"])
        return data(b'%b,"transactions":[%b]}' % (whole(*found)[:-1], b",".join(rows)))

    def follow(self, transaction: Row, *, is_received: bool = False) -> None:
        """Let the transaction's session show what happened to it, and tell those who listen."""
        session = self._of(transaction)
        if session is None:
            return
        name = session["sessionId"]
        if is_received:
            self._announce("payment_received", session, transaction)
        statuses = [exact.decode(row)["status"] for row in self._rows.transactions_of(name)]
        status = session_status(session["status"], statuses, last=transaction["status"])
        if status == session["status"]:
            return
        moved = self._rows.move_session(session, status=status)
        if status in _EVENTS:
            self._announce_once(_EVENTS[status], moved, transaction)

    def addressed(self, transaction: Row) -> None:
        """The first transaction lends its session the address; coin and network stay as named."""
        session = self._of(transaction)
        if session is None or session["depositAddress"] is not None:
            return
        self._rows.move_session(session, depositAddress=transaction["depositAddress"])

    def _of(self, transaction: Row) -> Row | None:
        name = transaction["checkoutSessionId"]
        return None if name is None else self._rows.session(name)

    def _expire(self, due: Due) -> None:
        session = self._rows.session(due.subject)
        if session is None or session["status"] != "PENDING" or not self._terms.does("auto_expire"):
            return
        # Transactions expire at the same instant, and take their session along.
        if not self._rows.transactions_of(due.subject):
            moved = self._rows.move_session(session, status="EXPIRED")
            self._announce_once("expired", moved, None)

    def _announce_once(self, what: str, session: Row, transaction: Row | None) -> None:
        """An end that late money undid may come again; it is old news then."""
        documents, key = self._world.documents, f"{session['sessionId']}/{what}"
        if documents.get(_ANNOUNCED, key) is None:
            documents.add(_ANNOUNCED, key, {})
            self._announce(what, session, transaction)

    def _announce(self, what: str, session: Row, transaction: Row | None) -> None:
        told: dict[str, Any] = {
            name: value for name, value in session.items() if name != "authToken"
        }
        if transaction is not None:
            told["transaction"] = exact.decode(exact.encode(transaction))
        self._world.announce(f"checkout_session.{what}", told)
