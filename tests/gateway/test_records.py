"""One object becomes one flat row of text; bad values pass, contradictions are told."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.records import Row
from pipelines.gateway.streams.payments import CHECKOUT_SESSIONS, TRANSACTIONS
from pipelines.gateway.strict_json import parse

DOCUMENTED = b"""{"id":"trxn_123","businessId":"biz_001","reference":"RS-20250101-ABC123",
"externalId":"ext_001","type":"checkout","status":"pending","payoutStatus":" Pending ",
"checkoutSessionId":"sess_123","invoiceId":"inv_001","paymentLinkId":"pl_001",
"settlementId":null,"customerName":"Ada","customerEmail":"ada@example.com","amount":500000,
"currency":"ngn","toAmount":500000,"toCurrency":"NGN","toNetwork":null,"fromAmount":750.12,
"fromCurrency":"usdt","fromNetwork":"tron","cryptoAmount":750.120,"cryptoCurrency":"USDT",
"expectedAmount":750.12,"actualAmount":0,"exchangeRate":666.6,"fees":5000,"paymentTolerance":2,
"depositTxHash":null,"refundAmount":0,"refundTxHash":null,"description":"order K1","notes":"",
"expiresAt":"2025-01-01T00:30:00Z","createdAt":"2025-01-01T00:00:00Z",
"updatedAt":"2025-01-01T00:00:00Z","riskFlags":[],"isMobileMoney":false}"""


def row(**fields: Any) -> Row:
    return TRANSACTIONS.table.row(fields, source="ref#1", fetched_at="now")


def test_the_documented_object_becomes_a_row() -> None:
    item = parse(DOCUMENTED)
    assert isinstance(item, dict)

    found = TRANSACTIONS.table.row(item, source="a.zst#1#1", fetched_at="2026-03-02T01:00:00+00:00")

    assert found == {
        "transaction_id": "trxn_123",
        "business_id": "biz_001",
        "type": "CHECKOUT",
        "reference": "RS-20250101-ABC123",
        "external_id": "ext_001",
        "description": "order K1",
        "exchange_rate": "666.6",
        "deposit_tx_hash": None,
        "checkout_session_id": "sess_123",
        "invoice_id": "inv_001",
        "payment_link_id": "pl_001",
        "settlement_id": None,
        "status": "PENDING",
        "payout_status": "PENDING",
        "fiat_amount": "500000",
        "fiat_currency": "NGN",
        "crypto_expected": "750.12",
        "crypto_received": "0",
        "crypto_currency": "USDT",
        "network": "TRON",
        "fee_amount": "5000",
        "tolerance_percent": "2",
        "refund_amount": "0",
        "refund_tx_hash": None,
        "customer_email": "ada@example.com",
        "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2025-01-01T00:00:00Z",
        "expires_at": "2025-01-01T00:30:00Z",
        "disagreements": None,
        "is_short": None,
        "unknown_fields": None,
        "source": "a.zst#1#1",
        "fetched_at": "2026-03-02T01:00:00+00:00",
    }
    assert tuple(found) == TRANSACTIONS.columns


def test_the_older_short_object_is_short() -> None:
    found = row(
        id="t",
        reference="r",
        status="pending",
        fromCurrency="usdt",
        fromAmount="1",
        toCurrency="NGN",
        toAmount="2",
        depositAddress="x",
        createdAt="c",
        updatedAt="u",
    )
    assert found["is_short"] == "true"
    assert (found["crypto_expected"], found["fiat_amount"]) == ("1", "2")
    assert (found["crypto_currency"], found["unknown_fields"]) == ("USDT", None)


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"uid": "u"}, "transaction_id", "u"),
        ({"transactionId": "u"}, "transaction_id", "u"),
        ({"transaction_id": "u"}, "transaction_id", "u"),
        ({"id": None, "uid": "u"}, "transaction_id", "u"),
        ({"id": ""}, "transaction_id", None),
        ({}, "transaction_id", None),
        ({"payout_status": "completed"}, "payout_status", "COMPLETED"),
        ({"expected_amount": "1.50"}, "crypto_expected", "1.50"),
        ({"amount": None, "toAmount": "3"}, "fiat_amount", "3"),
        ({"amount": "1E+3"}, "fiat_amount", "1000"),
        ({"amount": "1,000.00"}, "fiat_amount", "1,000.00"),
        ({"amount": "1e9999999999"}, "fiat_amount", "1e9999999999"),
        ({"amount": ["1"]}, "fiat_amount", '["1"]'),
        ({"amount": True}, "fiat_amount", "true"),
        ({"amount": ""}, "fiat_amount", None),
        ({"status": "  "}, "status", None),
        ({"status": {"code": "x"}}, "status", '{"CODE":"X"}'),
        ({"description": " kept as sent "}, "description", " kept as sent "),
        ({"description": False}, "description", "false"),
    ],
)
def test_variants_and_bad_values_pass_as_text(
    fields: dict[str, Any], column: str, value: str | None
) -> None:
    assert row(**fields)[column] == value


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"amount": "1.0", "toAmount": "1.00"}, None),
        ({"amount": "1", "toAmount": None}, None),
        ({"currency": "ngn", "toCurrency": " NGN"}, None),
        ({"amount": "1", "toAmount": "2"}, "fiat_amount: amount=1, toAmount=2"),
        (
            {"customerEmail": "a@x", "customer_email": "b@x"},
            "customer_email: customerEmail, customer_email",
        ),
        ({"amount": "x", "toAmount": "2"}, "fiat_amount: amount=x, toAmount=2"),
        (
            {"expectedAmount": "1", "fromAmount": "1", "cryptoAmount": "3", "id": "a", "uid": "b"},
            "transaction_id: id=a, uid=b; "
            "crypto_expected: expectedAmount=1, cryptoAmount=3, fromAmount=1",
        ),
    ],
)
def test_duplicates_that_disagree_are_told(fields: dict[str, Any], told: str | None) -> None:
    assert row(**fields)["disagreements"] == told


def test_unknown_fields_are_named_and_not_kept() -> None:
    found = row(id="a", zeta=1, alpha={"x": 1}, riskScore="5", wallet_address="w")
    assert found["unknown_fields"] == "alpha,zeta"


def test_rows_are_numbered_within_their_answer() -> None:
    found = TRANSACTIONS.table.rows([{"id": "a"}, {"id": "b"}], ref="f.zst#3", fetched_at="now")
    assert [each["source"] for each in found] == ["f.zst#3#1", "f.zst#3#2"]


def test_many_shapes_do_not_fill_the_memory() -> None:
    for number in range(2500):
        assert row(**{f"field{number}": 1})["unknown_fields"] == f"field{number}"


def test_the_table_of_endpoints_is_consistent() -> None:
    for stream, endpoint in ENDPOINTS.items():
        assert endpoint.stream == stream
        assert endpoint.columns[0] == endpoint.key
        assert "{id}" in endpoint.detail_path
        assert len(endpoint.columns) == len(set(endpoint.columns))
    assert CHECKOUT_SESSIONS.list_path is None
