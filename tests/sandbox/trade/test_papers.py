"""Invoices and payment links: what they may come to, and that those that are over take nothing."""

import httpx
import pytest

PAYMENT = {"toCurrency": "NGN", "toAmount": 5000, "fromCurrency": "USDT"}


def invoiced(merchant, *, price: float = 5000, quantity: int = 1, **members) -> httpx.Response:
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
        {"price": 10**9, "quantity": 1000},
        {"price": 10**9, "quantity": 1000, "taxRate": 100, "discountAmount": 10**12},
        {"dueDate": "2000-01-01"},
    ],
)
def test_an_invoice_at_the_edge_of_what_can_be_paid_is_made(merchant, members):
    assert invoiced(merchant, **members).status_code == 200
