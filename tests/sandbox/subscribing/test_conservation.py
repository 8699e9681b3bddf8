"""Properties of any course of events: money is conserved, and the size of steps does not matter."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox.subscribing.shop import Shop

from pipelines.sandbox.days import DAY, MINUTE
from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.subscribing.charging import FAULTS

OUTCOMES = st.lists(st.sampled_from(["SUCCEEDED", *FAULTS]), max_size=12)
STEPS = st.lists(st.integers(1, 20 * DAY), min_size=1, max_size=6)
ACTS = st.sampled_from(
    [
        ("updateSubscription", {"status": "PAUSED"}),
        ("updateSubscription", {"status": "ACTIVE"}),
        ("updateSubscription", {"cancel_at_period_end": True}),
        ("createSubscriptionInvoice", {"amount": "3.33"}),
        ("renewSubscriptionAuthorization", {}),
        ("revokeRelayAuthorization", {}),
        ("deleteSubscription", {}),
        ("confirmSubscriptionCancellation", {}),
    ]
)


def started(outcomes: list[str]) -> tuple[Shop, str]:
    """A weekly subscription with planned charges, right after its first period has begun."""
    shop = Shop()
    checkout = shop.checkout(shop.price("9.99", interval="week"))
    subscription: str = checkout["subscription"]["uid"]
    shop.plan(subscription, *outcomes)
    shop.approve(checkout, cap="60")
    return shop, subscription


def end_state(shop: Shop, subscription: str) -> tuple[Any, ...]:
    """Everything that can be seen, and everything that was told."""
    return (
        shop.of(subscription, "getSubscription"),
        shop.invoices(subscription),
        shop.of(subscription, "getRelayAuthorizationStatus"),
        shop.told,
    )


@settings(max_examples=25, deadline=None)
@given(OUTCOMES, STEPS)
def test_one_jump_of_the_clock_is_as_good_as_many_steps(
    outcomes: list[str], steps: list[int]
) -> None:
    jumping, subscription = started(outcomes)
    stepping, same = started(outcomes)
    assert subscription == same
    jumping.clock.move(jumping.clock.now() + sum(steps))
    jumping.world.look()
    for step in steps:
        stepping.clock.move(stepping.clock.now() + step)
        stepping.world.look()
    assert end_state(jumping, subscription) == end_state(stepping, subscription)


@settings(max_examples=25, deadline=None)
@given(OUTCOMES, st.lists(st.tuples(st.integers(MINUTE, 9 * DAY), ACTS), max_size=8))
def test_what_was_charged_is_what_was_paid_and_never_more_than_was_allowed(
    outcomes: list[str], acts: list[tuple[int, tuple[str, dict[str, Any]]]]
) -> None:
    shop, subscription = started(outcomes)
    for step, (operation, body) in acts:
        shop.clock.move(shop.clock.now() + step)
        try:
            answer = shop.of(subscription, operation, **body)
            if operation.startswith("renew"):
                shop.approve(answer, cap="60")
        except Refused as refusal:
            assert refusal.status == 409  # noqa: PT017 - which of the acts is refused depends
    shop.wait(days=30)
    invoices = shop.invoices(subscription)
    charged = [
        Decimal(attempt["amount"])
        for invoice in invoices
        for attempt in invoice["charge_attempts"]
        if attempt["status"] == "SUCCEEDED"
    ]
    paid = [Decimal(invoice["amount"]) for invoice in invoices if invoice["status"] == "PAID"]
    assert sum(charged) == sum(paid)
    assert len(charged) == len(paid)
    for invoice in invoices:
        assert invoice["attempt_count"] == len(invoice["charge_attempts"])
        assert (invoice["paid_at"] is not None) == (invoice["status"] == "PAID")
        assert (invoice["voided_at"] is not None) == (invoice["status"] == "VOID")
    status = shop.of(subscription, "getRelayAuthorizationStatus")
    assert int(status["spent_units"]) <= int(status["allowance_units"])
