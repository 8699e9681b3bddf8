"""What moves a transaction: deposits, confirmation, expiry, payout and refunds, by clock or force.

The states are those of the contract's section 8; tolerance decides as in its section 9; an invoice
is paid by one payment only. How a transaction is asked for and answered is told in `transactions`
and `simulator`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.sandbox import invented
from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import HOUR, MINUTE
from pipelines.sandbox.house.calls import conflict, instant_of
from pipelines.sandbox.tender import HUNDRED, ZERO
from pipelines.sandbox.trade.invoices import Invoices
from pipelines.sandbox.trade.quotes import asset_of
from pipelines.sandbox.trade.rows import Row, Rows
from pipelines.sandbox.trade.sessions import Sessions
from pipelines.sandbox.trade.terms import Terms
from pipelines.sandbox.world import World

PAYOUT_BEGINS = 18 * HOUR
PAYOUT_ENDS = 24 * HOUR
REFUND_AFTER = 24 * HOUR
_OPEN_TO_DEPOSITS = ("PENDING", "PROCESSING", "UNDERPAID", "EXPIRED")
_CONFIRM, _EXPIRY = "transaction.confirm", "transaction.expiry"
_PAYOUT, _REFUND = "transaction.payout", "transaction.refund"
_HELD = "held_payout"


def bounds(row: Row) -> tuple[Decimal, Decimal]:
    """The least coins that pay a transaction, and the most that leave no excess."""
    expected, percent = Decimal(row["expectedAmount"]), Decimal(row["paymentTolerance"] or 0)
    return expected * (HUNDRED - percent) / HUNDRED, expected * (HUNDRED + percent) / HUNDRED


def excess(row: Row) -> Decimal:
    """Coins beyond what was expected, zero within the tolerance."""
    received = Decimal(row["actualAmount"])
    return received - Decimal(row["expectedAmount"]) if received > bounds(row)[1] else ZERO


class Payments:
    """The machine behind transactions."""

    def __init__(
        self, world: World, rows: Rows, *, terms: Terms, sessions: Sessions, invoices: Invoices
    ) -> None:
        self._world = world
        self._rows = rows
        self._terms = terms
        self._sessions = sessions
        self._invoices = invoices
        for action, do in (
            (_CONFIRM, self._confirm),
            (_EXPIRY, self._expire),
            (_PAYOUT, self._pay_out),
            (_REFUND, self._refund),
        ):
            world.on(action, do)

    def open(self, row: Row) -> None:
        """Keep a new transaction; it expires by the clock."""
        self._rows.open_transaction(row)
        self._sessions.addressed(row)
        self._world.later(instant_of("expiresAt", row["expiresAt"]), _EXPIRY, row["id"])

    def move(self, row: Row, *, is_received: bool = False, **changes: Any) -> Row:
        """A new version, and the session after it."""
        moved = self._rows.move_transaction(row, **changes)
        self._sessions.follow(moved, is_received=is_received)
        return moved

    def deposit(self, row: Row, coins: Decimal, *, confirms_at: int | None) -> Row:
        """Coins are seen on the chain; they are confirmed later, or never."""
        moved = self.receive(row, coins)
        if confirms_at is not None:
            received = str(moved["actualAmount"])
            self._world.later(confirms_at, _CONFIRM, row["id"], received=received)
        return moved

    def usual_confirmation(self, row: Row) -> int | None:
        """When the chain confirms what arrives now; None when nothing is confirmed by itself."""
        if not self._terms.does("auto_confirm"):
            return None
        low, high = asset_of(row["fromCurrency"], row["fromNetwork"]).confirmation_minutes
        minutes = self._world.chance("confirmation").randrange(low, high + 1)
        return self._world.instant + minutes * MINUTE

    def receive(self, row: Row, coins: Decimal) -> Row:
        """Coins are seen on the chain."""
        if row["status"] not in _OPEN_TO_DEPOSITS:
            raise conflict(f"A transaction that is {row['status']} takes no deposit.")
        found = invented.chain_hash(self._world.chance("deposit"), row["fromNetwork"])
        return self.move(
            row,
            is_received=not Decimal(row["actualAmount"]),
            status="PROCESSING",
            actualAmount=Decimal(row["actualAmount"]) + coins,
            transactionHash=found,
            txHash=found,
            depositTxHash=found,
            blockConfirmations=1,
        )

    def confirmed(self, row: Row) -> Row:
        """What has arrived is final: enough, too little, or in vain; coins in vain are kept."""
        is_wanted = self._invoices.takes(row)
        if is_wanted and Decimal(row["actualAmount"]) >= bounds(row)[0]:
            return self.complete(row)
        is_late = instant_of("expiresAt", row["expiresAt"]) <= self._world.instant
        is_over = is_late or not is_wanted
        return self.move(
            row, status="EXPIRED" if is_over else "UNDERPAID", blockConfirmations=self._depth()
        )

    def complete(self, row: Row) -> Row:
        """Paid: an excess is to be returned, the payout follows, and the invoice has its money."""
        if not self._invoices.takes(row):
            raise conflict("The invoice was paid by another transaction; it is not paid twice.")
        surplus = excess(row)
        order_id = self._world.chance("exchange").randrange(10**11, 10**12)
        moved = self.move(
            row,
            status="COMPLETED",
            refundAmount=surplus or row["refundAmount"],
            gateioOrderId=str(order_id),
            blockConfirmations=self._depth(),
        )
        self._end_others(moved)
        self._pay_out_later(row["id"])
        if surplus and row["refundAddress"] is not None:
            self._world.later(self._world.instant + REFUND_AFTER, _REFUND, row["id"])
        return moved

    def hold_payout(self, row: Row, is_held: bool) -> None:
        """Whether the bank holds a payout back; one that is let go takes its whole way from now."""
        documents, name = self._world.documents, row["id"]
        documents.delete(_HELD, name)
        if is_held:
            documents.add(_HELD, name, {})
        elif row["status"] == "COMPLETED":
            self._pay_out_later(name)

    def is_payout_held(self, row: Row) -> bool:
        """Whether nothing of a payout moves by itself."""
        return self._world.documents.get(_HELD, row["id"]) is not None

    def payout(self, row: Row, becomes: str) -> Row:
        """The payout moves on, with a settlement behind it when it worked."""
        settled = invented.hexadecimal(self._world.chance("settlement"), 16)
        settlement = f"stl_{settled}" if becomes == "COMPLETED" else row["settlementId"]
        return self.move(row, payoutStatus=becomes, settlementId=settlement)

    def refund_all(self, row: Row) -> Row:
        """Everything received goes back."""
        return self.move(
            row, status="REFUNDED", refundAmount=row["actualAmount"], refundTxHash=self._hash(row)
        )

    def refund_excess(self, row: Row) -> Row:
        """Only the excess goes back; refused when there is none, or nowhere to send it."""
        if row["status"] != "COMPLETED" or not excess(row):
            raise conflict("The transaction has no excess to return.")
        if row["refundTxHash"] is not None:
            raise conflict("The excess was returned already.")
        if row["refundAddress"] is None:
            raise conflict("The transaction has no refund address.")
        return self.move(row, refundAmount=excess(row), refundTxHash=self._hash(row))

    def _end_others(self, paid: Row) -> None:
        """What waits for coins of the same invoice expires now; coins under way are let arrive."""
        for name in self._invoices.waiting_beside(paid):
            other = self._rows.transaction(name)
            if other is not None:
                self.move(other, status="EXPIRED")

    def _pay_out_later(self, name: str) -> None:
        now = self._world.instant
        self._world.later(now + PAYOUT_BEGINS, _PAYOUT, name, becomes="PROCESSING", after="PENDING")
        self._world.later(now + PAYOUT_ENDS, _PAYOUT, name, becomes="COMPLETED", after="PROCESSING")

    def _depth(self) -> int:
        return self._world.chance("depth").randrange(12, 40)

    def _hash(self, row: Row) -> str:
        return invented.chain_hash(self._world.chance("refund"), row["fromNetwork"])

    def _confirm(self, due: Due) -> None:
        row = self._rows.transaction(due.subject)
        if row is None or row["status"] != "PROCESSING":
            return
        if Decimal(row["actualAmount"]) == Decimal(due.details["received"]):
            self.confirmed(row)

    def _expire(self, due: Due) -> None:
        row = self._rows.transaction(due.subject)
        is_waiting = row is not None and row["status"] in ("PENDING", "UNDERPAID")
        if row is not None and is_waiting and self._terms.does("auto_expire"):
            self.move(row, status="EXPIRED")

    def _pay_out(self, due: Due) -> None:
        row = self._rows.transaction(due.subject)
        if row is None or row["status"] != "COMPLETED" or not self._terms.does("auto_payout"):
            return
        if row["payoutStatus"] == due.details["after"] and not self.is_payout_held(row):
            self.payout(row, due.details["becomes"])

    def _refund(self, due: Due) -> None:
        row = self._rows.transaction(due.subject)
        if row is None or row["status"] != "COMPLETED" or row["refundTxHash"] is not None:
            return
        if excess(row) and self._terms.does("auto_refund"):
            self.refund_excess(row)
