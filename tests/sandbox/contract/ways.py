"""Requests that are granted, one an operation, and those that the state of an object forbids.

Belongs here: which request it is, and which objects it needs. Stays out: how objects are made
(`scene`), and how a granted request is turned into the other documented refusals (`asking`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.contract.scene import CUSTOMER, SIGNATURE, Scene

SECRET = {"Authorization": "rsp_test_sandbox"}


@dataclass(frozen=True)
class Asked:
    """One request: its path's values in their order, query, body and headers."""

    path: tuple[str, ...] = ()
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | bytes | None = None
    headers: dict[str, str] = field(default_factory=lambda: SECRET)


def _body(**members: Any) -> Callable[[Scene], Asked]:
    return lambda _: Asked(body=members)


def _of(make: Callable[[Scene], Any], **body: Any) -> Callable[[Scene], Asked]:
    """A request about the object made, or the objects."""

    def asked(scene: Scene) -> Asked:
        made = make(scene)
        return Asked(path=made if isinstance(made, tuple) else (made,), body=body or None)

    return asked


def _streamed(make: Callable[[Scene], dict[str, Any]], name: str) -> Callable[[Scene], Asked]:
    def asked(scene: Scene) -> Asked:
        made = make(scene)
        token = {"Authorization": f"Bearer {made['authToken']}"}
        return Asked(path=(made[name],), headers=token)

    return asked


def _alone(_: Scene) -> Asked:
    return Asked()


def _changing(amount: str) -> Callable[[Scene], Asked]:
    """To another price of the same plan, of this amount."""

    def asked(scene: Scene) -> Asked:
        plan = scene.plan()
        subscription = scene.active(priceUid=scene.price(plan=plan))
        return Asked(path=(subscription,), body={"priceUid": scene.price(amount, plan)})

    return asked


def _confirming(scene: Scene) -> Asked:
    return Asked(path=(scene.checkout()[0],), body=scene.terms())


def _subscribing(scene: Scene) -> Asked:
    return Asked(body={"priceUid": scene.price(), "customer": CUSTOMER})


def _priced_plan(scene: Scene) -> str:
    plan = scene.plan()
    scene.price(plan=plan)
    return plan


def _closed_session(scene: Scene) -> str:
    session: str = scene.forced("exact")["checkoutSessionId"]
    return session


def _taken_slug(scene: Scene) -> dict[str, Any]:
    body = {"title": "Tea", "currency": "NGN", "slug": f"tea-{scene.number()}"}
    scene.make("/payment-links", body)
    return body


def _confirming_again(scene: Scene) -> Asked:
    asked = _confirming(scene)
    scene.make(f"/subscriptions/checkout-sessions/{asked.path[0]}/confirm", scene.terms())
    return asked


def _upgrading_metered(scene: Scene) -> Asked:
    return Asked(path=(scene.metered(),), body={"priceUid": scene.price()})


def _forcing(**wanted: Any) -> Callable[[Scene], Asked]:
    return lambda scene: Asked(body={"transactionId": scene.transaction()["id"], **wanted})


GRANTED: dict[str, Callable[[Scene], Asked]] = {
    "calculatePaymentAmount": _body(toCurrency="NGN", toAmount=5000, fromCurrency="USDT"),
    "createTransaction": lambda scene: Asked(
        body={"checkoutSessionId": scene.session()["sessionId"]}
    ),
    "listTransactions": _alone,
    "getTransaction": _of(lambda scene: scene.transaction()["id"]),
    "getTransactionStatusByReference": _of(lambda scene: scene.transaction()["reference"]),
    "getDetailedPaymentStatus": _of(lambda scene: scene.forced("underpayment")["id"]),
    "refundExcessPayment": _of(lambda scene: scene.forced("overpayment")["id"]),
    "listExpiredTransactions": _of(lambda scene: scene.forced("expire") and ()),
    "createCheckoutSession": _body(amount=5000, currency="NGN"),
    "getCheckoutSession": _of(lambda scene: scene.session()["sessionId"]),
    "getOptimalTransferFee": lambda _: Asked(query={"currency": "USDT"}),
    "forceSimulatorScenario": _forcing(scenario="exact"),
    "forceTransactionStatus": _forcing(status="COMPLETED"),
    "createInvoice": _body(
        customerName="Ada",
        customerEmail="ada@example.com",
        items=[{"description": "Tea", "quantity": 1, "unitPrice": 10, "currency": "NGN"}],
    ),
    "sendInvoiceEmail": _of(Scene.invoice, subject="Your tea"),
    "createPaymentLink": _body(title="Tea", currency="NGN"),
    "sseTransaction": _streamed(Scene.transaction, "id"),
    "sseSession": _streamed(Scene.session, "sessionId"),
    "createPlan": _body(name="Gold"),
    "listPlans": _of(lambda scene: scene.plan() and ()),
    "getPlan": _of(Scene.plan),
    "updatePlan": _of(Scene.plan, name="Silver"),
    "createPrice": _of(Scene.plan, amount="10.00", currency="USD", interval="month"),
    "listPrices": _of(_priced_plan),
    "updatePrice": _of(Scene.price, active=False),
    "createSubscriptionCheckoutSession": _subscribing,
    "getSubscriptionCheckoutSession": _of(lambda scene: scene.checkout()[0]),
    "confirmSubscriptionCheckout": _confirming,
    "createSubscription": _subscribing,
    "listSubscriptions": _of(lambda scene: scene.active() and ()),
    "getSubscription": _of(Scene.active),
    "updateSubscription": _of(Scene.active, status="PAUSED"),
    "deleteSubscription": _of(Scene.active, reason="moving"),
    "renewSubscription": _of(Scene.active),
    "confirmSubscriptionCancellation": _of(lambda scene: scene.leaving(scene.active())),
    "upgradeSubscription": _changing("41.00"),
    "downgradeSubscription": _changing("4.00"),
    "renewSubscriptionAuthorization": _of(Scene.active),
    "createSubscriptionInvoice": _of(Scene.active, amount="5.00"),
    "listSubscriptionInvoices": _of(lambda scene: scene.billed()[0]),
    "createMeteredInvoice": _of(Scene.metered, amount="5.00", currency="USD"),
    "getSubscriptionInvoice": _of(Scene.billed),
    "listChargeAttempts": _of(Scene.billed),
    "createAuthorization": _of(Scene.confirmed, signature=SIGNATURE),
    "revokeRelayAuthorization": _of(Scene.active),
    "getRelayAuthorizationStatus": _of(Scene.active),
    "listSubscriptionCurrencies": _alone,
    "listSupportedCurrencies": _alone,
    "listSubscriptionNetworks": _alone,
    "listCurrencies": _alone,
    "listNetworks": _alone,
}

# What an object's state does not allow, beside the repeated Idempotency-Key.
IN_NO_STATE: dict[str, Callable[[Scene], Asked]] = {
    "createTransaction": lambda scene: Asked(body={"checkoutSessionId": _closed_session(scene)}),
    "refundExcessPayment": _of(lambda scene: scene.forced("exact")["id"]),
    "forceSimulatorScenario": _forcing(scenario="payout"),
    "forceTransactionStatus": _forcing(status="PENDING"),
    "createPaymentLink": lambda scene: Asked(body=_taken_slug(scene)),
    "confirmSubscriptionCheckout": _confirming_again,
    "updateSubscription": _of(Scene.cancelled, status="PAUSED"),
    "deleteSubscription": _of(Scene.cancelled, reason="moving"),
    "renewSubscription": _of(Scene.cancelled),
    "confirmSubscriptionCancellation": _of(Scene.active),
    "upgradeSubscription": _upgrading_metered,
    "downgradeSubscription": _of(Scene.cancelled, priceUid="price_any"),
    "renewSubscriptionAuthorization": _of(Scene.cancelled),
    "createSubscriptionInvoice": _of(Scene.cancelled, amount="5.00"),
    "createMeteredInvoice": _of(Scene.active, amount="5.00", currency="USD"),
    "createAuthorization": _of(Scene.active, signature=SIGNATURE),
    "revokeRelayAuthorization": _of(Scene.cancelled),
}
