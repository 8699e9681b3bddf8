"""Stories of pauses, ends, upgrades and renewals."""

from typing import Any

import pytest
from sandbox.subscribing.shop import Shop

from pipelines.sandbox.house.calls import Refused


def refused(shop: Shop, subscription: str, operation: str, **body: Any) -> tuple[int, str | None]:
    """The status and field of a refusal."""
    with pytest.raises(Refused) as refusal:
        shop.of(subscription, operation, **body)
    return refusal.value.status, refusal.value.field


def test_a_pause_within_the_period_keeps_the_day_of_billing() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    assert shop.of(subscription, "updateSubscription", status="PAUSED")["status"] == "PAUSED"
    shop.wait(days=10)
    assert shop.of(subscription, "updateSubscription", status="ACTIVE")["status"] == "ACTIVE"
    shop.until(2026, 12, 31)
    assert [i["created_at"][:10] for i in shop.invoices(subscription)] == [
        "2026-11-30",
        "2026-12-30",
    ]
    assert shop.events()[-4:-2] == ["subscription.paused", "subscription.resumed"]


def test_a_pause_beyond_the_period_starts_a_new_one_when_resumed() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.of(subscription, "updateSubscription", status="PAUSED")
    shop.until(2027, 2, 10)
    assert len(shop.invoices(subscription)) == 1
    resumed = shop.of(subscription, "updateSubscription", status="ACTIVE")
    assert (resumed["status"], resumed["current_period_end"][:10]) == ("ACTIVE", "2027-03-10")
    shop.until(2027, 3, 11)
    assert [i["created_at"][:10] for i in shop.invoices(subscription)] == [
        "2026-11-30",
        "2027-02-10",
        "2027-03-10",
    ]


def test_invoices_cannot_be_made_in_a_pause() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.of(subscription, "updateSubscription", status="PAUSED")
    assert refused(shop, subscription, "createSubscriptionInvoice", amount="1.00") == (409, None)
    assert refused(shop, subscription, "upgradeSubscription", priceUid="price_1") == (409, None)


@pytest.mark.parametrize("operation", ["updateSubscription", "deleteSubscription"])
def test_a_cancellation_at_the_periods_end_waits_for_it(operation: str) -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    answer = shop.of(subscription, operation, cancel_at_period_end=True)
    assert (answer["status"], answer["cancel_at_period_end"]) == ("ACTIVE", True)
    shop.until(2026, 12, 30, 12)
    assert shop.status(subscription) == "ACTIVE"
    shop.wait(minutes=1)
    found = shop.of(subscription, "getSubscription")
    assert (found["status"], found["canceled_at"]) == ("CANCELED", "2026-12-30T12:01:00.000Z")
    assert len(shop.invoices(subscription)) == 1
    assert shop.of(subscription, "getRelayAuthorizationStatus")["status"] == "REVOKED"
    assert shop.events()[-1] == "subscription.canceled"


def test_a_cancellation_at_the_periods_end_can_be_taken_back() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.of(subscription, "updateSubscription", cancel_at_period_end=True)
    shop.of(subscription, "updateSubscription", cancel_at_period_end=False)
    shop.until(2027, 1, 1)
    assert (shop.status(subscription), len(shop.invoices(subscription))) == ("ACTIVE", 2)


def test_an_immediate_cancellation_happens_when_it_is_confirmed() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.plan(subscription, "INSUFFICIENT_FUNDS")
    shop.of(subscription, "createSubscriptionInvoice", amount="2.00")
    shop.of(subscription, "createSubscriptionInvoice", amount="1", due_date="2027-01-01T00:00:00Z")
    shop.wait(minutes=1)
    assert refused(shop, subscription, "confirmSubscriptionCancellation") == (409, None)
    asked = shop.of(subscription, "deleteSubscription", reason="too dear")
    assert (asked["status"], asked["canceled_at"], asked["cancellation_pending"]) == (
        "PAST_DUE",
        None,
        True,
    )
    ended = shop.of(subscription, "confirmSubscriptionCancellation")
    assert (ended["status"], ended["canceled_at"]) == ("CANCELED", shop.now())
    assert [(i["status"], i["voided_at"]) for i in shop.invoices(subscription)] == [
        ("PAID", None),
        ("VOID", shop.now()),
        ("VOID", shop.now()),
    ]
    shop.wait(days=90)
    assert [i["attempt_count"] for i in shop.invoices(subscription)] == [1, 1, 0]


def test_a_charge_on_the_chain_when_the_subscription_ends_is_still_paid() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    for amount in ("2.00", "3.00"):
        shop.of(subscription, "createSubscriptionInvoice", amount=amount)
        shop.clock.move(shop.clock.now() + 6_000)
    shop.of(subscription, "createSubscriptionInvoice", amount="4.00")
    shop.of(subscription, "deleteSubscription")
    shop.of(subscription, "confirmSubscriptionCancellation")
    shop.wait(minutes=1)
    # The last one had not been submitted yet: the revoked authorization refuses it.
    states = [i["status"] for i in shop.invoices(subscription)]
    assert states == ["PAID", "PAID", "PAID", "VOID"]
    assert shop.status(subscription) == "CANCELED"


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("updateSubscription", {"status": "PAUSED"}),
        ("deleteSubscription", {}),
        ("renewSubscription", {}),
        ("renewSubscriptionAuthorization", {}),
        ("confirmSubscriptionCancellation", {}),
        ("upgradeSubscription", {"priceUid": "price_1"}),
        ("downgradeSubscription", {"priceUid": "price_1"}),
        ("createSubscriptionInvoice", {"amount": "1.00"}),
        ("createMeteredInvoice", {"amount": "1.00", "currency": "USD"}),
        ("createAuthorization", {"signature": "0x12"}),
        ("revokeRelayAuthorization", {}),
    ],
)
def test_nothing_can_be_done_to_an_ended_subscription(operation: str, body: Any) -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.of(subscription, "deleteSubscription")
    shop.of(subscription, "confirmSubscriptionCancellation")
    before = shop.of(subscription, "getSubscription")
    assert refused(shop, subscription, operation, **body) == (409, None)
    assert shop.of(subscription, "getSubscription") == before


def test_an_immediate_upgrade_bills_the_difference_for_the_rest_of_the_period() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("10.00", interval="day", intervalCount=30))
    dearer = shop.price("25.00", interval="day", intervalCount=30)
    # The period began a minute before; the new authorization is in force 9 days into it.
    shop.wait(days=8, hours=23, minutes=58)
    checkout = shop.of(subscription, "upgradeSubscription", priceUid=dearer)
    shop.approve(checkout)
    shop.wait(minutes=1)
    upgrade = shop.invoices(subscription)[1]
    # 15.00 dearer for 21 of 30 days.
    assert (upgrade["amount"], upgrade["status"]) == ("10.50", "PAID")
    assert shop.of(subscription, "getSubscription")["price_uid"] == dearer
    shop.wait(days=22)
    assert [i["amount"] for i in shop.invoices(subscription)] == ["10.00", "10.50", "25.00"]
    assert "subscription.upgraded" in shop.events()


def test_the_share_of_an_upgrade_is_rounded_half_up_to_the_minor_unit() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("100", currency="RWF", interval="day"))
    dearer = shop.price("201", currency="RWF", interval="day")
    shop.wait(hours=11, minutes=58)
    shop.approve(shop.of(subscription, "upgradeSubscription", priceUid=dearer))
    # 101 for half a day is 50.5.
    assert shop.invoices(subscription)[1]["amount"] == "51"


def test_an_upgrade_at_the_periods_end_waits_for_it() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("10.00"))
    dearer = shop.price("25.00")
    body = {"priceUid": dearer, "effective": "period_end"}
    shop.approve(shop.of(subscription, "upgradeSubscription", **body))
    assert shop.of(subscription, "getSubscription")["pending_price_uid"] == dearer
    shop.until(2026, 12, 31)
    assert [i["amount"] for i in shop.invoices(subscription)] == ["10.00", "25.00"]


@pytest.mark.parametrize("effective", ["immediate", "period_end", None])
def test_a_downgrade_gives_nothing_back_and_counts_from_the_next_invoice(
    effective: str | None,
) -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("10.00"))
    cheaper = shop.price("4.00")
    body = {"priceUid": cheaper} | ({} if effective is None else {"effective": effective})
    answer = shop.of(subscription, "downgradeSubscription", **body)
    assert (answer["price_uid"] == cheaper) == (effective == "immediate")
    shop.until(2026, 12, 31)
    assert [i["amount"] for i in shop.invoices(subscription)] == ["10.00", "4.00"]
    assert shop.events().count("subscription.downgraded") == 1


@pytest.mark.parametrize(
    ("operation", "amount", "more"),
    [
        ("upgradeSubscription", "9.00", {}),
        ("upgradeSubscription", "10.00", {}),
        ("downgradeSubscription", "11.00", {}),
        ("upgradeSubscription", "11.00", {"currency": "NGN"}),
        ("upgradeSubscription", "11.00", {"interval": "year"}),
        ("downgradeSubscription", "9.00", {"intervalCount": 2}),
    ],
)
def test_a_price_that_cannot_take_the_place_is_refused_by_name(
    operation: str, amount: str, more: Any
) -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price("10.00"))
    other = shop.price(amount, **more)
    assert refused(shop, subscription, operation, priceUid=other) == (400, "priceUid")
    assert refused(shop, subscription, operation, priceUid="price_unknown") == (404, None)


def test_a_renewal_names_its_subscription_and_takes_back_the_end() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    shop.of(subscription, "updateSubscription", cancel_at_period_end=True)
    first = shop.of(subscription, "getRelayAuthorizationStatus")["authId"]
    checkout = shop.of(subscription, "renewSubscription")
    assert checkout["renewalFor"] == subscription
    shop.approve(checkout)
    assert shop.of(subscription, "getSubscription")["cancel_at_period_end"] is False
    assert shop.of(subscription, "getRelayAuthorizationStatus")["authId"] != first
    assert shop.events()[-1] == "subscription.renewed"
    shop.until(2027, 1, 1)
    assert len(shop.invoices(subscription)) == 2
