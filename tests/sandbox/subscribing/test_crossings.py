"""What crosses in time: pauses and charges, renewals and retries, ends and approvals."""

import pytest
from sandbox.subscribing.shop import Shop

from pipelines.sandbox.house.calls import Refused


def test_a_new_authorization_is_tried_at_once_and_the_retry_that_was_planned_is_dropped() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price(interval="year"))
    shop.plan(subscription, *["INSUFFICIENT_ALLOWANCE"] * 2)
    shop.of(subscription, "createSubscriptionInvoice", amount="5.00")
    shop.wait(minutes=1)
    shop.approve(shop.of(subscription, "renewSubscriptionAuthorization"))
    shop.wait(days=4)
    invoice = shop.invoices(subscription)[1]
    assert [attempt["attempted_at"] for attempt in invoice["charge_attempts"]] == [
        "2026-11-30T12:02:00.000Z",
        "2026-11-30T12:04:00.000Z",
        "2026-12-03T12:05:00.000Z",
    ]
    assert invoice["status"] == "PAID"


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [(["INSUFFICIENT_FUNDS"] * 9, "PAST_DUE"), (["INSUFFICIENT_FUNDS", "SUCCEEDED"], "ACTIVE")],
)
def test_a_pause_ends_as_the_payments_stand_by_then(outcomes: list[str], status: str) -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price(interval="year"))
    shop.plan(subscription, *outcomes)
    shop.of(subscription, "createSubscriptionInvoice", amount="5.00")
    shop.of(subscription, "updateSubscription", status="PAUSED")
    shop.wait(days=2)
    assert shop.status(subscription) == "PAUSED"
    assert shop.of(subscription, "updateSubscription", status="ACTIVE")["status"] == status


def test_an_upgrade_approved_in_a_pause_changes_the_price_and_bills_nothing() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("10.00"))
    dearer = shop.price("20.00")
    checkout = shop.of(subscription, "upgradeSubscription", priceUid=dearer)
    shop.of(subscription, "updateSubscription", status="PAUSED")
    shop.approve(checkout)
    found = shop.of(subscription, "getSubscription")
    assert (found["status"], found["price_uid"]) == ("PAUSED", dearer)
    assert len(shop.invoices(subscription)) == 1


def test_an_immediate_upgrade_drops_a_downgrade_that_was_waiting() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("10.00"))
    cheaper, dearer = shop.price("4.00"), shop.price("20.00")
    waiting = shop.of(subscription, "downgradeSubscription", priceUid=cheaper)
    assert waiting["pending_price_uid"] == cheaper
    shop.approve(shop.of(subscription, "upgradeSubscription", priceUid=dearer))
    shop.until(2026, 12, 31)
    assert shop.invoices(subscription)[-1]["amount"] == "20.00"
    assert shop.of(subscription, "getSubscription")["price_uid"] == dearer


def test_what_is_open_for_approval_ends_with_the_subscription() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    checkout = shop.of(subscription, "renewSubscription")
    shop.of(subscription, "deleteSubscription")
    shop.of(subscription, "confirmSubscriptionCancellation")
    path = {"sessionUid": checkout["checkoutSession"]["uid"]}
    found = shop.call("getSubscriptionCheckoutSession", path=path)
    assert found["checkoutSession"]["status"] == "expired"


def test_a_subscription_that_never_began_ends_at_once() -> None:
    shop = Shop()
    subscription = shop.checkout(shop.price())["subscription"]["uid"]
    ended = shop.of(subscription, "updateSubscription", cancel_at_period_end=True)
    assert (ended["status"], ended["canceled_at"]) == ("CANCELED", shop.now())


def test_a_paused_subscription_whose_period_is_over_ends_at_once() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.of(subscription, "updateSubscription", status="PAUSED")
    shop.wait(days=40)
    ended = shop.of(subscription, "deleteSubscription", cancel_at_period_end=True)
    assert ended["status"] == "CANCELED"


@pytest.mark.parametrize("seconds", [0, 40], ids=["before the day ends", "after it"])
def test_an_authorization_revoked_before_it_was_active_never_is(seconds: int) -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    subscription = checkout["subscription"]["uid"]
    shop.confirm(checkout)
    shop.wait(hours=23, minutes=59)
    shop.clock.move(shop.clock.now() + 30_000)
    shop.sign(subscription)
    shop.clock.move(shop.clock.now() + seconds * 1_000)
    shop.of(subscription, "revokeRelayAuthorization")
    shop.wait(minutes=3)
    assert shop.status(subscription) == "EXPIRED"
    assert shop.of(subscription, "getRelayAuthorizationStatus")["status"] == "REVOKED"


def test_an_authorization_expires_with_the_checkout_that_nobody_signed() -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    shop.confirm(checkout)
    shop.wait(days=1)
    found = shop.of(checkout["subscription"]["uid"], "getRelayAuthorizationStatus")
    assert found["status"] == "EXPIRED"


def test_a_signed_checkout_completes_although_its_day_ends_in_that_minute() -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    subscription = checkout["subscription"]["uid"]
    shop.confirm(checkout)
    shop.wait(hours=23, minutes=59)
    shop.clock.move(shop.clock.now() + 30_000)
    shop.sign(subscription)
    shop.clock.move(shop.clock.now() + 40_000)
    path = {"sessionUid": checkout["checkoutSession"]["uid"]}
    states = []
    for minutes in (0, 1):
        shop.wait(minutes=minutes)
        found = shop.call("getSubscriptionCheckoutSession", path=path)
        states.append(found["checkoutSession"]["status"])
    assert states == ["pending", "completed"]


def test_a_renewed_authorization_leaves_none_behind_it() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.approve(shop.of(subscription, "renewSubscriptionAuthorization"))
    shop.of(subscription, "revokeRelayAuthorization")
    with pytest.raises(Refused, match="The authorization is REVOKED"):
        shop.of(subscription, "revokeRelayAuthorization")


def test_a_renewal_that_nobody_approves_leaves_the_authorization_in_force() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    before = shop.of(subscription, "getRelayAuthorizationStatus")
    shop.confirm(shop.of(subscription, "renewSubscription"))
    assert shop.of(subscription, "getRelayAuthorizationStatus") == before
    shop.wait(days=1)
    assert shop.of(subscription, "getRelayAuthorizationStatus") == before
    assert shop.status(subscription) == "ACTIVE"


def test_a_charge_that_starts_before_the_token_changes_is_made_in_the_new_one() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price(interval="year"))
    checkout = shop.of(subscription, "renewSubscriptionAuthorization")
    shop.confirm(checkout, wallet="T" + "a" * 33, token="usdt-tron")
    shop.sign(subscription)
    shop.clock.move(shop.clock.now() + 57_000)
    shop.of(subscription, "createSubscriptionInvoice", amount="1.50")
    shop.wait(minutes=2)
    (attempt,) = shop.invoices(subscription)[1]["charge_attempts"]
    assert (attempt["status"], attempt["token_amount"]) == ("SUCCEEDED", "1.500000")


def test_a_fraction_of_a_base_unit_is_charged_as_a_whole_one() -> None:
    shop = Shop()
    price = shop.price("100.00", currency="NGN")
    subscription = shop.subscribe(price, wallet="T" + "a" * 33, token="usdt-tron")
    (attempt,) = shop.invoices(subscription)[0]["charge_attempts"]
    # 100.00 / 1 541.37 = 0.0648773…
    assert attempt["token_amount"] == "0.064878"
