"""Payments through the API: tolerance at its edges, allowed moves, invoices and links paid."""

from decimal import Decimal

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.sandbox.trade.payments import bounds, excess

API = "/api/v1"


def row(received: str, *, expected: str = "750.12", tolerance: str | None = "2"):
    percent = None if tolerance is None else Decimal(tolerance)
    return {
        "expectedAmount": Decimal(expected),
        "actualAmount": Decimal(received),
        "paymentTolerance": percent,
    }


@pytest.mark.parametrize(
    ("received", "is_paid", "surplus"),
    [
        ("735.1175", False, "0"),
        ("735.1176", True, "0"),
        ("765.1224", True, "0"),
        ("765.1225", True, "15.0025"),
    ],
)
def test_the_tolerance_ends_where_the_contract_says(received, is_paid, surplus):
    payment = row(received)
    assert (Decimal(received) >= bounds(payment)[0]) is is_paid
    assert excess(payment) == Decimal(surplus)


def test_without_a_tolerance_only_the_exact_amount_is_exact():
    assert excess(row("750.13", tolerance=None)) == Decimal("0.01")
    assert bounds(row("0", tolerance=None)) == (Decimal("750.12"), Decimal("750.12"))


def opened(client: httpx.Client, **members: object) -> dict[str, object]:
    body = {"toCurrency": "NGN", "toAmount": 5000, "fromCurrency": "USDT", **members}
    data: dict[str, object] = client.post(f"{API}/transactions", json=body).json()["data"]
    return data


def forced(client: httpx.Client, payment: dict[str, object], scenario: str) -> httpx.Response:
    body = {"transactionId": payment["id"], "scenario": scenario}
    return client.post(f"{API}/sandbox/simulator/force-scenario", json=body)


@pytest.mark.parametrize(
    ("scenarios", "status"),
    [
        (["exact"], "COMPLETED"),
        (["underpayment"], "UNDERPAID"),
        (["underpayment", "top_up"], "COMPLETED"),
        (["underpayment", "expire", "refund"], "REFUNDED"),
        (["overpayment"], "COMPLETED"),
        (["late_payment"], "COMPLETED"),
        (["risk_failure"], "FAILED"),
        (["exact", "payout"], "COMPLETED"),
        (["exact", "payout_failed", "payout"], "COMPLETED"),
    ],
)
def test_scenarios_lead_to_their_states(client, scenarios, status):
    payment = opened(client)
    for scenario in scenarios:
        answer = forced(client, payment, scenario)
        assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["status"] == status


@pytest.mark.parametrize(
    "scenarios",
    [["top_up"], ["payout"], ["exact", "exact"], ["risk_failure", "expire"], ["refund"]],
)
def test_a_scenario_that_cannot_be_is_a_conflict(client, scenarios):
    payment = opened(client)
    statuses = [forced(client, payment, scenario).status_code for scenario in scenarios]
    assert statuses[-1] == 409


def test_coins_arrive_only_in_their_digits_and_only_where_they_may(client):
    payment = opened(client)
    for amount in ("0", "-1", "1e-7", "NaN", True, "ten", "\u0661", "1_0", " 1"):
        body = {"transactionId": payment["id"], "amount": amount}
        refused = client.post("/_sandbox/deposits", json=body)
        assert (refused.status_code, list(refused.json()["details"])) == (400, ["amount"])
    forced(client, payment, "risk_failure")
    late = client.post("/_sandbox/deposits", json={"transactionId": payment["id"]})
    assert late.status_code == 409


def test_a_transaction_pays_its_invoice_in_full_and_a_refund_opens_it_again(client):
    invoice = client.post(
        f"{API}/invoices",
        json={
            "customerName": "Ada",
            "customerEmail": "ada@example.com",
            "items": [{"description": "Tea", "quantity": 1, "unitPrice": 125000}],
            "taxRate": 7.5,
            "discountAmount": 5000,
        },
    ).json()["data"]
    assert (invoice["subtotal"], invoice["taxAmount"], invoice["totalAmount"]) == (
        125000,
        9375,
        129375,
    )
    wrong = {"toCurrency": "NGN", "toAmount": 1, "fromCurrency": "USDT", "invoiceId": invoice["id"]}
    assert client.post(f"{API}/transactions", json=wrong).status_code == 400
    payment = opened(client, toAmount=129375, invoiceId=invoice["id"])
    states = []
    for scenario in ("exact", "refund"):
        forced(client, payment, scenario)
        states.append(client.get(f"/_sandbox/invoices/{invoice['id']}").json()["status"])
    assert states == ["PAID", "PENDING"]


def test_a_link_counts_the_transactions_that_use_it(client):
    body = {"title": "Tea for two", "currency": "NGN", "amount": 5000, "slug": "tea-for-two"}
    link = client.post(f"{API}/payment-links", json=body).json()["data"]
    assert (link["amount"], link["paymentUrl"][-11:]) == ("5000.00", "tea-for-two")
    assert client.post(f"{API}/payment-links", json=body).status_code == 409
    opened(client, paymentLinkId=link["id"])
    assert client.get(f"/_sandbox/payment-links/{link['id']}").json()["transactionCount"] == 1


LINES = st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**7)), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(LINES, st.integers(0, 10**6), st.sampled_from([("NGN", 2), ("RWF", 0)]))
def test_invoice_totals_are_those_of_whole_minor_units(lines, rate, currency):
    """Quantities in thousandths, prices in minor units, the rate in 1/10,000 of a percent."""
    code, digits = currency
    items = [
        {
            "description": "Tea",
            "quantity": float(Decimal(quantity).scaleb(-3)),
            "unitPrice": float(Decimal(price).scaleb(-digits)),
            "currency": code,
        }
        for quantity, price in lines
    ]
    body = {
        "customerName": "Ada",
        "customerEmail": "ada@example.com",
        "items": items,
        "taxRate": float(Decimal(rate).scaleb(-4)),
    }
    answer = shared_client().post(f"{API}/invoices", json=body)
    subtotal = sum((quantity * price * 2 + 1000) // 2000 for quantity, price in lines)
    if not subtotal:
        # A payment carries at least 0.01, and only payments make an invoice paid.
        assert (answer.status_code, list(answer.json()["details"])) == (400, ["items"])
        return
    assert answer.status_code == 200, answer.text
    tax = (subtotal * rate * 2 + 10**6) // (2 * 10**6)
    invoice = answer.json()["data"]
    shown = [invoice[name] for name in ("subtotal", "taxAmount", "totalAmount")]
    wanted = [Decimal(minor).scaleb(-digits) for minor in (subtotal, tax, subtotal + tax)]
    assert [Decimal(str(amount)) for amount in shown] == wanted


_OPEN: list[httpx.Client] = []


def shared_client() -> httpx.Client:
    return _OPEN[0]


@pytest.fixture(autouse=True, scope="module")
def _served():
    from datetime import UTC, date, datetime

    plan = SandboxPlan(start=date(2026, 10, 24), days=1, orders_per_day=0)
    with (
        SandboxServer(plan, clock=datetime(2026, 10, 24, 9, tzinfo=UTC)) as server,
        httpx.Client(
            base_url=server.url, headers={"Authorization": "rsp_test_sandbox"}, timeout=10
        ) as opened_client,
    ):
        _OPEN.append(opened_client)
        yield
        _OPEN.clear()
