"""One small world for every match status, and what the proof says of it.

Codes and links have their own files; here every sum is worked by hand.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from oracle.makers import AS_OF, CREATED_AT, make_order, make_transaction, make_world
from oracle.proof import Side
from oracle.reckoning import reckon
from oracle.world import Decision, QuarantinedOrder, TransactionVersion

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def make_linked(**overrides: object) -> TransactionVersion:
    return make_transaction(**{"external_id": "K1", **overrides})


@pytest.mark.parametrize("behind", [{"invoice_id": "i1"}, {"payment_link_id": "l1"}])
def test_a_payment_with_a_bill_behind_it_is_excluded(behind: dict[str, str]) -> None:
    reckoning = reckon(make_world([], [make_transaction(**behind)]))
    assert (reckoning.only_case.match_status, reckoning.only_case.codes) == ("EXCLUDED", ())
    assert reckoning.unexplained == ()


def test_candidates_that_are_not_each_others_only_one_are_ambiguous() -> None:
    payments = [make_transaction(transaction_id="T1"), make_transaction(transaction_id="T2")]
    case = reckon(make_world([make_order()], payments)).only_case
    assert (case.match_status, case.impacts) == ("AMBIGUOUS", {"AMBIGUOUS_MATCH": -1000})
    assert (case.expected, case.received) == (1000, 2000)


def test_each_others_only_candidate_is_suggested_without_a_break() -> None:
    case = reckon(make_world([make_order()], [make_transaction()])).only_case
    assert (case.match_status, case.codes) == ("SUGGESTED", ())
    assert case.links == (("K1", "T1", "amount_window"),)


def test_a_code_that_does_not_ride_on_a_match_makes_a_break() -> None:
    case = reckon(make_world([make_order()], [make_linked(fiat_amount="999")])).only_case
    assert (case.match_status, case.code, case.money_impact) == ("BREAK", "AMOUNT_MISMATCH", -1)


@pytest.mark.parametrize("status", ["PENDING", "UNDERPAID", "SOME_NEW_WORD"])
def test_an_open_payment_under_a_paid_order_is_partial(status: str) -> None:
    payment = make_linked(status=status, crypto_received="0", created_at=AS_OF - HOUR)
    case = reckon(make_world([make_order()], [payment])).only_case
    assert (case.match_status, case.codes) == ("PARTIAL", ())


def test_an_open_payment_with_money_and_no_order_is_partial() -> None:
    payment = make_transaction(status="PROCESSING", expires_at=AS_OF)
    assert reckon(make_world([], [payment])).only_case.match_status == "PARTIAL"


@pytest.mark.parametrize(
    ("order_status", "payment"),
    [
        ("paid", {"status": "EXPIRED", "crypto_received": "0"}),
        ("awaiting", {}),
        ("cancelled", {"refund_tx_hash": "0xback"}),
    ],
)
def test_one_side_ahead_of_the_other_is_expected(
    order_status: str, payment: dict[str, str]
) -> None:
    order = make_order(status=order_status, placed_at=AS_OF - HOUR)
    attempt = make_linked(created_at=AS_OF - HOUR, **payment)
    case = reckon(make_world([order], [attempt])).only_case
    assert (case.match_status, case.codes) == ("EXPECTED", ())


def test_a_refunded_order_with_a_payment_returned_twice_over_is_expected() -> None:
    payments = [
        make_linked(transaction_id="T1", status="REFUNDED"),
        make_linked(transaction_id="T2", refund_tx_hash="0xback"),
    ]
    case = reckon(make_world([make_order(status="refunded")], payments)).only_case
    assert (case.match_status, case.codes) == ("EXPECTED", ())


def test_payments_of_a_date_without_any_order_stay_expected_at_any_age() -> None:
    world = make_world([make_order(status="cancelled")], [make_transaction(created_at=AS_OF - DAY)])
    assert reckon(world).stale_dates == {date(2026, 3, 10)}
    stale = make_world([], [make_transaction()])
    assert reckon(stale).only_case.match_status == "EXPECTED"


@pytest.mark.parametrize(
    ("behind", "is_stale"), [({}, True), ({"type": "OTHER"}, True), ({"invoice_id": "i1"}, False)]
)
def test_only_payments_that_need_an_order_show_that_orders_are_lacking(
    behind: dict[str, str], is_stale: bool
) -> None:
    reckoning = reckon(make_world([], [make_transaction(**behind)]))
    assert reckoning.stale_dates == ({date(2026, 3, 5)} if is_stale else set())


@pytest.mark.parametrize(
    ("known_id", "payment"),
    [
        ("BAD1", {"external_id": "BAD1"}),
        ("BAD1", {"description": "for BAD1!"}),
        ("s9", {"checkout_session_id": "s9"}),
        ("RS-9", {"reference": "RS-9"}),
        ("T1", {}),
    ],
)
def test_a_payment_that_a_refused_order_row_names_is_expected(
    known_id: str, payment: dict[str, str]
) -> None:
    world = make_world(
        [make_order(amount="5")],  # that date is not stale
        [make_transaction(**payment)],
        quarantined=(QuarantinedOrder(known_ids=(known_id,)),),
    )
    case = reckon(world).cases["transaction:T1"]
    assert (case.match_status, case.codes) == ("EXPECTED", ())


@pytest.mark.parametrize(
    ("order_status", "payment_status"),
    [("awaiting", "EXPIRED"), ("cancelled", "REFUNDED"), ("refunded", "FAILED")],
)
def test_nothing_was_expected_and_nothing_came(order_status: str, payment_status: str) -> None:
    attempt = make_linked(status=payment_status, crypto_received="0")
    case = reckon(make_world([make_order(status=order_status)], [attempt])).only_case
    assert (case.match_status, case.codes) == ("NOT_EXPECTED", ())


def test_a_link_by_a_person_shows_in_the_status() -> None:
    link = Decision(action="link", order_id="K1", transaction_id="T1")
    world = make_world([make_order()], [make_transaction()], decisions=(link,))
    assert reckon(world).only_case.match_status == "MATCHED_MANUAL"


def test_parts_that_add_up_are_a_matched_group() -> None:
    parts = [
        make_linked(transaction_id="T1", fiat_amount="600"),
        make_linked(transaction_id="T2", fiat_amount="400"),
    ]
    case = reckon(make_world([make_order()], parts)).only_case
    assert (case.match_status, case.codes) == ("MATCHED_GROUP", ())


def test_an_accepted_amount_that_is_not_the_expected_one() -> None:
    payment = make_linked(crypto_received="9.8", tolerance_percent="2")
    assert reckon(make_world([make_order()], [payment])).only_case.match_status == (
        "MATCHED_TOLERANCE"
    )


@pytest.mark.parametrize(("order", "payment"), [("paid", "COMPLETED"), ("refunded", "REFUNDED")])
def test_the_rest_is_an_exact_match_whatever_was_tried_before(order: str, payment: str) -> None:
    attempts = [
        make_linked(transaction_id="T1", status=payment),
        make_linked(transaction_id="T2", status="EXPIRED", crypto_received="0"),
    ]
    case = reckon(make_world([make_order(status=order)], attempts)).only_case
    assert (case.match_status, case.codes) == ("MATCHED_EXACT", ())


def test_a_payment_of_the_next_day_moves_to_the_date_of_its_order() -> None:
    payment = make_linked(created_at=CREATED_AT + DAY)
    lines = reckon(make_world([make_order()], [payment])).proof
    thousand = Decimal(1000)
    order_day, payment_day = (lines[date(2026, 3, day), "NGN"] for day in (5, 6))
    assert order_day.expected == Side(own=thousand, by_cases=thousand)
    assert order_day.received == Side(moved_in=thousand, by_cases=thousand)
    assert payment_day.received == Side(own=thousand, moved_out=thousand)
    assert [line.unexplained_residual for line in lines.values()] == [0, 0]


@pytest.mark.parametrize(
    ("received", "code"),
    [("9", "UNDERPAID"), ("11", "OVERPAID")],
)
def test_a_young_payment_in_the_wrong_amount_is_a_break_whose_difference_is_timing(
    received: str, code: str
) -> None:
    payment = make_transaction(
        created_at=AS_OF - HOUR, crypto_received=received, refund_tx_hash="0xback"
    )
    reckoning = reckon(make_world([], [payment]))
    assert (reckoning.only_case.match_status, reckoning.only_case.codes) == ("BREAK", (code,))
    assert reckoning.unexplained == ()
    assert reckoning.unexplained_residual == {(date(2026, 3, 10), "NGN"): 0}
