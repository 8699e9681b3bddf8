"""What a session shows of its transactions, and which of its ends are announced, each once."""

import pytest


@pytest.mark.parametrize(
    ("scenarios", "standing", "events"),
    [
        (["underpayment", "refund"], "FAILED", ["payment_received", "failed"]),
        (["underpayment", "expire", "refund"], "EXPIRED", ["payment_received", "expired"]),
        (["underpayment", "risk_failure", "refund"], "FAILED", ["payment_received", "failed"]),
        (["exact", "refund"], "COMPLETED", ["payment_received", "completed"]),
    ],
)
def test_a_refund_completes_no_session_that_was_not_paid(merchant, scenarios, standing, events):
    session = merchant.session()
    merchant.forces(merchant.payment(session), *scenarios)
    assert merchant.reads(f"checkout-sessions/{session}")["status"] == standing
    assert merchant.heard(session) == events


@pytest.mark.parametrize("payments", [0, 1, 2])
def test_a_session_that_expires_says_so_once_whatever_expires_with_it(merchant, payments):
    session = merchant.session()
    for _ in range(payments):
        merchant.payment(session)
    merchant.moves(minutes=30)
    assert merchant.reads(f"checkout-sessions/{session}")["status"] == "EXPIRED"
    assert merchant.heard(session) == ["expired"]


@pytest.mark.parametrize(
    ("of_first", "of_second", "standing", "events"),
    [
        (["expire"], [], "PENDING", []),
        (["risk_failure"], ["underpayment"], "PROCESSING", ["payment_received"]),
        (["expire"], ["exact"], "COMPLETED", ["payment_received", "completed"]),
        (["exact"], ["risk_failure"], "COMPLETED", ["payment_received", "completed"]),
        (["expire"], ["risk_failure"], "FAILED", ["failed"]),
    ],
)
def test_a_session_shows_what_both_its_transactions_come_to(
    merchant, of_first, of_second, standing, events
):
    session = merchant.session()
    first, second = merchant.payment(session), merchant.payment(session)
    merchant.forces(first, *of_first)
    merchant.forces(second, *of_second)
    assert merchant.reads(f"checkout-sessions/{session}")["status"] == standing
    assert merchant.heard(session) == events


def test_a_session_that_expires_again_after_late_money_is_not_announced_again(merchant):
    session = merchant.session()
    payment = merchant.payment(session)
    merchant.moves(minutes=30)
    merchant.scenario(payment, "late_payment", amount=0.01).raise_for_status()
    assert merchant.reads(f"checkout-sessions/{session}")["status"] == "EXPIRED"
    assert merchant.heard(session) == ["expired", "payment_received"]
