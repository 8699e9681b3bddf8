"""Rows of the API that live: transactions and sessions read, opened and moved at the instant.

A row is kept as a head that stays and a tail for each version; a live change of a seeded row ends
the future that its book had for it. What a change means is decided elsewhere.
"""

from __future__ import annotations

from typing import Any

from pipelines.sandbox import exact
from pipelines.sandbox.days import iso
from pipelines.sandbox.rendering import whole
from pipelines.sandbox.world import World

Row = dict[str, Any]
_MOVING = frozenset(
    (
        *("status", "payoutStatus", "settlementId", "actualAmount", "transactionHash", "txHash"),
        *("depositTxHash", "blockConfirmations", "refundAmount", "refundTxHash"),
        *("gateioOrderId", "updatedAt"),
    )
)
_SESSION_MOVING = frozenset(("status", "updatedAt"))


class Rows:
    """Transactions and sessions of a world, as dictionaries with exact numbers."""

    def __init__(self, world: World) -> None:
        self._world = world

    # Transactions

    def transaction(self, transaction_id: str) -> Row | None:
        """A transaction as it stands, or None."""
        found = self._world.store.transaction_by_id(transaction_id, self._world.instant)
        return None if found is None else _decoded(*found)

    def transaction_by_reference(self, reference: str) -> Row | None:
        """A transaction by KuvarPay's own reference, or None."""
        found = self._world.store.transaction_by_reference(reference, self._world.instant)
        return None if found is None else _decoded(found.head, found.tail)

    def transactions_of(self, session_id: str) -> list[bytes]:
        """A session's transactions as they stand, oldest first."""
        found = self._world.store.transactions_of_session(session_id, self._world.instant)
        return [whole(*row) for row in found]

    def open_transaction(self, row: Row) -> None:
        """Keep a new transaction."""
        store, now = self._world.store, self._world.instant
        head, tail = _split(row, _MOVING)
        seq = store.last_transaction() + 1
        session = row["checkoutSessionId"]
        store.add_transactions([(seq, row["id"], row["reference"], now, session, head)])
        store.put_transaction_version(seq, now, row["status"], tail)
        self._world.ledger.add(seq, now, row["status"], valid_from=now)
        self._world.announce("transaction.created", row)

    def move_transaction(self, row: Row, **changes: Any) -> Row:
        """A new version now; gives the row as it stands then."""
        store, now = self._world.store, self._world.instant
        moved = {**row, **changes, "updatedAt": iso(now)}
        kept = store.transaction_version(row["id"], now)
        if kept is None:
            raise LookupError(row["id"])
        head, tail = _split(moved, _MOVING)
        if head != kept.head:
            store.put_transaction_head(kept.seq, head)
        store.put_transaction_version(kept.seq, now, moved["status"], tail)
        self._world.ledger.change(kept.seq, moved["status"], valid_from=now)
        self._world.announce("transaction.changed", moved)
        return moved

    # Sessions

    def session(self, session_id: str) -> Row | None:
        """A session as it stands, without its transactions, or None."""
        found = self._world.store.session(session_id, self._world.instant)
        return None if found is None else _decoded(*found)

    def open_session(self, row: Row) -> None:
        """Keep a new session."""
        store, now = self._world.store, self._world.instant
        head, tail = _split({**row, "updatedAt": iso(now)}, _SESSION_MOVING)
        seq = store.last_session() + 1
        store.add_sessions([(seq, row["sessionId"], now, head)])
        store.put_session_version(seq, now, tail)

    def move_session(self, row: Row, **changes: Any) -> Row:
        """A new version now; gives the row as it stands then."""
        store, now = self._world.store, self._world.instant
        moved = {**row, **changes, "updatedAt": iso(now)}
        kept = store.session_version(row["sessionId"], now)
        if kept is None:
            raise LookupError(row["sessionId"])
        head, tail = _split(moved, _SESSION_MOVING)
        if head != kept.head:
            store.put_session_head(kept.seq, head)
        store.put_session_version(kept.seq, now, tail)
        return moved


def _decoded(head: bytes, tail: bytes) -> Row:
    row: Row = exact.decode(whole(head, tail))
    return row


def _split(row: Row, moving: frozenset[str]) -> tuple[bytes, bytes]:
    """Head and tail: members that stay, members that move, without their braces."""
    head = {name: value for name, value in row.items() if name not in moving}
    tail = {name: value for name, value in row.items() if name in moving}
    return exact.encode(head)[1:-1], exact.encode(tail)[1:-1]
