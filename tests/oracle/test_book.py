"""What the book was at an earlier instant: nights one after another, each as it was judged."""

from datetime import timedelta
from typing import Any

import pytest
from oracle.bill_makers import make_attempt, make_authorization, make_invoice
from oracle.book import Book, Known, chronicle
from oracle.makers import AS_OF, CREATED_AT, PLACED_AT, make_order, make_transaction
from oracle.reckoning import CaseReckoning, reckon
from oracle.world import Decision, Policy, QuarantinedOrder, Window
from oracle.worlds import random_billed_world

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
FIRST, SECOND = AS_OF - DAY, AS_OF


def make_book(**facts: Any) -> Book:
    """A paid order K1 five days old, two nights, everything pulled by both."""
    defaults: dict[str, Any] = {
        "closings": (FIRST, SECOND),
        "orders": (Known(make_order(), FIRST),),
        "windows": (
            Known(Window(start=FIRST - 60 * DAY, end=FIRST), FIRST),
            Known(Window(start=FIRST, end=SECOND), SECOND),
        ),
    }
    return Book(**(defaults | facts))


def case_at(book: Book, instant: Any, case_id: str = "order:K1") -> CaseReckoning:
    return reckon(book.known_at(instant)).cases[case_id]


def test_a_payment_taken_in_later_was_missing_before() -> None:
    payment = make_transaction(external_id="K1", recorded_from=SECOND)
    book = make_book(transactions=(payment,))
    assert case_at(book, FIRST).code == "MISSING_IN_GATEWAY"
    assert case_at(book, SECOND - MICROSECOND) == case_at(book, FIRST)
    assert case_at(book, SECOND).match_status == "MATCHED_EXACT"
    assert case_at(book, SECOND + DAY) == case_at(book, SECOND)


def test_before_the_first_night_there_is_no_book() -> None:
    with pytest.raises(ValueError, match="empty"):
        make_book().known_at(FIRST - MICROSECOND)


def test_the_version_known_then_counts_and_of_those_of_one_night_the_last() -> None:
    versions = [
        make_transaction(external_id="K1", status=status, recorded_from=recorded_from)
        for status, recorded_from in (
            ("PENDING", FIRST),
            ("FAILED", FIRST),
            ("COMPLETED", SECOND),
            ("REFUNDED", SECOND),
        )
    ]
    book = make_book(transactions=tuple(versions))
    assert case_at(book, FIRST).codes == ("STATUS_MISMATCH", "REFUND_DUE")
    assert case_at(book, SECOND).codes == ("REFUND_NOT_IN_ORDERS",)
    assert len(book.known_at(FIRST).transactions["T1"]) == 2


def test_ages_run_to_the_as_of_of_then() -> None:
    book = make_book(orders=(Known(make_order(placed_at=SECOND - 30 * HOUR), FIRST),))
    assert case_at(book, FIRST).match_status == "EXPECTED"
    assert case_at(book, SECOND).code == "MISSING_IN_GATEWAY"


def test_orders_and_the_policy_are_those_of_then() -> None:
    book = make_book(
        orders=(
            Known(make_order(status="awaiting"), FIRST),
            Known(make_order(amount="700"), SECOND),
        ),
        policies=(Known(Policy(), FIRST), Known(Policy(gateway_hours=240), SECOND)),
    )
    assert case_at(book, FIRST).match_status == "NOT_EXPECTED"
    assert (case_at(book, SECOND).expected, case_at(book, SECOND).match_status) == (700, "EXPECTED")


def test_a_decision_counts_from_the_as_of_that_the_book_had_when_it_was_made() -> None:
    decision = Decision(action="link", order_id="K1", transaction_id="T1")
    payment = make_transaction(fiat_amount="1000", created_at=CREATED_AT + DAY, recorded_from=FIRST)
    book = make_book(transactions=(payment,), decisions=(Known(decision, SECOND),))
    assert case_at(book, FIRST).transactions == ()
    assert case_at(book, SECOND).match_status == "MATCHED_MANUAL"


def test_a_refused_row_is_known_until_the_export_that_mended_it() -> None:
    """The payment names K9, whose row was refused the first night and mended the second."""
    payment = make_transaction(external_id="K9", recorded_from=FIRST, created_at=PLACED_AT + DAY)
    refused = Known(QuarantinedOrder(known_ids=("K9",)), FIRST, SECOND)
    other = make_order(order_id="K2", placed_at=PLACED_AT + DAY, status="awaiting")
    book = make_book(orders=(Known(other, FIRST),), transactions=(payment,), quarantined=(refused,))
    assert case_at(book, FIRST, "transaction:T1").match_status == "EXPECTED"
    assert case_at(book, SECOND, "transaction:T1").code == "MISSING_IN_ORDERS"


def test_a_gap_is_a_gap_until_a_later_night_fills_it() -> None:
    book = make_book(
        windows=(
            Known(Window(start=FIRST - 60 * DAY, end=FIRST, complete=False), FIRST),
            Known(Window(start=FIRST - 60 * DAY, end=SECOND), SECOND),
        )
    )
    assert case_at(book, FIRST).code == "INCOMPLETE_EXTRACT"
    assert case_at(book, SECOND).code == "MISSING_IN_GATEWAY"


def test_bills_and_authorizations_are_those_of_then() -> None:
    book = make_book(
        orders=(),
        invoices=(
            Known(make_invoice(status="OPEN"), FIRST),
            Known(make_invoice(), SECOND),
        ),
        attempts=(Known(make_attempt(), FIRST),),
        authorizations=(
            make_authorization(recorded_from=FIRST),
            make_authorization(expires_at=PLACED_AT - DAY, recorded_from=SECOND),
        ),
    )
    assert case_at(book, FIRST, "invoice:I1").codes == ("CHARGED_INVOICE_UNPAID",)
    assert case_at(book, SECOND, "invoice:I1").codes == ("AUTHORISATION_BREACH",)


@pytest.mark.parametrize(("recorded_from", "codes"), [(FIRST, ("LATE_PAYMENT",)), (SECOND, ())])
def test_money_is_late_only_for_what_a_night_had_seen(recorded_from: Any, codes: Any) -> None:
    """The empty version came a night before the money, or was never held."""
    empty = make_transaction(
        external_id="K1", status="EXPIRED", crypto_received="0", recorded_from=FIRST
    )
    paid = make_transaction(external_id="K1", recorded_from=SECOND)
    seen = (empty, paid) if recorded_from == FIRST else (paid,)
    book = make_book(transactions=seen)
    assert case_at(book, SECOND).codes == codes


@pytest.mark.parametrize("seed", range(8))
def test_a_book_closed_day_by_day_ends_as_the_world_and_holds_its_proof_on_the_way(
    seed: int,
) -> None:
    world = random_billed_world(seed)
    nights = [world.as_of - days * DAY for days in range(5, 0, -1)]
    book = chronicle(world, nights)
    assert reckon(book.known_at(world.as_of)) == reckon(world)
    earlier = [reckon(book.known_at(night)) for night in nights]
    assert all(each.unexplained == () for each in earlier)
    rows = [sum(each.rows_by_status.values()) for each in earlier]
    assert rows == sorted(rows)
    assert rows[0] < sum(reckon(world).rows_by_status.values())
