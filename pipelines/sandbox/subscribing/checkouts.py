"""Checkout sessions of subscriptions: opened, confirmed with a wallet, expired after a day.

A session is pending until the authorization that its confirmation made is active. Who opens one
says what it is for; what approval brings about is told by changes.
"""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import DAY, MINUTE, SECOND, iso
from pipelines.sandbox.house.calls import (
    Call,
    Handler,
    Reply,
    bad_request,
    bare,
    conflict,
    data,
    not_found,
)
from pipelines.sandbox.invented import hexadecimal
from pipelines.sandbox.subscribing.lifecycle import Lifecycle
from pipelines.sandbox.subscribing.pricing import amount_in, exact_units, human, units_for
from pipelines.sandbox.subscribing.records import (
    AUTHORIZATION,
    CHECKOUT,
    PRICE,
    SUBSCRIPTION,
    Record,
    Records,
)
from pipelines.sandbox.subscribing.standing import ENDED, Standing
from pipelines.sandbox.subscribing.typed_data import MERCHANT_ID, typed_data
from pipelines.sandbox.tokens import TOKENS, Token
from pipelines.sandbox.world import World

LIFETIME = DAY
_APPROVAL_PAGE = "https://checkout.kuvarpay.com/approve/"


class Checkouts:
    """The room of subscription checkouts, as far as they are read and confirmed."""

    def __init__(self, world: World, records: Records, lifecycle: Lifecycle) -> None:
        self._world = world
        self._records = records
        self._lifecycle = lifecycle
        world.on("subscription.checkout_expiry", self._expire)
        world.on("subscription.authorization_expiry", self._expire_authorization)

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "getSubscriptionCheckoutSession": lambda call: data(self.shown(self._session(call))),
            "confirmSubscriptionCheckout": self._confirm,
        }

    def open(self, subscription: Record, purpose: str, **details: Any) -> Record:
        """A new session for a subscription: `new`, `renewal`, `authorization` or `upgrade`."""
        uid, expires_at = self._records.new_uid("scs"), self._world.instant + LIFETIME
        shown = {
            "uid": uid,
            "id": uid,
            "status": "pending",
            "approval_url": _APPROVAL_PAGE + uid,
            "expires_at": iso(expires_at),
        }
        kept = {
            "subscription": subscription.uid,
            "purpose": purpose,
            "expires_at": expires_at,
            "authorization": None,
            **details,
        }
        checkout = Record(CHECKOUT, uid, shown, kept)
        self._records.add(checkout, parent=subscription.uid)
        self._world.later(expires_at, "subscription.checkout_expiry", uid)
        return checkout

    def shown(self, checkout: Record) -> dict[str, Any]:
        """A session as it is answered, with its subscription and customer."""
        subscription = self._records.get(SUBSCRIPTION, checkout.kept["subscription"])
        customer = subscription.shown["customer"]
        answer: dict[str, Any] = {
            "checkoutSession": checkout.shown,
            "subscription": {name: subscription.shown[name] for name in ("uid", "id", "status")},
            "customer": {name: customer[name] for name in ("uid", "id", "email")},
        }
        if checkout.kept["purpose"] == "renewal":
            answer["renewalFor"] = subscription.uid
        return answer

    def _session(self, call: Call) -> Record:
        return self._records.get(CHECKOUT, call.path["sessionUid"])

    def _confirm(self, call: Call) -> Reply:
        checkout, body = self._session(call), call.body
        if checkout.status != "pending":
            raise conflict(f"The checkout session is {checkout.status}")
        if checkout.kept["authorization"] is not None:
            raise conflict("The checkout session has been confirmed already")
        subscription = self._records.get(SUBSCRIPTION, checkout.kept["subscription"])
        if subscription.status in ENDED:
            raise Standing.refusal(subscription)
        token = TOKENS.get(body["tokenId"])
        if token is None:
            raise not_found("Token")
        kept = self._terms(body, token)
        authorization = self.authorize(subscription, {**kept, "checkout": checkout.uid})
        checkout.kept["authorization"] = authorization.uid
        self._records.keep(checkout)
        return bare(self._confirmed(checkout, subscription, authorization=authorization))

    def _terms(self, body: dict[str, Any], token: Token) -> dict[str, Any]:
        """What the customer is about to allow, or 400."""
        if not token.is_wallet(body["walletAddress"]):
            raise bad_request("walletAddress", f"is not an address on {token.network}")
        limits, schedule = body["limits"], body["schedule"]
        cap = exact_units("limits.capAmount", limits["capAmount"], token)
        most = exact_units("limits.maxPerCharge", limits["maxPerCharge"], token)
        if most > cap:
            raise bad_request("limits.maxPerCharge", "must not exceed limits.capAmount")
        if schedule["expiry"] * SECOND <= self._world.instant:
            raise bad_request("schedule.expiry", "must lie in the future")
        return {
            "wallet": body["walletAddress"],
            "token_id": token.id,
            "cap_units": cap,
            "max_units": most,
            "period_seconds": schedule["periodSeconds"],
            "next_due": schedule["nextDue"],
            "expiry": schedule["expiry"],
        }

    def authorize(self, subscription: Record, terms: dict[str, Any]) -> Record:
        """A new authorization that awaits the customer's signature."""
        uid, expiry, cap = self._records.new_uid("auth"), terms["expiry"], terms["cap_units"]
        shown = {
            "authId": "0x" + hexadecimal(self._world.chance("subscribing/authorization"), 64),
            "status": "PENDING",
            "tx_hash": None,
            "allowance_units": None if cap is None else str(cap),
            "spent_units": "0",
            "expires_at": None if expiry is None else iso(expiry * SECOND),
        }
        kept = {**terms, "subscription": subscription.uid, "held_units": 0}
        authorization = Record(AUTHORIZATION, uid, shown, kept)
        self._records.add(authorization, parent=subscription.uid)
        if expiry is not None:
            self._world.later(expiry * SECOND, "subscription.authorization_expiry", uid)
        return authorization

    def _confirmed(
        self, checkout: Record, subscription: Record, *, authorization: Record
    ) -> dict[str, Any]:
        kept = authorization.kept
        token = TOKENS[kept["token_id"]]
        return {
            "token": {
                "address": token.address,
                "symbol": token.symbol,
                "decimals": token.decimals,
                "chainId": token.chain_id,
            },
            "auth": {
                "merchantId": MERCHANT_ID,
                "authId": authorization.shown["authId"],
                "spender": token.spender,
                "collector": token.spender,
            },
            "allowance": {
                "method": "approve",
                "spender": token.spender,
                "requiredAllowanceUnits": str(kept["cap_units"]),
            },
            "eip712": typed_data(authorization, kept["max_units"]),
            "preview": self._preview(checkout, subscription, token=token),
        }

    def _preview(self, checkout: Record, subscription: Record, *, token: Token) -> dict[str, Any]:
        """What a charge will be, and whether a trial comes before the first one."""
        amount, currency = subscription.kept["target_amount"], subscription.kept["currency"]
        is_trial = subscription.status == "TRIALING"
        price_uid = checkout.kept.get("price_uid") or subscription.shown["price_uid"]
        if price_uid is not None:
            price = self._records.get(PRICE, price_uid).shown
            amount, currency = price["unitAmountHuman"], price["currency"]
            is_new = checkout.kept["purpose"] == "new"
            is_trial = is_trial or (is_new and price["trialPeriodDays"] > 0)
        units = units_for(amount_in("amount", amount, currency), currency, token)
        return {
            "type": "TRIAL" if is_trial else "CHARGE",
            "fromAmountHuman": human(units, token),
            "fromAmountUnits": str(units),
            "expiresAt": checkout.kept["expires_at"] // SECOND,
        }

    def _expire(self, due: Due) -> None:
        checkout = self._records.get(CHECKOUT, due.subject)
        if checkout.status != "pending":
            return
        uid = checkout.kept["authorization"]
        authorization = None if uid is None else self._records.get(AUTHORIZATION, uid)
        if authorization is not None and authorization.status == "SUBMITTED":
            # The customer has signed in time; the chain decides within a minute.
            self._world.later(due.at + MINUTE, due.action, due.subject)
            return
        self._records.save(checkout, status="expired")
        if authorization is not None and authorization.status in ("PENDING", "FAILED"):
            self._records.save(authorization, status="EXPIRED")
        subscription = self._records.get(SUBSCRIPTION, checkout.kept["subscription"])
        if subscription.status == "PENDING":
            self._lifecycle.end(subscription, status="EXPIRED")

    def _expire_authorization(self, due: Due) -> None:
        authorization = self._records.get(AUTHORIZATION, due.subject)
        if authorization.status in ("PENDING", "SUBMITTED", "FAILED", "ACTIVE"):
            self._records.save(authorization, status="EXPIRED")
