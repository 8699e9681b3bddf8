"""The simulator: scenarios and states at will, and coins that arrive at a deposit address.

Forced changes act at once and fill the fields that such a state has; deposits go the way of the
chain. Which moves are allowed is one table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any

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
from pipelines.sandbox.tender import ZERO
from pipelines.sandbox.trade.payments import Payments, bounds
from pipelines.sandbox.trade.quotes import asset_of
from pipelines.sandbox.trade.rows import Row, Rows
from pipelines.sandbox.trade.terms import Terms
from pipelines.sandbox.world import World

_HALF, _TENTH = Decimal("0.5"), Decimal("0.1")
_COINS_MAX = Decimal(10) ** 12
_WRITTEN_COINS = re.compile(r"[0-9]{1,18}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,2})?", re.ASCII)
# From a status to those that may be forced; the contract's section 8, with the late and the failed.
_MOVES = {
    "PENDING": ("PROCESSING", "UNDERPAID", "COMPLETED", "EXPIRED", "FAILED", "CANCELLED"),
    "PROCESSING": ("UNDERPAID", "COMPLETED", "EXPIRED", "FAILED", "REFUNDED"),
    "UNDERPAID": ("PROCESSING", "COMPLETED", "EXPIRED", "FAILED", "REFUNDED", "CANCELLED"),
    "EXPIRED": ("PROCESSING", "UNDERPAID", "COMPLETED", "REFUNDED"),
    "COMPLETED": ("REFUNDED",),
    "FAILED": ("REFUNDED",),
    "REFUNDED": (),
    "CANCELLED": (),
}
_PAYOUT_MOVES = {
    "PENDING": ("PROCESSING", "COMPLETED", "FAILED"),
    "PROCESSING": ("COMPLETED", "FAILED"),
    "FAILED": ("PROCESSING", "COMPLETED"),
    "COMPLETED": (),
}


class Simulator:
    """forceSimulatorScenario, forceTransactionStatus, deposits and terms."""

    def __init__(self, world: World, rows: Rows, *, terms: Terms, payments: Payments) -> None:
        self._world = world
        self._rows = rows
        self._terms = terms
        self._payments = payments

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "forceSimulatorScenario": self.force_scenario,
            "forceTransactionStatus": self.force_status,
        }

    def terms(self) -> dict[str, Any]:
        """The terms in force."""
        return self._terms.all()

    def set_terms(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change some terms."""
        return self._terms.change(changes)

    def deposit_wanted(self, wanted: dict[str, Any]) -> Row:
        """Coins arrive for a transaction: `amount`, or all that is still missing.

        They are confirmed at `confirmsAt`, never if that is null; by default in the usual minutes.
        """
        row = self._wanted(wanted)
        coins = _missing(row) if "amount" not in wanted else _coins(wanted["amount"], row)
        if not coins:
            raise conflict("Nothing is missing; name an amount.")
        return self._payments.deposit(row, coins, confirms_at=self._confirmation(row, wanted))

    def _confirmation(self, row: Row, wanted: dict[str, Any]) -> int | None:
        if "confirmsAt" not in wanted:
            return self._payments.usual_confirmation(row)
        if wanted["confirmsAt"] is None:
            return None
        instant = instant_of("confirmsAt", wanted["confirmsAt"])
        if instant < self._world.instant:
            raise bad_request("confirmsAt", "must not lie in the past")
        return instant

    def payout_wanted(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """A payout is `held` back from now on, or let go."""
        row = self._wanted(wanted)
        if not isinstance(wanted.get("held"), bool):
            raise bad_request("held", "must be true or false")
        self._payments.hold_payout(row, wanted["held"])
        return {"transactionId": row["id"], "held": wanted["held"]}

    def force_status(self, call: Call) -> Reply:
        """Force Transaction Status."""
        row, status = self._known(call.body["transactionId"]), call.body["status"]
        payout = call.body.get("payoutStatus")
        if status != row["status"]:
            if status not in _MOVES[row["status"]]:
                raise conflict(f"A transaction that is {row['status']} cannot become {status}.")
            _check_payout(payout, row["payoutStatus"], status)
            row = self._become(row, status)
        elif payout in (None, row["payoutStatus"]):
            raise conflict(f"The transaction is {status} already.")
        else:
            _check_payout(payout, row["payoutStatus"], status)
        if payout is not None and payout != row["payoutStatus"]:
            row = self._payments.payout(row, payout)
        return data(row)

    def force_scenario(self, call: Call) -> Reply:
        """Force Simulator Scenario."""
        row, scenario = self._known(call.body["transactionId"]), call.body["scenario"]
        told = call.body.get("amount")
        coins = None if told is None else _coins(told, row)
        return data(self._scenarios()[scenario](row, coins))

    def _scenarios(self) -> dict[str, Callable[[Row, Decimal | None], Row]]:
        return {
            "exact": lambda row, _: self._pay(row, _missing(row)),
            "underpayment": lambda row, coins: self._pay(row, coins or _too_little(row)),
            "top_up": self._top_up,
            "overpayment": lambda row, coins: self._pay(row, coins or _too_much(row)),
            "late_payment": self._pay_late,
            "risk_failure": lambda row, _: self._fail(row),
            "expire": lambda row, _: self._moved(row, "EXPIRED"),
            "payout": lambda row, _: self._paid_out(row, "COMPLETED"),
            "payout_failed": lambda row, _: self._paid_out(row, "FAILED"),
            "refund": lambda row, _: self._moved(row, "REFUNDED"),
        }

    def _pay(self, row: Row, coins: Decimal) -> Row:
        if row["status"] not in ("PENDING", "UNDERPAID", "PROCESSING"):
            raise conflict(f"A transaction that is {row['status']} is not paid by this scenario.")
        received = self._payments.receive(row, coins) if coins else row
        return self._payments.confirmed(received)

    def _top_up(self, row: Row, coins: Decimal | None) -> Row:
        if row["status"] != "UNDERPAID":
            raise conflict(f"A transaction that is {row['status']} has nothing to top up.")
        return self._pay(row, coins or _missing(row))

    def _pay_late(self, row: Row, coins: Decimal | None) -> Row:
        if row["status"] != "EXPIRED":
            row = self._moved(row, "EXPIRED")
        received = self._payments.receive(row, coins or _missing(row))
        return self._payments.confirmed(received)

    def _fail(self, row: Row) -> Row:
        if "FAILED" not in _MOVES[row["status"]]:
            raise conflict(f"A transaction that is {row['status']} cannot become FAILED.")
        flags = ["SANCTIONED_SOURCE"]
        return self._payments.move(
            row, status="FAILED", riskScore=96, riskLevel="HIGH", riskFlags=flags
        )

    def _paid_out(self, row: Row, becomes: str) -> Row:
        if becomes == row["payoutStatus"]:
            raise conflict(f"The payout is {becomes} already.")
        _check_payout(becomes, row["payoutStatus"], row["status"])
        return self._payments.payout(row, becomes)

    def _moved(self, row: Row, status: str) -> Row:
        if status not in _MOVES[row["status"]]:
            raise conflict(f"A transaction that is {row['status']} cannot become {status}.")
        return self._become(row, status)

    def _become(self, row: Row, status: str) -> Row:
        """The status, with the coins that it stands for if none were seen."""
        received = Decimal(row["actualAmount"])
        is_enough = received and received >= bounds(row)[0]
        # Coins that a deposit brought and nobody confirmed may be too few: a gateway may take them.
        if status == "COMPLETED" and (is_enough or row["status"] == "PROCESSING"):
            return self._payments.complete(row)
        if status in ("COMPLETED", "PROCESSING") and not is_enough:
            row = self._payments.receive(row, _missing(row))
            return self._payments.complete(row) if status == "COMPLETED" else row
        if status == "UNDERPAID" and is_enough:
            # Not all that was seen on the chain is confirmed.
            confirmed = _too_little({**row, "actualAmount": ZERO})
            return self._payments.move(row, status=status, actualAmount=confirmed)
        if status == "UNDERPAID" and not received:
            row = self._payments.receive(row, _too_little(row))
        if status == "REFUNDED":
            if not received:
                raise conflict("Nothing was received that could be refunded.")
            return self._payments.refund_all(row)
        return self._payments.move(row, status=status)

    def _wanted(self, wanted: dict[str, Any]) -> Row:
        name = wanted.get("transactionId")
        if not isinstance(name, str):
            raise bad_request("transactionId", "is required")
        return self._known(name)

    def _known(self, transaction_id: str) -> Row:
        row = self._rows.transaction(transaction_id)
        if row is None:
            raise not_found("Transaction")
        return row


def _check_payout(wanted: str | None, standing: str, status: str) -> None:
    if wanted is None or wanted == standing:
        return
    if status != "COMPLETED":
        raise conflict(f"A transaction that is {status} is not paid out.")
    if wanted not in _PAYOUT_MOVES[standing]:
        raise conflict(f"A payout that is {standing} cannot become {wanted}.")


def _missing(row: Row) -> Decimal:
    return max(Decimal(row["expectedAmount"]) - Decimal(row["actualAmount"]), ZERO)


def _too_little(row: Row) -> Decimal:
    """Half of what was expected, or less: with what is there it stays below what is accepted."""
    unit = asset_of(row["fromCurrency"], row["fromNetwork"]).unit
    room = bounds(row)[0] - Decimal(row["actualAmount"])
    coins = (Decimal(row["expectedAmount"]) * _HALF).quantize(unit)
    if not 0 < coins < room:
        coins = max((room * _HALF).quantize(unit, ROUND_DOWN), unit)
    if coins >= room:
        raise conflict("By its tolerance any further coin pays the transaction.")
    return coins


def _too_much(row: Row) -> Decimal:
    """More than the tolerance allows: twice its width, at least a tenth above."""
    expected, most = Decimal(row["expectedAmount"]), bounds(row)[1]
    unit = asset_of(row["fromCurrency"], row["fromNetwork"]).unit
    surplus = max((most - expected) * 2, expected * _TENTH).quantize(unit)
    return _missing(row) + max(surplus, unit)


def _coins(told: Any, row: Row) -> Decimal:
    written = "" if isinstance(told, bool) else str(told)
    # Decimal would read the digits of every script, and underscores between them.
    coins = Decimal(written) if _WRITTEN_COINS.fullmatch(written) else ZERO
    if not 0 < coins <= _COINS_MAX:
        raise bad_request("amount", f"must be coins above 0, up to {_COINS_MAX}")
    digits = asset_of(row["fromCurrency"], row["fromNetwork"]).digits
    if int(coins.as_tuple().exponent) < -digits:
        raise bad_request("amount", f"has more than {digits} decimal digits")
    return coins
