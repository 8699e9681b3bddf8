"""Forced scenarios and states: payouts once and for paid money only, and amounts that can be."""

from decimal import Decimal

import pytest


def amounts(payment):
    return Decimal(str(payment["actualAmount"])), Decimal(str(payment["expectedAmount"]))


@pytest.mark.parametrize("scenarios", [["exact", "refund"], ["underpayment", "refund"]])
@pytest.mark.parametrize("becomes", ["payout", "payout_failed"])
def test_what_was_refunded_is_not_paid_out(merchant, scenarios, becomes):
    payment = merchant.payment()
    merchant.forces(payment, *scenarios)
    assert merchant.scenario(payment, becomes).status_code == 409
    assert merchant.status(payment, "REFUNDED", payoutStatus="COMPLETED").status_code == 409
    assert merchant.reads(f"transactions/{payment}")["payoutStatus"] == "PENDING"


def test_a_refund_and_a_payout_are_not_forced_in_one(merchant):
    payment = merchant.payment()
    merchant.forces(payment, "exact")
    assert merchant.status(payment, "REFUNDED", payoutStatus="COMPLETED").status_code == 409
    assert merchant.reads(f"transactions/{payment}")["status"] == "COMPLETED"


@pytest.mark.parametrize("again", ["payout", "payout_failed"])
def test_a_payout_that_is_done_keeps_its_settlement(merchant, again):
    payment = merchant.payment()
    merchant.forces(payment, "exact", "payout")
    settlement = merchant.reads(f"transactions/{payment}")["settlementId"]
    assert merchant.scenario(payment, again).status_code == 409
    assert merchant.reads(f"transactions/{payment}")["settlementId"] == settlement


@pytest.mark.parametrize("tolerance", [2, 100])
@pytest.mark.parametrize("first", [None, "UNDERPAID", "PROCESSING"])
def test_what_is_forced_to_be_completed_was_paid(merchant, first, tolerance):
    payment = merchant.payment(paymentTolerance=2 if first == "UNDERPAID" else tolerance)
    if first is not None:
        merchant.status(payment, first).raise_for_status()
    received, expected = amounts(merchant.status(payment, "COMPLETED").json()["data"])
    assert received == expected


@pytest.mark.parametrize("standing", ["underpayment", "expire"])
def test_what_is_forced_to_be_processing_has_come_in_full(merchant, standing):
    payment = merchant.payment()
    merchant.forces(payment, standing)
    received, expected = amounts(merchant.status(payment, "PROCESSING").json()["data"])
    assert received == expected


def test_a_gateway_can_be_forced_to_take_a_deposit_that_is_short(merchant):
    payment = merchant.payment()
    short = {"transactionId": payment, "amount": 1, "confirmsAt": None}
    merchant.client.post("/_sandbox/deposits", json=short).raise_for_status()
    completed = merchant.status(payment, "COMPLETED").json()["data"]
    assert (completed["status"], Decimal(str(completed["actualAmount"]))) == ("COMPLETED", 1)


@pytest.mark.parametrize("first", [None, "PROCESSING", "EXPIRED"])
def test_what_is_forced_to_be_underpaid_is_short(merchant, first):
    payment = merchant.payment(paymentTolerance=2)
    if first is not None:
        merchant.status(payment, first).raise_for_status()
    forced = merchant.status(payment, "UNDERPAID").json()["data"]
    received, expected = amounts(forced)
    assert forced["status"] == "UNDERPAID"
    assert 0 < received < expected * Decimal("0.98")
    merchant.forces(payment, "top_up")
    assert amounts(merchant.reads(f"transactions/{payment}")) == (expected, expected)


@pytest.mark.parametrize("tolerance", [2, 50, 75, 99.99])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_underpayment_is_short_whatever_the_tolerance_and_however_often(
    merchant, tolerance, times
):
    payment = merchant.payment(paymentTolerance=tolerance)
    merchant.forces(payment, *["underpayment"] * times)
    short = merchant.reads(f"transactions/{payment}")
    received, expected = amounts(short)
    assert short["status"] == "UNDERPAID"
    assert 0 < received < expected * (100 - Decimal(str(tolerance))) / 100


@pytest.mark.parametrize("force", ["scenario", "status"])
def test_where_any_coin_pays_there_is_no_underpayment(merchant, force):
    payment = merchant.payment(paymentTolerance=100)
    word = {"scenario": "underpayment", "status": "UNDERPAID"}[force]
    refused = getattr(merchant, force)(payment, word)
    assert (refused.status_code, "tolerance" in refused.text) == (409, True)
    assert merchant.reads(f"transactions/{payment}")["status"] == "PENDING"
