"""Charges of open invoices against the customer's authorization, and their retries.

An attempt is PENDING, after five seconds SUBMITTED or refused by the relay, and a minute after its
start SUCCEEDED or FAILED. Faults of the moment are tried again 1, 3, 5 and 7 days after the
attempt that failed, then the invoice is UNCOLLECTIBLE and its subscription stays PAST_DUE; faults
of the authorization wait for a new one. How attempts end can be planned for a subscription.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import DAY, SECOND, iso
from pipelines.sandbox.house.calls import bad_request
from pipelines.sandbox.invented import chain_hash
from pipelines.sandbox.subscribing.pricing import human, units_for
from pipelines.sandbox.subscribing.records import (
    ATTEMPT,
    AUTHORIZATION,
    INVOICE,
    SUBSCRIPTION,
    Record,
    Records,
)
from pipelines.sandbox.subscribing.standing import ENDED, Standing
from pipelines.sandbox.tokens import DEFAULT, TOKENS, Token
from pipelines.sandbox.world import World

RETRY_AFTER_DAYS = (1, 3, 5, 7)
SUBMITTED_AFTER = 5 * SECOND
SETTLED_AFTER = 60 * SECOND
OUTCOMES_MAX = 100
SUCCEEDED = "SUCCEEDED"
_OUTCOMES = "subscription_outcomes"


class Fault(NamedTuple):
    """Why a charge fails: in words, whether another try may help, whether it reached the chain."""

    message: str
    is_soft: bool = False
    is_on_chain: bool = False


FAULTS = {
    "INSUFFICIENT_FUNDS": Fault("The wallet holds too little of the token.", True, True),
    "INSUFFICIENT_ALLOWANCE": Fault("The wallet's allowance is too small.", True, True),
    "RPC_TIMEOUT": Fault("The chain did not answer in time.", True),
    "GAS_PRICE_TOO_HIGH": Fault("Gas costs more than the relay pays.", True),
    "AUTHORIZATION_REVOKED": Fault("The authorization has been revoked."),
    "AUTHORIZATION_EXPIRED": Fault("The authorization has expired."),
    "CAP_EXCEEDED": Fault("The charge exceeds what is left of the authorization's cap."),
    "MAX_PER_CHARGE_EXCEEDED": Fault("The charge exceeds the authorization's maximum per charge."),
}


class Charging:
    """Starts charges and brings them to their end."""

    def __init__(self, world: World, records: Records, standing: Standing) -> None:
        self._world = world
        self._records = records
        self._standing = standing
        world.on("subscription.submit", self._submit)
        world.on("subscription.settle", self._settle)
        world.on("subscription.retry", self._retry)

    def plan_outcomes(self, subscription_uid: str, outcomes: list[str]) -> None:
        """Say how the subscription's next attempts end, one each; after them all succeed."""
        self._records.get(SUBSCRIPTION, subscription_uid)
        if len(outcomes) > OUTCOMES_MAX:
            raise bad_request("outcomes", f"must not be more than {OUTCOMES_MAX}")
        for outcome in outcomes:
            if outcome != SUCCEEDED and outcome not in FAULTS:
                known = ", ".join((SUCCEEDED, *FAULTS))
                raise bad_request("outcomes", f"{outcome!r} is none of {known}")
        documents = self._world.documents
        if documents.get(_OUTCOMES, subscription_uid) is None:
            documents.add(_OUTCOMES, subscription_uid, {"outcomes": list(outcomes)})
        else:
            documents.put(_OUTCOMES, subscription_uid, {"outcomes": list(outcomes)})

    def _planned(self, subscription_uid: str) -> str:
        planned = self._world.documents.get(_OUTCOMES, subscription_uid)
        if planned is None or not planned["outcomes"]:
            return SUCCEEDED
        outcome = str(planned["outcomes"].pop(0))
        self._world.documents.put(_OUTCOMES, subscription_uid, planned)
        return outcome

    def token_of(self, subscription: Record) -> Token:
        """The token that a subscription is charged in."""
        authorization = self._in_force(subscription)
        return DEFAULT if authorization is None else TOKENS[authorization.kept["token_id"]]

    def _in_force(self, subscription: Record) -> Record | None:
        uid = subscription.kept["authorization"]
        return None if uid is None else self._records.get(AUTHORIZATION, uid)

    def lack(self, subscription: Record, units: int) -> str | None:
        """Why the authorization in force does not cover so many units; None when it does."""
        authorization = self._in_force(subscription)
        if authorization is None or authorization.status != "ACTIVE":
            expired = authorization is not None and authorization.status == "EXPIRED"
            return "AUTHORIZATION_EXPIRED" if expired else "AUTHORIZATION_REVOKED"
        kept = authorization.kept
        if kept["max_units"] is not None and units > kept["max_units"]:
            return "MAX_PER_CHARGE_EXCEEDED"
        spent = int(authorization.shown["spent_units"]) + kept["held_units"]
        if kept["cap_units"] is not None and spent + units > kept["cap_units"]:
            return "CAP_EXCEEDED"
        return None

    def start(self, invoice: Record) -> None:
        """Begin to charge an open invoice."""
        subscription = self._records.get(SUBSCRIPTION, invoice.shown["subscription_id"])
        shown, number = invoice.shown, invoice.shown["attempt_count"] + 1
        uid, now = self._records.new_uid("chg"), iso(self._world.instant)
        attempt = {
            "uid": uid,
            "invoice_uid": invoice.uid,
            "subscription_id": subscription.uid,
            "attempt_number": number,
            "amount": shown["amount"],
            "currency": shown["currency"],
            "token_address": None,
            "token_amount": None,
            "status": "PENDING",
            "tx_hash": None,
            "error_code": None,
            "error_message": None,
            "attempted_at": now,
            "created_at": now,
            "updated_at": now,
        }
        record = Record(ATTEMPT, uid, attempt, {"outcome": self._planned(subscription.uid)})
        self._measure(record, subscription)
        self._records.add(record, parent=invoice.uid)
        self._records.save(
            invoice, attempt_count=number, processing=True, next_payment_attempt=None
        )
        self._world.later(self._world.instant + SUBMITTED_AFTER, "subscription.submit", uid)

    def _measure(self, attempt: Record, subscription: Record) -> None:
        """What the attempt takes, of which token, by which authorization."""
        token, currency = self.token_of(subscription), attempt.shown["currency"]
        units = units_for(Decimal(attempt.shown["amount"]), currency, token)
        attempt.kept |= {
            "units": units,
            "token_id": token.id,
            "authorization": subscription.kept["authorization"],
        }
        attempt.shown |= {"token_address": token.address, "token_amount": human(units, token)}

    def _submit(self, due: Due) -> None:
        attempt = self._records.get(ATTEMPT, due.subject)
        subscription = self._records.get(SUBSCRIPTION, attempt.shown["subscription_id"])
        # Another authorization, of another token, may have come into force since the start.
        self._measure(attempt, subscription)
        outcome = attempt.kept["outcome"]
        code = self.lack(subscription, attempt.kept["units"])
        if code is None and outcome != SUCCEEDED and not FAULTS[outcome].is_on_chain:
            code = outcome
        if code is not None:
            self._fail(attempt, code)
            return
        self._hold(attempt, attempt.kept["units"])
        network = TOKENS[attempt.kept["token_id"]].network
        tx_hash = chain_hash(self._world.chance("subscribing/charge"), network)
        self._records.save(attempt, status="SUBMITTED", tx_hash=tx_hash)
        wait = SETTLED_AFTER - SUBMITTED_AFTER
        self._world.later(due.at + wait, "subscription.settle", attempt.uid)

    def _hold(self, attempt: Record, units: int, *, spend: int = 0) -> None:
        authorization = self._records.get(AUTHORIZATION, attempt.kept["authorization"])
        authorization.kept["held_units"] += units
        spent = int(authorization.shown["spent_units"]) + spend
        self._records.save(authorization, spent_units=str(spent))

    def _settle(self, due: Due) -> None:
        attempt = self._records.get(ATTEMPT, due.subject)
        units, outcome = attempt.kept["units"], attempt.kept["outcome"]
        if outcome != SUCCEEDED:
            self._hold(attempt, -units)
            self._fail(attempt, outcome)
            return
        self._hold(attempt, -units, spend=units)
        self._records.save(attempt, status=SUCCEEDED)
        invoice = self._records.get(INVOICE, attempt.shown["invoice_uid"])
        self._records.save(invoice, status="PAID", paid_at=iso(due.at), processing=False)
        self.announce("paid", invoice)
        self._standing.recover(self._records.get(SUBSCRIPTION, invoice.shown["subscription_id"]))

    def _fail(self, attempt: Record, code: str) -> None:
        fault, now = FAULTS[code], self._world.instant
        self._records.save(attempt, status="FAILED", error_code=code, error_message=fault.message)
        invoice = self._records.get(INVOICE, attempt.shown["invoice_uid"])
        subscription = self._records.get(SUBSCRIPTION, invoice.shown["subscription_id"])
        invoice.kept["has_failed"] = True
        changes: dict[str, Any] = {"processing": False}
        number = attempt.shown["attempt_number"]
        if subscription.status in ENDED:
            changes |= {"status": "VOID", "voided_at": iso(now)}
        elif fault.is_soft and number > len(RETRY_AFTER_DAYS):
            changes |= {"status": "UNCOLLECTIBLE"}
        elif fault.is_soft:
            retry_at = now + RETRY_AFTER_DAYS[number - 1] * DAY
            changes |= {"next_payment_attempt": iso(retry_at)}
            self._world.later(retry_at, "subscription.retry", invoice.uid, attempts=number)
        self._records.save(invoice, **changes)
        self.announce("payment_failed", invoice)
        if invoice.status != "OPEN":
            event = "voided" if invoice.status == "VOID" else "uncollectible"
            self.announce(event, invoice)
        self._standing.fall_behind(subscription)

    def _retry(self, due: Due) -> None:
        invoice = self._records.get(INVOICE, due.subject)
        is_expected = invoice.shown["attempt_count"] == due.details["attempts"]
        if is_expected and invoice.status == "OPEN" and not invoice.shown["processing"]:
            self.start(invoice)

    def shown(self, invoice: Record) -> dict[str, Any]:
        """An invoice as it is answered, with its subscription and its attempts."""
        subscription = self._records.get(SUBSCRIPTION, invoice.shown["subscription_id"])
        names = ("uid", "id", "status", "billing_mode", "price_uid")
        return {
            **invoice.shown,
            "subscription": {name: subscription.shown[name] for name in names},
            "charge_attempts": self.attempts(invoice),
        }

    def attempts(self, invoice: Record) -> list[dict[str, Any]]:
        """The attempts to charge an invoice, oldest first."""
        return [attempt.shown for attempt in self._records.of(ATTEMPT, parent=invoice.uid)]

    def announce(self, event: str, invoice: Record) -> None:
        """Tell what has just happened to an invoice."""
        self._world.announce(f"subscription_invoice.{event}", self.shown(invoice))
