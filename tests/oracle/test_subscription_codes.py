"""One small world for every subscription code, with the numbers worked by hand.

The quiet default of the makers: invoice I1 and attempt A1 of subscription S1, 1000 NGN each, five
days old at an as-of of 2026-03-10T23:00Z. Orders that join an invoice have their own file.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from oracle.bill_makers import (
    BILLED_AT,
    CHARGED_AT,
    PERIOD_END,
    PERIOD_START,
    make_attempt,
    make_authorization,
    make_invoice,
    make_price,
    make_subscription,
)
from oracle.makers import AS_OF, make_order, make_transaction, make_world
from oracle.reckoning import reckon

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


def test_a_paid_invoice_and_its_charge_match_exactly() -> None:
    failed = make_attempt(charge_attempt_id="A0", status="FAILED")
    reckoning = reckon(make_world(invoices=(make_invoice(),), attempts=(make_attempt(), failed)))
    case = reckoning.only_case
    assert (case.case_id, case.match_status, case.codes) == ("invoice:I1", "MATCHED_EXACT", ())
    assert case.attempt == "A1"  # the charge, not the older failure
    # No order joined: line 2 of the proof knows nothing of the charge.
    assert (case.expected, case.received, reckoning.proof) == (0, 0, {})
    day = date(2026, 3, 5)
    assert reckoning.subscription_matches == (
        ("invoice:I1", "S1", "I1", "", "MATCHED_EXACT", day),
        ("invoice:I1", "S1", "I1", "A0", "MATCHED_EXACT", day),
        ("invoice:I1", "S1", "I1", "A1", "MATCHED_EXACT", day),
    )


@pytest.mark.parametrize("status", ["DRAFT", "OPEN", "VOID", "UNCOLLECTIBLE", "NEW_WORD"])
def test_an_invoice_that_nobody_paid_or_charged_is_not_expected(status: str) -> None:
    failed = make_attempt(status="FAILED")
    world = make_world(invoices=(make_invoice(status=status),), attempts=(failed,))
    case = reckon(world).only_case
    assert (case.match_status, case.codes) == ("NOT_EXPECTED", ())


@pytest.mark.parametrize("attempts", [(), (make_attempt(status="SUBMITTED"),)])
def test_an_invoice_paid_without_a_charge_is_a_break_at_any_age(attempts: tuple[Any]) -> None:
    invoice = make_invoice(created_at=AS_OF - HOUR, amount="999.99")
    case = reckon(make_world(invoices=(invoice,), attempts=attempts)).only_case
    assert case.impacts == {"INVOICE_PAID_WITHOUT_CHARGE": Decimal("-999.99")}
    assert case.match_status == "BREAK"


@pytest.mark.parametrize(
    ("past", "impacts", "status"),
    [
        (timedelta(), {}, "EXPECTED"),
        (MICROSECOND, {"CHARGED_INVOICE_UNPAID": 1000}, "BREAK"),
    ],
)
def test_the_age_of_a_charge_of_an_unpaid_invoice_is_that_of_the_attempt(
    past: timedelta, impacts: object, status: str
) -> None:
    attempt = make_attempt(created_at=AS_OF - 24 * HOUR - past)
    case = reckon(make_world(invoices=(make_invoice(status="OPEN"),), attempts=(attempt,)))
    assert (case.only_case.impacts, case.only_case.match_status) == (impacts, status)


def test_one_old_charge_brings_all_charges_of_the_unpaid_invoice_into_question() -> None:
    attempts = (make_attempt(), make_attempt(charge_attempt_id="A2", created_at=AS_OF - HOUR))
    case = reckon(make_world(invoices=(make_invoice(status="OPEN"),), attempts=attempts)).only_case
    assert case.impacts == {"CHARGED_INVOICE_UNPAID": 2000, "DUPLICATE_CHARGE": 1000}


def test_an_invoice_charged_twice() -> None:
    attempts = (
        make_attempt(charge_attempt_id="A1"),
        make_attempt(charge_attempt_id="A2", amount="700"),
        make_attempt(charge_attempt_id="A3", status="FAILED"),
    )
    case = reckon(make_world(invoices=(make_invoice(),), attempts=attempts)).only_case
    assert case.impacts == {"DUPLICATE_CHARGE": 700}  # 1700 charged for 1000


@pytest.mark.parametrize(
    ("charged", "impacts"),
    [
        ({"amount": "1000.01"}, {"CHARGE_AMOUNT_MISMATCH": Decimal("0.01")}),
        ({"amount": "0.65", "currency": "USDT"}, {"CHARGE_AMOUNT_MISMATCH": -1000}),
        ({"amount": None, "currency": None}, {}),
    ],
)
def test_the_only_charge_in_another_amount_or_currency_than_the_invoice(
    charged: dict[str, Any], impacts: object
) -> None:
    world = make_world(invoices=(make_invoice(),), attempts=(make_attempt(**charged),))
    assert reckon(world).only_case.impacts == impacts


@pytest.mark.parametrize(
    ("subscription", "codes"),
    [
        ({"canceled_at": CHARGED_AT}, ()),
        ({"canceled_at": CHARGED_AT - MICROSECOND}, ("CHARGE_AFTER_CANCEL",)),
        ({"current_period_end_at": CHARGED_AT - MICROSECOND}, ()),
        ({"current_period_end_at": CHARGED_AT, "cancel_at_period_end": True}, ()),
        (
            {"current_period_end_at": CHARGED_AT - MICROSECOND, "cancel_at_period_end": True},
            ("CHARGE_AFTER_CANCEL",),
        ),
        (
            {"canceled_at": CHARGED_AT - MICROSECOND, "cancel_at_period_end": True},
            ("CHARGE_AFTER_CANCEL",),
        ),
        ({"subscription_id": "S2", "canceled_at": PERIOD_START}, ()),
    ],
)
def test_a_charge_after_the_cancellation(
    subscription: dict[str, Any], codes: tuple[str, ...]
) -> None:
    subscribed = make_subscription(status="CANCELED", **subscription)
    world = make_world(
        invoices=(make_invoice(),), attempts=(make_attempt(),), subscriptions=(subscribed,)
    )
    case = reckon(world).only_case
    assert (case.codes, case.money_impact) == (codes, 1000 if codes else None)


@pytest.mark.parametrize("status", ["FAILED", "SUBMITTED"])
def test_what_took_no_money_breaches_nothing(status: str) -> None:
    world = make_world(
        invoices=(make_invoice(status="OPEN"),),
        attempts=(make_attempt(status=status),),
        subscriptions=(make_subscription(status="CANCELED", canceled_at=PERIOD_START),),
        authorizations={"S1": (make_authorization(expires_at=PERIOD_START),)},
    )
    assert reckon(world).only_case.match_status == "NOT_EXPECTED"


@pytest.mark.parametrize(
    ("authorization", "codes"),
    [
        ({}, ()),
        ({"expires_at": CHARGED_AT}, ()),
        ({"expires_at": CHARGED_AT - MICROSECOND}, ("AUTHORISATION_BREACH",)),
        ({"revoked_at": CHARGED_AT}, ()),
        ({"revoked_at": CHARGED_AT - MICROSECOND}, ("AUTHORISATION_BREACH",)),
        ({"spent_units": Decimal(5001)}, ("AUTHORISATION_BREACH",)),
        ({"spent_units": Decimal(5001), "allowance_units": None}, ()),
        ({"spent_units": Decimal(5001), "created_at": AS_OF}, ()),
        ({"status": "REVOKED"}, ()),  # known from the as-of on only
        ({"status": "REVOKED", "updated_at": CHARGED_AT - HOUR}, ("AUTHORISATION_BREACH",)),
    ],
)
def test_a_charge_without_authority(authorization: dict[str, Any], codes: tuple[str, ...]) -> None:
    world = make_world(
        invoices=(make_invoice(),),
        attempts=(make_attempt(),),
        authorizations={"S1": (make_authorization(**authorization),)},
    )
    case = reckon(world).only_case
    assert (case.codes, case.money_impact) == (codes, 1000 if codes else None)


@pytest.mark.parametrize(
    ("first_revoked", "codes"),
    [
        ({"updated_at": PERIOD_START}, ("AUTHORISATION_BREACH",)),
        ({"recorded_from": PERIOD_START}, ("AUTHORISATION_BREACH",)),
        ({"updated_at": PERIOD_START, "authorization_id": "Z0"}, ()),
        ({"updated_at": PERIOD_START, "status": "ACTIVE"}, ()),
    ],
)
def test_a_revocation_without_an_instant_is_dated_by_the_first_version_that_says_so(
    first_revoked: dict[str, Any], codes: tuple[str, ...]
) -> None:
    versions = (
        make_authorization(**{"status": "REVOKED"} | first_revoked),
        make_authorization(status="REVOKED", updated_at=AS_OF - HOUR),
    )
    world = make_world(
        invoices=(make_invoice(),), attempts=(make_attempt(),), authorizations={"S1": versions}
    )
    assert reckon(world).only_case.codes == codes


def test_overspending_is_laid_to_the_last_charge_of_the_subscription() -> None:
    world = make_world(
        invoices=(make_invoice(), make_invoice(invoice_id="I2")),
        attempts=(
            make_attempt(),
            make_attempt(charge_attempt_id="A2", invoice_id="I2", attempted_at=CHARGED_AT + HOUR),
            make_attempt(charge_attempt_id="A3", created_at=CHARGED_AT + DAY, status="FAILED"),
            make_attempt(charge_attempt_id="A4", created_at=AS_OF),  # waits
        ),
        authorizations={"S1": (make_authorization(spent_units=Decimal(5001)),)},
    )
    cases = reckon(world).cases
    assert cases["invoice:I1"].codes == ()
    assert cases["invoice:I2"].codes == ("AUTHORISATION_BREACH",)


@pytest.mark.parametrize(
    ("subscription", "invoices", "codes"),
    [
        ({}, (), ("MISSED_BILLING",)),
        ({"current_period_start_at": AS_OF - 24 * HOUR}, (), ()),
        ({"current_period_start_at": AS_OF - 24 * HOUR - MICROSECOND}, (), ("MISSED_BILLING",)),
        ({"status": "PAST_DUE"}, (), ()),
        ({"billing_mode": "METERED"}, (), ()),
        ({"current_period_start_at": None}, (), ()),
        ({"created_at": AS_OF}, (), ()),
        ({}, ({"created_at": PERIOD_START, "status": "VOID"},), ()),
        ({}, ({"created_at": PERIOD_START - MICROSECOND},), ("MISSED_BILLING",)),
        ({"current_period_end_at": BILLED_AT}, ({},), ("MISSED_BILLING",)),
        ({"current_period_end_at": BILLED_AT + MICROSECOND}, ({},), ()),
        ({}, ({"subscription_id": "S2"},), ("MISSED_BILLING",)),
        ({}, ({"subscription_id": "S1", "listed_under_subscription_id": "S2"},), ()),
    ],
)
def test_a_period_without_an_invoice(
    subscription: dict[str, Any], invoices: tuple[dict[str, Any], ...], codes: tuple[str, ...]
) -> None:
    world = make_world(
        subscriptions=(make_subscription(**subscription),),
        prices=(make_price(amount="1000.50"),),
        invoices=tuple(make_invoice(**each) for each in invoices),
    )
    found = [case for case in reckon(world).cases.values() if case.case_id.startswith("period:")]
    assert [case.codes for case in found] == ([codes] if codes else [])
    assert [case.money_impact for case in found] == [Decimal("-1000.50")] * len(codes)


def test_a_missing_period_is_a_case_of_its_own_with_the_date_on_which_it_began() -> None:
    subscription = make_subscription(price_id="P9", current_period_start_at=AS_OF - 3 * DAY)
    reckoning = reckon(make_world(subscriptions=(subscription,), prices=(make_price(),)))
    case = reckoning.only_case
    assert case.case_id == "period:S1@2026-03-07T23:00:00.000000Z"
    assert (case.subscription, case.oldest_invoice) == ("S1", None)
    assert (case.currency, case.money_impact) == ("", 0)  # nobody knows the price P9
    # 23:00 in UTC is the next day in Lagos.
    assert reckoning.subscription_matches == (
        (case.case_id, "S1", "", "", "BREAK", date(2026, 3, 8)),
    )


@pytest.mark.parametrize(
    ("listed", "case_id"),
    [
        ({"listed_under_invoice_id": "I2"}, "attempt:A1"),
        ({"listed_under_subscription_id": "S2"}, "attempt:A1"),
        ({"invoice_id": None, "listed_under_invoice_id": "I1"}, "invoice:I1"),
        ({"subscription_id": None, "listed_under_subscription_id": "S1"}, "invoice:I1"),
    ],
)
def test_an_attempt_that_names_others_than_it_was_listed_under_stands_alone(
    listed: dict[str, Any], case_id: str
) -> None:
    world = make_world(invoices=(make_invoice(),), attempts=(make_attempt(**listed),))
    cases = reckon(world).cases
    alone = case_id == "attempt:A1"
    assert cases[case_id].attempts == ("A1",)
    assert cases[case_id].impacts == ({"ORPHAN_CHARGE_ATTEMPT": 0} if alone else {})
    # What an orphan charged counts for no invoice.
    assert cases["invoice:I1"].codes == (("INVOICE_PAID_WITHOUT_CHARGE",) if alone else ())


@pytest.mark.parametrize(
    ("status", "stays"), [("SUCCEEDED", "EXPECTED"), ("FAILED", "NOT_EXPECTED")]
)
def test_an_attempt_whose_invoice_waits_has_no_code_of_its_own(status: str, stays: str) -> None:
    world = make_world(
        invoices=(make_invoice(created_at=AS_OF),), attempts=(make_attempt(status=status),)
    )
    case = reckon(world).only_case
    assert (case.case_id, case.match_status, case.codes) == ("attempt:A1", stays, ())


def test_the_first_code_is_primary_and_every_other_keeps_its_impact() -> None:
    """Charged 600 and 600 for an open invoice of 1000, after cancellation and expiry."""
    attempts = (
        make_attempt(charge_attempt_id="A1", amount="600"),
        make_attempt(charge_attempt_id="A2", amount="600", attempted_at=CHARGED_AT + DAY),
    )
    world = make_world(
        invoices=(make_invoice(status="OPEN"),),
        attempts=attempts,
        subscriptions=(make_subscription(status="CANCELED", canceled_at=PERIOD_START),),
        authorizations={"S1": (make_authorization(expires_at=CHARGED_AT),)},
    )
    case = reckon(world).only_case
    assert list(case.impacts.items()) == [
        ("CHARGED_INVOICE_UNPAID", 1200),
        ("DUPLICATE_CHARGE", 200),
        ("CHARGE_AFTER_CANCEL", 1200),
        ("AUTHORISATION_BREACH", 600),
    ]


def test_an_orphan_is_judged_by_the_subscription_that_it_names() -> None:
    world = make_world(
        attempts=(make_attempt(listed_under_subscription_id="S2"),),
        subscriptions=(make_subscription(status="CANCELED", canceled_at=PERIOD_START),),
    )
    case = reckon(world).only_case
    assert case.impacts == {"CHARGE_AFTER_CANCEL": 1000, "ORPHAN_CHARGE_ATTEMPT": 0}


@pytest.mark.parametrize(
    ("due_at", "day"),
    [(None, 5), (AS_OF - DAY - MICROSECOND, 9), (AS_OF - DAY, 10), (PERIOD_END, 5)],
)
def test_an_invoice_counts_on_the_local_day_it_is_due(due_at: Any, day: int) -> None:
    month = 4 if due_at == PERIOD_END else 3
    world = make_world(invoices=(make_invoice(due_at=due_at),), attempts=(make_attempt(),))
    assert reckon(world).only_case.business_date == date(2026, month, day)


@pytest.mark.parametrize("outcome", ["SUCCEEDED", "FAILED"])
@pytest.mark.parametrize(
    ("behind", "status"),
    [
        ({"deposit_tx_hash": "0xa"}, "EXCLUDED"),
        ({"deposit_tx_hash": "0xA"}, "BREAK"),
        ({"deposit_tx_hash": "0xa", "status": "FAILED"}, "EXCLUDED"),
        ({"type": "SUBSCRIPTION"}, "EXCLUDED"),
    ],
)
def test_a_payment_with_a_charge_behind_it_needs_no_order(
    behind: dict[str, Any], status: str, outcome: str
) -> None:
    other = make_order(amount="5", status="awaiting")  # the shop was open that day
    world = make_world(
        [other],
        [make_transaction(**behind)],
        attempts=(make_attempt(tx_hash="0xa", status=outcome),),
    )
    assert reckon(world).cases["transaction:T1"].match_status == status
