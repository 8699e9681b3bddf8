"""Checkouts, authorizations, metered invoices and plans: what is answered and what is refused."""

from typing import Any

import pytest
from sandbox.subscribing.shop import SIGNATURE, WALLET, Shop

from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.tokens import DEFAULT

METERED = {"targetCurrency": "USD", "targetAmount": "5.00"}


def metered(shop: Shop, **terms: Any) -> str:
    """A metered subscription that is active."""
    body = {
        "billingMode": "METERED",
        "targetPrice": METERED,
        "customer": {"email": "ada@example.com"},
    }
    checkout = shop.call("createSubscriptionCheckoutSession", body=body)
    shop.approve(checkout, **terms)
    uid: str = checkout["subscription"]["uid"]
    return uid


def test_a_confirmation_answers_what_the_wallet_signs() -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price("10.00"))
    answer = shop.confirm(checkout, cap="1000.000000000000000001", most="12.5")
    assert answer["token"] == {
        "address": DEFAULT.address,
        "symbol": "USDT",
        "decimals": 18,
        "chainId": 56,
    }
    assert answer["allowance"]["requiredAllowanceUnits"] == "1000000000000000000001"
    typed = answer["eip712"]
    assert typed["domain"] == {
        "name": "SubscriptionSpender",
        "version": "1",
        "chainId": 56,
        "verifyingContract": answer["auth"]["spender"],
    }
    message = typed["message"]
    assert [member["name"] for member in typed["types"]["SubscriptionAuth"]] == list(message)
    assert (message["subscriber"], message["amount"]) == (WALLET, "12500000000000000000")
    assert len(message["authId"]) == 66
    assert answer["preview"] == {
        "type": "CHARGE",
        "fromAmountHuman": "10.000000000000000000",
        "fromAmountUnits": "10" + "0" * 18,
        "expiresAt": shop.clock.now() // 1000 + 86_400,
    }


@pytest.mark.parametrize(
    ("terms", "status", "field"),
    [
        ({"token": "doge-moon"}, 404, None),
        ({"token": "usdt-tron"}, 400, "walletAddress"),
        ({"cap": "0"}, 400, "limits.capAmount"),
        ({"cap": "1", "most": "2"}, 400, "limits.maxPerCharge"),
        ({"token": "usdc-ethereum", "cap": "1.0000001"}, 400, "limits.capAmount"),
        ({"expiry": 1_700_000_000}, 400, "schedule.expiry"),
    ],
)
def test_terms_that_cannot_be_signed_are_refused(
    terms: Any, status: int, field: str | None
) -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    with pytest.raises(Refused) as refusal:
        shop.confirm(checkout, **terms)
    assert (refusal.value.status, refusal.value.field) == (status, field)
    shop.confirm(checkout)


def test_a_checkout_is_confirmed_once() -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    shop.confirm(checkout)
    with pytest.raises(Refused, match="confirmed already"):
        shop.confirm(checkout)


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_checkout_expires_after_a_day_with_its_subscription(is_confirmed: bool) -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    subscription = checkout["subscription"]["uid"]
    if is_confirmed:
        shop.confirm(checkout)
    shop.wait(days=1)
    assert shop.status(subscription) == "EXPIRED"
    with pytest.raises(Refused, match="is expired"):
        shop.confirm(checkout)


def test_a_signature_given_in_time_completes_a_checkout_that_expires_meanwhile() -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    subscription = checkout["subscription"]["uid"]
    shop.confirm(checkout)
    shop.wait(hours=23, minutes=59)
    shop.clock.move(shop.clock.now() + 30_000)
    shop.sign(subscription)
    shop.wait(minutes=2)
    assert shop.status(subscription) == "ACTIVE"


def test_a_signature_of_zeros_fails_and_can_be_given_again() -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    subscription = checkout["subscription"]["uid"]
    shop.confirm(checkout)
    failed = shop.of(subscription, "createAuthorization", signature="0x" + "0" * 130)
    assert (failed["status"], failed["tx_hash"]) == ("FAILED", None)
    shop.sign(subscription)
    with pytest.raises(Refused, match="SUBMITTED"):
        shop.sign(subscription)
    shop.wait(minutes=1)
    assert shop.status(subscription) == "ACTIVE"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"authId": "0x12"}, "authId"),
        ({"walletAddress": "0x" + "b2" * 20}, "walletAddress"),
        ({"walletAddress": "T" + "a" * 33}, "walletAddress"),
    ],
)
def test_a_signature_for_something_else_is_refused(body: Any, field: str) -> None:
    shop = Shop()
    checkout = shop.checkout(shop.price())
    subscription = checkout["subscription"]["uid"]
    shop.confirm(checkout)
    with pytest.raises(Refused) as refusal:
        shop.sign(subscription, **body)
    assert (refusal.value.status, refusal.value.field) == (400, field)


def test_a_subscription_without_a_checkout_is_authorized_with_its_wallet() -> None:
    shop = Shop()
    body = {"priceUid": shop.price(), "customer": {"email": "ada@example.com"}}
    subscription = shop.call("createSubscription", body=body)["uid"]
    with pytest.raises(Refused, match="walletAddress"):
        shop.of(subscription, "createAuthorization", signature=SIGNATURE)
    shop.sign(subscription, walletAddress=WALLET)
    shop.wait(minutes=2)
    assert [i["status"] for i in shop.invoices(subscription)] == ["PAID"]
    assert shop.of(subscription, "getRelayAuthorizationStatus")["allowance_units"] is None


def test_there_is_no_authorization_before_the_checkout_is_confirmed() -> None:
    shop = Shop()
    subscription = shop.checkout(shop.price())["subscription"]["uid"]
    with pytest.raises(Refused) as refusal:
        shop.of(subscription, "getRelayAuthorizationStatus")
    assert refusal.value.status == 404


def test_a_metered_subscription_is_billed_by_calls_only() -> None:
    shop = Shop()
    subscription = metered(shop)
    body = {"amount": "12.34", "currency": "USD", "usage_description": "1 234 calls"}
    answer = shop.of(subscription, "createMeteredInvoice", **body)
    assert answer["eip712"] is None
    assert (answer["invoice"]["status"], answer["invoice"]["processing"]) == ("OPEN", True)
    shop.wait(days=100)
    (invoice,) = shop.invoices(subscription)
    assert (invoice["status"], invoice["usage_description"]) == ("PAID", "1 234 calls")
    assert shop.of(subscription, "getSubscription")["current_period_start"][:7] == "2027-02"


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ({"charge_schedule": "scheduled"}, "2026-12-01T12:01:00.000Z"),
        ({"due_date": "2026-12-24T08:00:00+01:00"}, "2026-12-24T07:00:00.000Z"),
    ],
)
def test_a_scheduled_metered_invoice_is_a_draft_until_it_is_due(more: Any, due: str) -> None:
    shop = Shop()
    subscription = metered(shop)
    body = {"amount": "1.00", "currency": "USD", **more}
    draft = shop.of(subscription, "createMeteredInvoice", **body)["invoice"]
    assert (draft["status"], draft["due_date"], draft["next_payment_attempt"]) == (
        "DRAFT",
        due,
        due,
    )
    shop.until(2026, 12, 24, 7, 1)
    (invoice,) = shop.invoices(subscription)
    assert (invoice["status"], invoice["charge_attempts"][0]["attempted_at"]) == ("PAID", due)


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:01+00:02", "9999-12-31T23:59:59Z"])
def test_a_due_date_that_has_no_date_a_day_before_or_after_is_refused(instant: str) -> None:
    shop = Shop()
    subscription = metered(shop)
    with pytest.raises(Refused, match="due_date: must lie between"):
        shop.of(subscription, "createSubscriptionInvoice", amount="1.00", due_date=instant)


@pytest.mark.parametrize(
    ("operation", "currency"),
    [("createSubscriptionInvoice", {}), ("createMeteredInvoice", {"currency": "USD"})],
)
def test_a_due_date_before_the_year_2000_is_refused_and_bills_nothing(
    operation: str, currency: dict[str, str]
) -> None:
    shop = Shop()
    subscription = metered(shop)
    body = {"amount": "1.00", **currency}
    with pytest.raises(Refused, match="due_date: must not lie before 2000-01-01") as refusal:
        shop.of(subscription, operation, **body, due_date="1999-12-31T23:59:59Z")
    assert refusal.value.status == 400
    shop.of(subscription, operation, **body, due_date="2000-01-01")
    assert [i["due_date"][:4] for i in shop.invoices(subscription)] == ["2000"]


def test_a_metered_invoice_beyond_the_authorization_asks_for_a_signature() -> None:
    shop = Shop()
    subscription = metered(shop, cap="10")
    answer = shop.of(subscription, "createMeteredInvoice", amount="10.01", currency="USD")
    assert answer["eip712"]["message"]["amount"] == "1001" + "0" * 16
    shop.wait(minutes=1)
    (invoice,) = shop.invoices(subscription)
    assert invoice["charge_attempts"][0]["error_code"] == "MAX_PER_CHARGE_EXCEEDED"


def test_a_fixed_subscription_has_no_metered_invoices() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    with pytest.raises(Refused) as refusal:
        shop.of(subscription, "createMeteredInvoice", amount="1.00", currency="USD")
    assert refusal.value.status == 409


def test_invoices_and_attempts_are_found_by_their_own_subscription_only() -> None:
    shop = Shop()
    price = shop.price()
    one, other = shop.subscribe(price), shop.subscribe(price)
    uid = shop.invoices(one)[0]["uid"]
    path = {"subscriptionUid": one, "invoiceUid": uid}
    invoice = shop.call("getSubscriptionInvoice", path=path)
    assert shop.call("listChargeAttempts", path=path) == invoice["charge_attempts"]
    assert invoice["subscription"]["uid"] == one
    for operation in ("getSubscriptionInvoice", "listChargeAttempts"):
        with pytest.raises(Refused) as refusal:
            shop.call(operation, path={**path, "subscriptionUid": other})
        assert refusal.value.status == 404


def test_lists_are_filtered_by_status_in_any_case() -> None:
    shop = Shop()
    price = shop.price()
    active, pending = shop.subscribe(price), shop.checkout(price)["subscription"]["uid"]
    for word, expected in (("active", [active]), ("PENDING", [pending]), ("Expired", [])):
        found = shop.call("listSubscriptions", query={"status": word})
        assert [one["uid"] for one in found] == expected
    path = {"subscriptionUid": active}
    assert shop.call("listSubscriptionInvoices", path=path, query={"status": "open"}) == []
    assert len(shop.call("listSubscriptionInvoices", path=path, query={"status": "paid"})) == 1


def test_a_plan_shows_its_features_and_prices_and_can_be_changed() -> None:
    shop = Shop()
    price = shop.price("29.90", trialPeriodDays=7)
    (plan,) = shop.call("listPlans")
    assert (plan["features"], plan["prices"][0]["uid"]) == (["all"], price)
    assert (plan["prices"][0]["unitAmount"], plan["prices"][0]["unitAmountHuman"]) == (
        2990,
        "29.90",
    )
    shop.wait(hours=1)
    path = {"planUid": plan["uid"]}
    changed = shop.call("updatePlan", path=path, body={"name": "Platinum", "active": False})
    assert (changed["name"], changed["active"]) == ("Platinum", False)
    assert changed["updatedAt"] > changed["createdAt"] == plan["createdAt"]
    assert shop.call("getPlan", path=path) == changed
    shop.call("updatePrice", path={"priceUid": price}, body={"active": False})
    assert [found["active"] for found in shop.call("listPrices", path=path)] == [False]
    with pytest.raises(Refused, match="not active"):
        shop.checkout(price)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "1.5", "currency": "RWF"}, "amount"),
        ({"currency": "EUR"}, "currency"),
        ({"interval": "fortnight"}, "interval"),
        ({"intervalCount": 0}, "intervalCount"),
        ({"trialPeriodDays": -1}, "trialPeriodDays"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(body: Any, field: str) -> None:
    shop = Shop()
    with pytest.raises(Refused) as refusal:
        shop.price(**{"amount": "1.00", **body})
    assert (refusal.value.status, refusal.value.field) == (400, field)


def test_customers_are_told_apart_by_their_address() -> None:
    shop = Shop()
    price = shop.price()
    ada, again = shop.checkout(price), shop.checkout(price, customer={"email": "ADA@example.com"})
    bob = shop.checkout(price, customer={"email": "bob@example.com"})
    uids = [checkout["customer"]["uid"] for checkout in (ada, again, bob)]
    assert uids[0] == uids[1] != uids[2]
