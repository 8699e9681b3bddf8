"""Stories of authorizations beside a renewal that is still open: which is shown, which revoked."""

import pytest
from sandbox.subscribing.shop import Shop

from pipelines.sandbox.house.calls import Refused


def test_an_open_renewal_does_not_hide_the_authorization_in_force() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    in_force = shop.of(subscription, "getRelayAuthorizationStatus")
    shop.confirm(shop.of(subscription, "renewSubscriptionAuthorization"))
    assert in_force["status"] == "ACTIVE"
    assert shop.of(subscription, "getRelayAuthorizationStatus") == in_force


@pytest.mark.parametrize("is_signed", [False, True])
def test_revoking_takes_back_the_authorization_in_force_and_the_open_renewal(
    is_signed: bool,
) -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price())
    in_force = shop.of(subscription, "getRelayAuthorizationStatus")
    renewal = shop.confirm(shop.of(subscription, "renewSubscriptionAuthorization"))
    if is_signed:
        shop.sign(subscription)
    revoked = shop.of(subscription, "revokeRelayAuthorization")
    assert (revoked["authId"], revoked["status"]) == (in_force["authId"], "REVOKED")
    assert shop.of(subscription, "getRelayAuthorizationStatus") == revoked
    with pytest.raises(Refused, match="REVOKED") as refusal:
        shop.sign(subscription, authId=renewal["auth"]["authId"])
    assert refusal.value.status == 409
    shop.of(subscription, "createSubscriptionInvoice", amount="2.00")
    shop.wait(minutes=2)
    charged = shop.invoices(subscription)[1]
    codes = [attempt["error_code"] for attempt in charged["charge_attempts"]]
    assert (charged["status"], codes) == ("OPEN", ["AUTHORIZATION_REVOKED"])
    with pytest.raises(Refused, match="REVOKED") as refusal:
        shop.of(subscription, "revokeRelayAuthorization")
    assert refusal.value.status == 409
