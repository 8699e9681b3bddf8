"""Invoices and payment links: what they may come to, that those that are over take nothing, and
that an invoice is paid by one payment, whatever reaches the others.
"""

import httpx
import pytest

PAYMENT = {"toCurrency": "NGN", "toAmount": 5000, "fromCurrency": "USDT"}


def invoiced(merchant, *, price: float = 5000, quantity: float = 1, **members) -> httpx.Response:
    items = [{"description": "Tea", "quantity": quantity, "unitPrice": price}]
    return merchant.asks(
        "invoices",
        customerName="Ada",
        customerEmail="ada@example.com",
        items=items,
        **members,
    )


def linked(merchant, **members) -> str:
    link = merchant.asks("payment-links", title="Tea", currency="NGN", amount=5000, **members)
    return str(link.json()["data"]["id"])


def test_a_paid_invoice_takes_no_second_payment_and_a_refunded_one_does(merchant):
    invoice = invoiced(merchant).json()["data"]["id"]
    payment = merchant.payment(invoiceId=invoice)
    merchant.forces(payment, "exact")
    assert merchant.asks("transactions", **PAYMENT, invoiceId=invoice).status_code == 409
    merchant.forces(payment, "refund")
    assert merchant.asks("transactions", **PAYMENT, invoiceId=invoice).status_code == 200


def two_payments_of_an_invoice(merchant) -> tuple[str, str, str]:
    invoice = invoiced(merchant).json()["data"]["id"]
    return invoice, merchant.payment(invoiceId=invoice), merchant.payment(invoiceId=invoice)


def standing(merchant, invoice: str, *payments: str) -> list[str]:
    """The invoice's status, then its payments'."""
    paper = merchant.client.get(f"/_sandbox/invoices/{invoice}").json()
    return [paper["status"], *(merchant.reads(f"transactions/{one}")["status"] for one in payments)]


def deposited(merchant, payment: str) -> None:
    """All the coins that are due, confirmed in the chain's usual minutes."""
    due = {"transactionId": payment}
    merchant.client.post("/_sandbox/deposits", json=due).raise_for_status()


@pytest.mark.parametrize(
    ("before", "received"), [([], 0), (["underpayment"], 1), (["expire"], 0), (["risk_failure"], 0)]
)
def test_a_paid_invoice_ends_its_other_payments_and_what_they_received_stays(
    merchant, before, received
):
    invoice, first, second = two_payments_of_an_invoice(merchant)
    merchant.forces(first, *before)
    merchant.forces(second, "exact")
    ended = "FAILED" if before == ["risk_failure"] else "EXPIRED"
    assert standing(merchant, invoice, first, second) == ["PAID", ended, "COMPLETED"]
    detail = merchant.reads(f"transactions/{first}")
    assert (detail["actualAmount"] > 0, detail["refundTxHash"]) == (bool(received), None)


def test_coins_that_come_late_for_a_paid_invoice_are_kept_and_can_be_returned(merchant):
    invoice, first, second = two_payments_of_an_invoice(merchant)
    merchant.forces(second, "exact")
    deposited(merchant, first)
    assert standing(merchant, invoice, first) == ["PAID", "PROCESSING"]
    merchant.moves(minutes=10)
    late = merchant.reads(f"transactions/{first}")
    assert (late["status"], late["payoutStatus"]) == ("EXPIRED", "PENDING")
    assert late["actualAmount"] == late["expectedAmount"]
    merchant.forces(first, "refund")
    assert standing(merchant, invoice, first, second) == ["PAID", "REFUNDED", "COMPLETED"]


def test_of_two_deposits_for_one_invoice_the_first_confirmed_pays_it(merchant):
    invoice, first, second = two_payments_of_an_invoice(merchant)
    deposited(merchant, first)
    deposited(merchant, second)
    merchant.moves(days=3)
    paper, *both = standing(merchant, invoice, first, second)
    assert (paper, sorted(both)) == ("PAID", ["COMPLETED", "EXPIRED"])


@pytest.mark.parametrize("scenario", ["exact", "overpayment", "late_payment"])
def test_no_scenario_pays_an_invoice_twice(merchant, scenario):
    invoice, first, second = two_payments_of_an_invoice(merchant)
    deposited(merchant, first)
    merchant.forces(second, "exact")
    merchant.scenario(first, scenario)
    assert standing(merchant, invoice, first, second) == ["PAID", "EXPIRED", "COMPLETED"]


@pytest.mark.parametrize("received", [False, True])
def test_a_second_completion_cannot_be_forced_until_the_first_is_refunded(merchant, received):
    invoice, first, second = two_payments_of_an_invoice(merchant)
    if received:
        deposited(merchant, first)
    merchant.forces(second, "exact")
    before = merchant.reads(f"transactions/{first}")
    assert merchant.status(first, "COMPLETED").status_code == 409
    assert merchant.reads(f"transactions/{first}") == before
    merchant.forces(second, "refund")
    merchant.status(first, "COMPLETED").raise_for_status()
    assert standing(merchant, invoice, first, second) == ["PAID", "COMPLETED", "REFUNDED"]


def test_the_session_of_an_ended_payment_ends_with_it(merchant):
    invoice = invoiced(merchant).json()["data"]["id"]
    of_first, of_second = merchant.session(), merchant.session()
    merchant.payment(of_first, invoiceId=invoice)
    merchant.forces(merchant.payment(of_second, invoiceId=invoice), "exact")
    assert merchant.heard(of_first) == ["expired"]
    assert merchant.heard(of_second) == ["payment_received", "completed"]


def test_a_link_takes_many_payments(merchant):
    link = linked(merchant)
    first, second = merchant.payment(paymentLinkId=link), merchant.payment(paymentLinkId=link)
    merchant.forces(first, "exact")
    merchant.forces(second, "exact")
    statuses = [merchant.reads(f"transactions/{payment}")["status"] for payment in (first, second)]
    assert statuses == ["COMPLETED", "COMPLETED"]


def test_an_overdue_invoice_can_still_be_paid(merchant):
    invoice = invoiced(merchant, dueDate="2000-01-01").json()["data"]["id"]
    merchant.moves(minutes=1)
    assert merchant.client.get(f"/_sandbox/invoices/{invoice}").json()["status"] == "OVERDUE"
    assert merchant.asks("transactions", **PAYMENT, invoiceId=invoice).status_code == 200


def test_an_expired_link_takes_and_counts_no_payment(merchant):
    now = merchant.client.get("/_sandbox/clock").json()["now"]
    day = f"{int(now[:4]) + 1}{now[4:]}"
    link = linked(merchant, expiresAt=day)
    merchant.payment(paymentLinkId=link)
    merchant.client.put("/_sandbox/clock", json={"now": day}).raise_for_status()
    assert merchant.asks("transactions", **PAYMENT, paymentLinkId=link).status_code == 409
    read = merchant.client.get(f"/_sandbox/payment-links/{link}").json()
    assert (read["status"], read["transactionCount"]) == ("EXPIRED", 1)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"price": 0}, "items"),
        ({"price": 0, "taxRate": 7.5, "discountAmount": 0}, "items"),
        ({"price": 0.01, "quantity": 0.49}, "items"),
        ({"discountAmount": 5000}, "discountAmount"),
        ({"discountAmount": 5000.01}, "discountAmount"),
        ({"price": 10**9, "quantity": 1001}, "items"),
        ({"price": 10**9, "quantity": 1000, "taxRate": 0.0001}, "items"),
        ({"dueDate": "1800-01-01"}, "dueDate"),
        ({"dueDate": "1999-12-31T23:59:59.999Z"}, "dueDate"),
    ],
)
def test_an_invoice_that_nobody_could_pay_is_refused_by_the_field(merchant, members, field):
    refused = invoiced(merchant, **members)
    assert (refused.status_code, list(refused.json()["details"])) == (400, [field])


@pytest.mark.parametrize(
    "members",
    [
        {"discountAmount": 4999.99},
        {"price": 0.01},
        {"price": 0.01, "quantity": 0.5},
        {"price": 10**9, "quantity": 1000},
        {"price": 10**9, "quantity": 1000, "taxRate": 100, "discountAmount": 10**12},
        {"dueDate": "2000-01-01"},
    ],
)
def test_an_invoice_at_the_edge_of_what_can_be_paid_is_made(merchant, members):
    assert invoiced(merchant, **members).status_code == 200
