"""Monthly stories: charges that succeed, fail, recover, are given up, or are not covered."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sandbox.subscribing.shop import START, Shop

from pipelines.sandbox.days import DAY, iso
from pipelines.sandbox.house.calls import Refused


def test_an_approved_checkout_makes_an_active_subscription_with_a_paid_first_invoice() -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price("10.00"))
    subscription = checkout["subscription"]["uid"]
    assert (shop.status(subscription), checkout["checkoutSession"]["status"]) == (
        "PENDING",
        "pending",
    )
    shop.confirm(checkout)
    assert shop.sign(subscription)["status"] == "SUBMITTED"
    shop.wait(minutes=1)
    assert shop.status(subscription) == "ACTIVE"
    assert [i["processing"] for i in shop.invoices(subscription)] == [True]
    shop.wait(minutes=1)
    (invoice,) = shop.invoices(subscription)
    assert (invoice["status"], invoice["amount"], invoice["paid_at"]) == (
        "PAID",
        "10.00",
        shop.now(),
    )
    (attempt,) = invoice["charge_attempts"]
    assert attempt["token_amount"] == "10.000000000000000000"
    assert attempt["tx_hash"].startswith("0x")
    session = checkout["checkoutSession"]["uid"]
    again = shop.call("getSubscriptionCheckoutSession", path={"sessionUid": session})
    assert again["checkoutSession"]["status"] == "completed"
    assert shop.events() == [
        "subscription_invoice.created",
        "subscription.activated",
        "subscription_invoice.paid",
    ]


def test_an_attempt_is_pending_then_submitted_then_succeeded() -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    subscription = checkout["subscription"]["uid"]
    shop.approve(checkout)

    def attempt() -> tuple[str, bool]:
        (invoice,) = shop.invoices(subscription)
        (found,) = invoice["charge_attempts"]
        return found["status"], invoice["processing"]

    seen = [attempt()]
    for seconds in (5, 55):
        shop.clock.move(shop.clock.now() + seconds * 1000)
        seen.append(attempt())
    assert seen == [("PENDING", True), ("SUBMITTED", True), ("SUCCEEDED", False)]


def test_the_months_of_the_thirtieth_are_billed_on_the_last_day_of_february() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.until(2027, 4, 1)
    assert [invoice["created_at"][:10] for invoice in shop.invoices(subscription)] == [
        "2026-11-30",
        "2026-12-30",
        "2027-01-30",
        "2027-02-28",
        "2027-03-30",
    ]
    assert {invoice["status"] for invoice in shop.invoices(subscription)} == {"PAID"}


def test_a_trial_is_free_and_its_end_is_billed() -> None:
    shop = Shop()
    price = shop.price(trialPeriodDays=14)
    checkout = shop.checkout(price)
    subscription = checkout["subscription"]["uid"]
    assert shop.confirm(checkout)["preview"]["type"] == "TRIAL"
    shop.sign(subscription)
    shop.wait(minutes=1)
    found = shop.of(subscription, "getSubscription")
    assert (found["status"], found["current_period_end"]) == (
        "TRIALING",
        iso(shop.clock.now() + 14 * DAY),
    )
    shop.wait(days=14, minutes=1)
    assert [i["status"] for i in shop.invoices(subscription)] == ["PAID"]
    assert shop.status(subscription) == "ACTIVE"
    assert shop.events()[:1] == ["subscription.trialing"]


def test_a_failed_charge_is_tried_again_and_recovered() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.plan(subscription, "INSUFFICIENT_FUNDS", "RPC_TIMEOUT", "SUCCEEDED")
    shop.events()
    shop.until(2026, 12, 30, 13)
    invoice = shop.invoices(subscription)[1]
    # Charged at 12:01 after approval at 12:01; the failure is known a minute later.
    assert invoice["next_payment_attempt"] == "2026-12-31T12:02:00.000Z"
    assert (invoice["status"], invoice["attempt_count"], shop.status(subscription)) == (
        "OPEN",
        1,
        "PAST_DUE",
    )
    shop.until(2027, 1, 4)
    paid = shop.invoices(subscription)[1]
    assert (paid["status"], shop.status(subscription)) == ("PAID", "ACTIVE")
    assert [a["error_code"] for a in paid["charge_attempts"]] == [
        "INSUFFICIENT_FUNDS",
        "RPC_TIMEOUT",
        None,
    ]
    # A timeout never reached the chain.
    assert [a["tx_hash"] is None for a in paid["charge_attempts"]] == [False, True, False]
    assert [a["attempted_at"][:10] for a in paid["charge_attempts"]] == [
        "2026-12-30",
        "2026-12-31",
        "2027-01-03",
    ]
    assert shop.events() == [
        "subscription_invoice.created",
        "subscription_invoice.payment_failed",
        "subscription.past_due",
        "subscription_invoice.payment_failed",
        "subscription_invoice.paid",
        "subscription.recovered",
    ]


def test_five_failures_make_an_invoice_uncollectible_and_leave_the_subscription_past_due() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price(interval="year"))
    shop.plan(subscription, *["GAS_PRICE_TOO_HIGH"] * 5)
    shop.events()
    shop.of(subscription, "createSubscriptionInvoice", amount="3.50")
    shop.wait(days=17)
    invoice = shop.invoices(subscription)[1]
    days = [a["attempted_at"][:10] for a in invoice["charge_attempts"]]
    assert days == ["2026-11-30", "2026-12-01", "2026-12-04", "2026-12-09", "2026-12-16"]
    assert (invoice["status"], invoice["attempt_count"], invoice["next_payment_attempt"]) == (
        "UNCOLLECTIBLE",
        5,
        None,
    )
    assert shop.status(subscription) == "PAST_DUE"
    assert shop.events()[-1] == "subscription_invoice.uncollectible"
    shop.of(subscription, "createSubscriptionInvoice", amount="1.00")
    shop.wait(minutes=1)
    assert shop.status(subscription) == "ACTIVE"


def test_a_cap_that_is_used_up_stops_charges_until_a_new_authorization() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("10.00"), cap="25")
    shop.wait(days=70)
    states = [(i["status"], i["attempt_count"]) for i in shop.invoices(subscription)]
    assert states == [("PAID", 1), ("PAID", 1), ("OPEN", 1)]
    (attempt,) = shop.invoices(subscription)[2]["charge_attempts"]
    assert (attempt["error_code"], attempt["tx_hash"]) == ("CAP_EXCEEDED", None)
    status = shop.of(subscription, "getRelayAuthorizationStatus")
    assert (status["allowance_units"], status["spent_units"]) == (
        "25" + "0" * 18,
        "20" + "0" * 18,
    )
    shop.approve(shop.of(subscription, "renewSubscriptionAuthorization"), cap="100")
    shop.wait(minutes=1)
    assert [i["status"] for i in shop.invoices(subscription)] == ["PAID"] * 3
    assert shop.status(subscription) == "ACTIVE"
    status = shop.of(subscription, "getRelayAuthorizationStatus")
    assert (status["status"], status["spent_units"]) == ("ACTIVE", "10" + "0" * 18)


@pytest.mark.parametrize("change", ["expiry", "revocation", "maximum"])
def test_a_charge_that_the_authorization_does_not_cover_is_not_tried_again(change: str) -> None:
    shop = Shop()
    expiry = int(datetime(2026, 12, 15, tzinfo=UTC).timestamp())
    terms: dict[str, Any] = {"expiry": expiry} if change == "expiry" else {}
    price = shop.price("10.00")
    subscription = shop.subscribe(price, **terms, most="10")
    if change == "revocation":
        assert shop.of(subscription, "revokeRelayAuthorization")["status"] == "REVOKED"
    if change == "maximum":
        shop.of(subscription, "createSubscriptionInvoice", amount="10.01")
    shop.until(2027, 1, 20)
    invoice = shop.invoices(subscription)[1]
    codes = {
        "expiry": ("AUTHORIZATION_EXPIRED", "EXPIRED"),
        "revocation": ("AUTHORIZATION_REVOKED", "REVOKED"),
        "maximum": ("MAX_PER_CHARGE_EXCEEDED", "ACTIVE"),
    }
    found = shop.of(subscription, "getRelayAuthorizationStatus")["status"]
    assert ([a["error_code"] for a in invoice["charge_attempts"]], found) == (
        [codes[change][0]],
        codes[change][1],
    )
    assert (invoice["status"], shop.status(subscription)) == ("OPEN", "PAST_DUE")


def test_two_charges_in_flight_cannot_take_more_than_the_cap_together() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("10.00"), cap="20")
    for _ in range(2):
        shop.of(subscription, "createSubscriptionInvoice", amount="10.00")
    shop.wait(minutes=1)
    assert [i["status"] for i in shop.invoices(subscription)] == ["PAID", "PAID", "OPEN"]


def test_fiat_is_charged_in_whole_base_units_of_the_token() -> None:
    shop = Shop()
    subscription = shop.subscribe(
        shop.price("15413.70", currency="NGN"), wallet="T" + "a" * 33, token="usdt-tron"
    )
    (invoice,) = shop.invoices(subscription)
    (attempt,) = invoice["charge_attempts"]
    # 15 413.70 NGN at 1 541.37 NGN for a dollar.
    assert Decimal(attempt["token_amount"]) == Decimal("10.000000")
    assert not attempt["tx_hash"].startswith("0x")


@pytest.mark.parametrize(
    ("outcomes", "status"), [(["BROKE"], 400), (["SUCCEEDED"] * 101, 400), (["SUCCEEDED"], 404)]
)
def test_outcomes_that_cannot_be_planned_are_refused(outcomes: list[str], status: int) -> None:
    shop = Shop()
    known = shop.checkout(shop.price())["subscription"]["uid"]
    with pytest.raises(Refused) as refusal:
        shop.plan("sub_unknown" if status == 404 else known, *outcomes)
    assert refusal.value.status == status


def test_a_world_opened_again_goes_on_with_its_charges() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.plan(subscription, "INSUFFICIENT_FUNDS")
    again = Shop(at=START, store=shop.world.store)
    again.until(2027, 1, 2)
    assert [i["attempt_count"] for i in again.invoices(subscription)] == [1, 2]
