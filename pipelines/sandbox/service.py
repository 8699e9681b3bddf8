"""What the sandbox does when it is asked: transactions, sessions, clock; no HTTP in here.

One instance, one thread. Every answer is given at the clock's instant.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from pipelines.sandbox.asking import ListQuery, SessionRequest
from pipelines.sandbox.clock import Clock
from pipelines.sandbox.days import iso
from pipelines.sandbox.exports import OrderExports
from pipelines.sandbox.ledger import Ledger
from pipelines.sandbox.plan import SandboxPlan
from pipelines.sandbox.rendering import (
    number,
    session_tail,
    session_token,
    text,
    whole,
)
from pipelines.sandbox.store import Store


class Page(NamedTuple):
    """One page of a list."""

    rows: list[bytes]
    total: int


class Service:
    """A filled store that moves with a clock."""

    def __init__(
        self, plan: SandboxPlan, store: Store, clock: Clock, *, orders_dir: Path | None
    ) -> None:
        self._plan = plan
        self._store = store
        self.clock = clock
        self._ledger = Ledger(store, clock.now())
        self._exports = None if orders_dir is None else OrderExports(store, plan, orders_dir)
        self.write_exports()

    def now(self) -> int:
        """The clock's instant, everything brought up to it."""
        now = self.clock.now()
        self._ledger.move(now)
        return now

    def move_clock(self, instant: int) -> None:
        """Move time forward; the order exports that became due are written before it returns."""
        self.clock.move(instant)
        self._store.set("clock", str(instant))
        self.now()
        self.write_exports()

    def write_exports(self) -> None:
        """Write the order exports whose day has ended."""
        if self._exports is not None:
            self._exports.write_due(self.clock.now())

    def transactions(self, query: ListQuery) -> Page:
        """A page of the list, each row whole."""
        self.now()
        total, rows = self._ledger.page(query)
        return Page([whole(head, tail) for head, tail in rows], total)

    def transaction(self, transaction_id: str) -> bytes | None:
        """One transaction, or None when it is unknown at the clock."""
        row = self._store.transaction_by_id(transaction_id, self.now())
        return None if row is None else whole(*row)

    def session(self, session_id: str) -> bytes | None:
        """One session with its transactions, or None when it is unknown at the clock."""
        now = self.now()
        row = self._store.session(session_id, now)
        if row is None:
            return None
        rows = self._store.transactions_of_session(session_id, now)
        embedded = b'"transactions":[%b]' % b",".join(whole(*each) for each in rows)
        return b"{%b,%b,%b}" % (*row, embedded)

    def create_session(self, wanted: SessionRequest) -> bytes:
        """A new session, open until it expires; gives it as Create Checkout Session answers."""
        now = self.now()
        ordinal = int(self._store.setting("sessions_created") or 0) + 1
        seed = f"{self._plan.seed}/session/{ordinal}".encode()
        session_id = "cs_" + hashlib.sha256(seed).hexdigest()[:32]
        expires_at = now + wanted.lifetime
        head = self._head_of(session_id, wanted, now=now, expires_at=expires_at)
        ends = session_tail(expires_at, "EXPIRED")
        seq = self._store.last_session() + 1
        self._store.add_sessions([(seq, session_id, now, head)])
        self._store.add_session_versions(
            [(seq, now, session_tail(now, "PENDING")), (seq, expires_at, ends)]
        )
        self._store.set("sessions_created", str(ordinal))
        return whole(head, b'"status":"PENDING"')

    def _head_of(
        self, session_id: str, wanted: SessionRequest, *, now: int, expires_at: int
    ) -> bytes:
        texts = {name: text(value) for name, value in wanted.texts.items()}
        token = session_token(session_id, expires_at, self._plan.seed)
        members = {
            "sessionId": text(session_id),
            "amount": number(wanted.amount),
            "currency": text(wanted.currency),
            **texts,
            "paymentTolerance": number(wanted.tolerance),
            "depositAddress": "null",
            "expiresAt": text(iso(expires_at)),
            "createdAt": text(iso(now)),
            "authToken": text(token),
        }
        return ",".join(f'"{name}":{value}' for name, value in members.items()).encode()
