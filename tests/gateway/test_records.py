"""One object becomes one flat row of text; bad values pass, contradictions are told."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.gateway.endpoint import Endpoint, Strategy
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.records import Field, FieldTable, Kind, Row
from pipelines.gateway.streams.payments import CHECKOUT_SESSIONS, TRANSACTIONS
from pipelines.gateway.streams.subscribing import CHARGE_ATTEMPTS
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


NESTED = FieldTable(
    (
        Field("id", ("id",)),
        Field("price_id", ("priceUid", "price.uid", "price.id")),
        Field("email", ("customer.contact.eMail",), Kind.PRIVATE),
    ),
    unused=("note",),
)


@pytest.mark.parametrize(
    ("item", "price_id", "told"),
    [
        ({"price": {"uid": "p"}}, "p", None),
        ({"price": {"id": "p", "amount": "1"}}, "p", None),
        ({"priceUid": "p", "price": {"uid": "p"}}, "p", None),
        ({"price_uid": None, "price": {"uid": "p"}}, "p", None),
        ({"price_uid": "p"}, "p", None),
        ({"priceUid": "p", "price": {"uid": "q"}}, "p", "price_id: priceUid=p, price.uid=q"),
        ({"price": None}, None, None),
        ({"price": "p"}, None, None),
        ({"price": ["p"]}, None, None),
        ({"price": {}}, None, None),
    ],
)
def test_a_dotted_name_reads_a_member_of_an_object(
    item: Any, price_id: str | None, told: str | None
) -> None:
    found = NESTED.row({"id": "a", **item}, source="", fetched_at="")
    assert (found["price_id"], found["disagreements"]) == (price_id, told)
    assert found["unknown_fields"] is None


def test_objects_of_one_shape_keep_their_own_members() -> None:
    items = [
        {"customer": {"contact": {"e_mail": "a@x"}}, "extra": {"price": {"uid": "no"}}},
        {"customer": {"contact": None}, "extra": {}},
    ]
    found = [NESTED.row(item, source="", fetched_at="") for item in items]
    assert [row["email"] for row in found] == ["a@x", None]
    assert {row["unknown_fields"] for row in found} == {"extra"}


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
def test_the_table_of_endpoints_is_consistent(endpoint: Endpoint) -> None:
    assert ENDPOINTS[endpoint.stream] is endpoint
    assert endpoint.key in endpoint.columns
    assert {"updated_at", "unknown_fields", "disagreements"} <= set(endpoint.columns)
    assert len(endpoint.columns) == len(set(endpoint.columns))
    assert bool(endpoint.final) == (endpoint.state is not None)
    assert endpoint.state in (None, *endpoint.columns)
    assert endpoint.list_path or endpoint.detail_path
    assert endpoint.meaning.endswith(".")


@pytest.mark.parametrize(
    "endpoint", [one for one in ENDPOINTS.values() if one.parent], ids=lambda one: str(one.stream)
)
def test_a_child_stands_after_its_parent_and_is_found_by_its_columns(endpoint: Endpoint) -> None:
    parent = ENDPOINTS[str(endpoint.parent)]
    streams = list(ENDPOINTS)
    assert endpoint.strategy is Strategy.CHILDREN
    assert streams.index(parent.stream) < streams.index(endpoint.stream)
    assert set(endpoint.places) <= set(parent.columns)
    assert parent.key in endpoint.places


def test_sessions_have_no_list_and_attempts_say_where_they_were_listed() -> None:
    assert CHECKOUT_SESSIONS.list_path is None
    assert CHARGE_ATTEMPTS.listed_under == (
        "listed_under_subscription_id",
        "listed_under_invoice_id",
    )
