"""The player: performs a script against a sandbox that began empty, over HTTP and nothing else.

It speaks the API as a merchant and its customers do, and the control endpoints for what lies
outside both: time, rates and fee, coins that arrive, a bank that holds a payout back.
"""

from __future__ import annotations

from typing import Any

import httpx
from night.playing.script import Act, Script

from pipelines.sandbox import exact
from pipelines.sandbox.case import Payment, Session
from pipelines.sandbox.days import SECOND, iso
from pipelines.sandbox.tender import FEE_PERCENT, HUNDRED, fee_on

API = "/api/v1"
SIMULATOR = f"{API}/sandbox/simulator"
KEY = {"Authorization": "rsp_test_sandbox", "Content-Type": "application/json"}
_PERCENT_DIGITS = 12


class Player:
    """One play: how far it is, and which id the API gave to what the plan calls otherwise."""

    def __init__(self, url: str, script: Script) -> None:
        self.script = script
        self.given: dict[str, str] = {}
        self.performed = 0
        self._client = httpx.Client(base_url=url, headers=KEY, timeout=60)
        self._next = 0
        # An excess goes back when the script says so, not a day after the payment.
        self._ask("PUT", "/_sandbox/terms", {"auto_refund": False})

    def close(self) -> None:
        self._client.close()

    def play_until(self, instant: int) -> None:
        """Perform everything up to an instant, and let the clock stand there."""
        acts = self.script.acts
        while self._next < len(acts) and acts[self._next].at <= instant:
            act = acts[self._next]
            self._ask("PUT", "/_sandbox/clock", {"now": iso(act.at)})
            self._perform(act)
            self._next += 1
        self._ask("PUT", "/_sandbox/clock", {"now": iso(instant)})

    def _perform(self, act: Act) -> None:
        self.performed += 1
        getattr(self, act.does)(act.subject, **act.details)

    # Acts

    def opens_session(self, session: Session) -> None:
        body = {
            "amount": session.amount,
            "currency": session.currency,
            "description": session.description,
            "customerName": session.customer.name,
            "customerEmail": session.customer.email,
            "expiresIn": (session.expires_at - session.created_at) // SECOND,
            "paymentTolerance": session.tolerance,
            "fromCurrency": session.coin,
            "fromNetwork": session.network,
        }
        opened = self._ask("POST", f"{API}/checkout-sessions", body)["data"]
        self.given[session.id] = opened["sessionId"]

    def opens_payment(self, payment: Payment) -> None:
        self._fixes_terms(payment)
        body = {
            **self._due(payment),
            "customerName": payment.customer.name,
            "customerEmail": payment.customer.email,
            "fromCurrency": payment.asset.coin,
            "fromNetwork": payment.asset.network,
            "paymentTolerance": payment.tolerance,
            "externalId": payment.external_id,
            "description": payment.description,
            "refundAddress": payment.refund_address,
        }
        opened = self._ask("POST", f"{API}/transactions", body)["data"]
        self.given[payment.id] = opened["id"]
        self.given[payment.reference] = opened["reference"]

    def holds_payout(self, payment: Payment) -> None:
        body = {"transactionId": self.given[payment.id], "held": True}
        self._ask("PUT", "/_sandbox/payouts", body)

    def deposits(self, payment: Payment, *, coins: Any, confirms_at: int | None) -> None:
        body = {"transactionId": self.given[payment.id], "amount": coins}
        moment = None if confirms_at is None else iso(confirms_at)
        self._ask("POST", "/_sandbox/deposits", body, confirmsAt=moment)

    def forces_scenario(self, payment: Payment, *, scenario: str) -> None:
        body = {"transactionId": self.given[payment.id], "scenario": scenario}
        self._ask("POST", f"{SIMULATOR}/force-scenario", body)

    def forces_status(self, payment: Payment, **words: str) -> None:
        body = {"transactionId": self.given[payment.id], **words}
        self._ask("POST", f"{SIMULATOR}/force-status", body)

    def returns_excess(self, payment: Payment) -> None:
        self._ask("POST", f"{API}/transactions/{self.given[payment.id]}/refund-excess", {})

    # What an act needs

    def _fixes_terms(self, payment: Payment) -> None:
        """The plan's rate, and a percentage that comes to the plan's fee."""
        percent = FEE_PERCENT
        if fee_on(payment.amount, payment.currency) != payment.fee:
            percent = round(payment.fee * HUNDRED / payment.amount, _PERCENT_DIGITS)
        pair = f"{payment.asset.coin}/{payment.currency}"
        terms = {"rates": {pair: payment.rate}, "fee_percent": percent}
        self._ask("PUT", "/_sandbox/terms", terms)

    def _due(self, payment: Payment) -> dict[str, Any]:
        """What is paid: a session, an invoice made for it, or a payment link."""
        if payment.session is not None:
            return {"checkoutSessionId": self.given[payment.session.id]}
        due: dict[str, Any] = {"toAmount": payment.amount, "toCurrency": payment.currency}
        if payment.kind == "INVOICE":
            invoice = {
                "customerName": payment.customer.name,
                "customerEmail": payment.customer.email,
                "items": [
                    {
                        "description": "As agreed",
                        "quantity": 1,
                        "unitPrice": payment.amount,
                        "currency": payment.currency,
                    }
                ],
            }
            made = self._ask("POST", f"{API}/invoices", invoice)["data"]
            return {**due, "invoiceId": made["id"]}
        link = {"title": "As agreed", "amount": payment.amount, "currency": payment.currency}
        made = self._ask("POST", f"{API}/payment-links", link)["data"]
        return {**due, "paymentLinkId": made["id"]}

    def _ask(self, method: str, path: str, body: dict[str, Any], **nullable: Any) -> Any:
        """One request, its answer, and no tolerance: what is refused ends the play."""
        said = {name: value for name, value in body.items() if value is not None} | nullable
        answer = self._client.request(method, path, content=exact.encode(said))
        assert answer.status_code == 200, f"{method} {path} {said}: {answer.text}"
        return exact.decode(answer.content)
