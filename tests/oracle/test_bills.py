"""Orders that join an invoice by pass 2: one case, its charges are the money received.

The quiet default: order K1, invoice I1 and attempt A1 of 1000 NGN each, five days old. Invoices
that no order joins have their own file.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from oracle.bill_makers import BILLED_AT, make_attempt, make_invoice
from oracle.makers import AS_OF, PLACED_AT, make_order, make_transaction, make_world
from oracle.proof import Side
from oracle.reckoning import CaseReckoning, reckon
from oracle.world import Order, Window, World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def make_billed(*orders: Order, **overrides: Any) -> World:
    """The orders, invoice I1 (also known as M1) and its charge A1 with hash 0xa."""
    defaults: dict[str, Any] = {
        "invoices": (make_invoice(merchant_invoice_id="M1"),),
        "attempts": (make_attempt(tx_hash="0xa"),),
    }
    return make_world(orders, overrides.pop("transactions", ()), **(defaults | overrides))


def make_joined(**overrides: Any) -> Order:
    return make_order(**{"transaction_ref": "I1", **overrides})


def judged(*orders: Order, **overrides: Any) -> CaseReckoning:
    return reckon(make_billed(*orders, **overrides)).only_case


@pytest.mark.parametrize("reference", ["I1", "M1", "A1", "0xa"])
def test_an_order_joins_an_invoice_by_any_of_four_ids(reference: str) -> None:
    case = judged(make_order(transaction_ref=reference))
    assert (case.case_id, case.invoices, case.attempts) == ("order:K1", ("I1",), ("A1",))
    assert case.bills == (("K1", "invoice", "I1"),)
    assert (case.subscription, case.oldest_invoice, case.attempt) == ("S1", "I1", "A1")
    assert (case.match_status, case.codes) == ("MATCHED_EXACT", ())
    assert (case.expected, case.received) == (1000, 1000)


def test_an_order_joins_an_invoice_by_a_further_reference() -> None:
    case = judged(make_order(transaction_ref="RS-0", further_refs=("I1", "A1")))
    assert case.bills == (("K1", "invoice", "I1"),)


@pytest.mark.parametrize("reference", ["i1", "S1", "", "I1 ", None])
def test_anything_else_joins_no_invoice(reference: str | None) -> None:
    reckoning = reckon(make_billed(make_order(transaction_ref=reference)))
    assert set(reckoning.cases) == {"order:K1", "invoice:I1"}
    assert reckoning.cases["order:K1"].code == "MISSING_IN_GATEWAY"


def test_an_order_without_a_reference_joins_no_row_that_lacks_an_id() -> None:
    world = make_billed(
        make_order(transaction_ref=""), invoices=(make_invoice(),), attempts=(make_attempt(),)
    )
    assert reckon(world).cases["order:K1"].bills == ()


def test_only_charges_that_an_order_joined_are_received_on_the_day_of_their_invoice() -> None:
    due = make_invoice(due_at=BILLED_AT + 2 * DAY)
    attempts = (make_attempt(created_at=BILLED_AT + 3 * DAY), make_attempt(charge_attempt_id="A2"))
    other = make_attempt(charge_attempt_id="A9", invoice_id="I9")
    world = make_billed(
        make_joined(amount="2000"),
        invoices=(due, make_invoice(invoice_id="I9")),
        attempts=(*attempts, other),
    )
    reckoning = reckon(world)
    two = Decimal(2000)
    assert reckoning.proof[date(2026, 3, 5), "NGN"].received == Side(moved_in=two, by_cases=two)
    assert reckoning.proof[date(2026, 3, 7), "NGN"].received == Side(own=two, moved_out=two)
    assert set(reckoning.proof) == {(date(2026, 3, 5), "NGN"), (date(2026, 3, 7), "NGN")}
    assert set(reckoning.unexplained_residual.values()) == {0}


def test_a_case_with_an_order_has_the_date_of_the_order_on_all_its_rows() -> None:
    reckoning = reckon(make_billed(make_joined(placed_at=PLACED_AT - 2 * DAY)))
    assert {(each.case_id, each.business_date) for each in reckoning.subscription_matches} == {
        ("order:K1", date(2026, 3, 3))
    }


@pytest.mark.parametrize("attempts", [(), (make_attempt(status="FAILED"),)])
@pytest.mark.parametrize(
    ("placed_at", "codes", "status"),
    [
        (PLACED_AT, ("MISSING_IN_GATEWAY",), "BREAK"),
        (AS_OF - 24 * HOUR, (), "EXPECTED"),
    ],
)
def test_an_invoice_that_took_no_money_leaves_its_order_without_payment(
    attempts: tuple[Any], placed_at: Any, codes: tuple[str, ...], status: str
) -> None:
    order = make_joined(placed_at=placed_at)
    case = judged(order, invoices=(make_invoice(status="OPEN"),), attempts=attempts)
    assert (case.codes, case.match_status) == (codes, status)


def test_a_gap_in_our_pull_is_named_for_an_order_with_an_unpaid_invoice_too() -> None:
    case = judged(
        make_joined(),
        invoices=(make_invoice(status="OPEN"),),
        attempts=(),
        windows=(Window(start=PLACED_AT, end=AS_OF),),
    )
    assert case.impacts == {"INCOMPLETE_EXTRACT": 0}


def test_a_paid_invoice_without_charge_under_an_order_has_both_codes_in_order() -> None:
    case = judged(make_joined(), attempts=())
    assert list(case.impacts.items()) == [
        ("MISSING_IN_GATEWAY", -1000),
        ("INVOICE_PAID_WITHOUT_CHARGE", -1000),
    ]


def test_two_orders_on_one_unpaid_invoice_both_miss_their_money() -> None:
    orders = (make_joined(), make_joined(order_id="K2", transaction_ref="M1", amount="500"))
    case = judged(
        *orders, invoices=(make_invoice(merchant_invoice_id="M1", status="OPEN"),), attempts=()
    )
    assert (case.case_id, case.impacts) == ("order:K1", {"MISSING_IN_GATEWAY": -1500})


def test_two_orders_that_each_claim_the_whole_charge() -> None:
    case = judged(make_joined(), make_joined(order_id="K2", transaction_ref="0xa"))
    assert (case.orders, case.impacts) == (("K1", "K2"), {"DUPLICATE_ORDER": -1000})


def test_two_orders_that_share_a_charge_are_a_matched_group() -> None:
    case = judged(make_joined(amount="600"), make_joined(order_id="K2", amount="400"))
    assert (case.match_status, case.codes) == ("MATCHED_GROUP", ())


def test_an_order_charged_twice_names_both_sides_of_it_but_no_refund_that_could_show() -> None:
    attempts = (make_attempt(), make_attempt(charge_attempt_id="A2"))
    case = judged(make_joined(), attempts=attempts)
    assert case.impacts == {"DUPLICATE_PAYMENT": 1000, "DUPLICATE_CHARGE": 1000}


@pytest.mark.parametrize(
    ("paid_at", "impacts"),
    [
        (BILLED_AT + DAY, {"DUPLICATE_PAYMENT": 1000, "REFUND_DUE": 1000}),
        (BILLED_AT, {"DUPLICATE_PAYMENT": 1000}),
    ],
)
def test_of_a_payment_and_a_charge_the_later_is_one_too_many(paid_at: Any, impacts: object) -> None:
    """Were it the charge, nothing could show that it was given back: it is not due as a refund."""
    payment = make_transaction(external_id="K1", created_at=paid_at)
    assert judged(make_joined(), transactions=[payment]).impacts == impacts


def test_a_payment_is_no_refund_for_having_the_id_of_a_second_charge() -> None:
    failed = make_transaction(external_id="K1", status="FAILED", crypto_received="0")
    attempts = (make_attempt(), make_attempt(charge_attempt_id="T1"))
    case = judged(make_joined(), transactions=[failed], attempts=attempts)
    assert "REFUND_DUE" not in case.codes


def test_a_payment_that_is_the_charge_itself_is_counted_once() -> None:
    payment = make_transaction(external_id="K1", deposit_tx_hash="0xa")
    reckoning = reckon(make_billed(make_joined(), transactions=[payment]))
    case = reckoning.only_case
    assert (case.match_status, case.codes, case.received) == ("MATCHED_EXACT", (), 1000)
    assert reckoning.proof[date(2026, 3, 5), "NGN"].received.own == 1000


@pytest.mark.parametrize(
    ("order", "impacts"),
    [
        ({"amount": "1100"}, {"AMOUNT_MISMATCH": -100}),
        ({"currency": "USD", "amount": "7"}, {"CURRENCY_MISMATCH": -7}),
        ({"status": "cancelled"}, {"STATUS_MISMATCH": 1000}),
        ({"status": "awaiting"}, {"STATUS_MISMATCH": 1000}),
        ({"status": "refunded"}, {"STATUS_MISMATCH": 1000}),
    ],
)
def test_an_order_is_compared_with_its_charges_as_with_payments(
    order: dict[str, str], impacts: object
) -> None:
    reckoning = reckon(make_billed(make_joined(**order)))
    assert reckoning.only_case.impacts == impacts
    assert reckoning.unexplained == ()


def test_a_refund_under_an_order_that_charges_cover_is_no_break() -> None:
    refunded = make_transaction(external_id="K1", status="REFUNDED")
    case = judged(make_joined(), transactions=[refunded])
    assert (case.match_status, case.codes) == ("MATCHED_EXACT", ())


def test_failed_checkouts_beside_a_charge_change_nothing() -> None:
    failed = make_transaction(external_id="K1", status="FAILED", crypto_received="0")
    case = judged(make_joined(), transactions=[failed])
    assert (case.match_status, case.codes) == ("MATCHED_EXACT", ())


def test_a_young_charge_of_an_unpaid_invoice_is_timing_even_where_the_order_is_settled() -> None:
    young = make_attempt(created_at=AS_OF - HOUR)
    case = judged(make_joined(), invoices=(make_invoice(status="OPEN"),), attempts=(young,))
    assert (case.match_status, case.codes) == ("EXPECTED", ())


def test_timing_explains_a_difference_that_a_subscription_code_hides() -> None:
    """Two young charges of an awaiting order: the break is about the charges, not the order."""
    attempts = (
        make_attempt(created_at=AS_OF - HOUR),
        make_attempt(charge_attempt_id="A2", created_at=AS_OF - HOUR),
    )
    order = make_joined(status="awaiting", amount="5000")
    reckoning = reckon(make_billed(order, attempts=attempts))
    assert reckoning.only_case.impacts == {"DUPLICATE_CHARGE": 1000}
    assert (reckoning.only_case.match_status, reckoning.unexplained) == ("BREAK", ())


def test_an_order_that_names_an_orphan_joins_the_attempt_and_no_invoice() -> None:
    orphan = make_attempt(listed_under_invoice_id="I2")
    reckoning = reckon(make_billed(make_order(transaction_ref="A1"), attempts=(orphan,)))
    assert reckoning.cases["order:K1"].bills == (("K1", "attempt", "A1"),)
    assert reckoning.cases["order:K1"].impacts == {"ORPHAN_CHARGE_ATTEMPT": 0}
    assert reckoning.cases["order:K1"].received == 1000
    assert reckoning.cases["invoice:I1"].code == "INVOICE_PAID_WITHOUT_CHARGE"


def test_a_hash_shared_by_charges_of_two_invoices_makes_them_one_case() -> None:
    world = make_billed(
        make_order(transaction_ref="0xa", amount="2000"),
        invoices=(make_invoice(), make_invoice(invoice_id="I2")),
        attempts=(
            make_attempt(tx_hash="0xa"),
            make_attempt(charge_attempt_id="A2", invoice_id="I2", tx_hash="0xa"),
        ),
    )
    case = reckon(world).only_case
    assert (case.invoices, case.received, case.match_status) == (
        ("I1", "I2"),
        2000,
        "MATCHED_GROUP",
    )


def test_only_charges_of_the_invoices_that_it_joined_are_an_order_s_own() -> None:
    """K1 of 2000 joins I1 and I2 by their hash, K2 of 1000 joins I1 only: it was paid once."""
    world = make_billed(
        make_order(transaction_ref="0xa", amount="2000"),
        make_order(order_id="K2", transaction_ref="I1"),
        invoices=(make_invoice(), make_invoice(invoice_id="I2")),
        attempts=(
            make_attempt(tx_hash="0xa"),
            make_attempt(charge_attempt_id="A2", invoice_id="I2", tx_hash="0xa"),
        ),
    )
    assert reckon(world).only_case.impacts == {"AMOUNT_MISMATCH": -1000}


def test_an_order_with_an_invoice_is_no_candidate_for_a_payment_that_resembles_it() -> None:
    cases = reckon(make_billed(make_joined(), transactions=[make_transaction()])).cases
    assert cases["order:K1"].match_status == "MATCHED_EXACT"
    assert cases["transaction:T1"].code == "MISSING_IN_ORDERS"


def test_rows_dated_at_the_as_of_join_nothing() -> None:
    world = make_billed(make_joined(), invoices=(make_invoice(created_at=AS_OF),), attempts=())
    case = reckon(world).only_case
    assert (case.bills, case.code) == ((), "MISSING_IN_GATEWAY")
