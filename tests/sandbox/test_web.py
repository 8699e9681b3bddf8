"""The documented endpoints over a real socket: keys, envelopes, list conventions, refusals."""

import json
from decimal import Decimal

import httpx
import pytest

from pipelines.sandbox import Manners

TRANSACTIONS = "/api/v1/transactions"
SESSIONS = "/api/v1/checkout-sessions"
FIELDS = {
    "id",
    "businessId",
    "reference",
    "externalId",
    "type",
    "status",
    "payoutStatus",
    "checkoutSessionId",
    "invoiceId",
    "paymentLinkId",
    "settlementId",
    "customerName",
    "customerEmail",
    "amount",
    "currency",
    "toAmount",
    "toCurrency",
    "toNetwork",
    "fromAmount",
    "fromCurrency",
    "fromNetwork",
    "cryptoAmount",
    "cryptoCurrency",
    "expectedAmount",
    "actualAmount",
    "exchangeRate",
    "fees",
    "usdValue",
    "usdtAmount",
    "estimatedUsdtAmount",
    "paymentTolerance",
    "depositAddress",
    "walletAddress",
    "addressSource",
    "walletReferenceId",
    "transactionHash",
    "txHash",
    "depositTxHash",
    "blockConfirmations",
    "refundAddress",
    "refundAmount",
    "refundTxHash",
    "gateioOrderId",
    "accountName",
    "accountNumber",
    "bankCode",
    "isMobileMoney",
    "riskScore",
    "riskLevel",
    "riskFlags",
    "callbackUrl",
    "redirectUrl",
    "description",
    "notes",
    "expiresAt",
    "createdAt",
    "updatedAt",
}


def rows_of(client: httpx.Client, **params: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = client.get(TRANSACTIONS, params=params).json()["data"]
    return rows


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "rsp_test_sandbox"},
        {"Authorization": "Bearer rsp_live_x"},
        {"x-api-key": "rsp_1", "x-business-id": "biz_001"},
    ],
)
def test_each_attested_way_to_authenticate_is_accepted(client, headers):
    answer = httpx.get(client.base_url.join(TRANSACTIONS), headers=headers)
    assert (answer.status_code, answer.json()["success"]) == (200, True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "rsp_"},
        {"Authorization": "Bearer rs"},
        {"x-api-key": "sk_live_1"},
        {"x-business-id": "rsp_1"},
    ],
)
def test_a_missing_or_foreign_key_is_refused(client, headers):
    answer = httpx.get(client.base_url.join(TRANSACTIONS), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["success"] is False
    assert answer.json()["error"]


def test_a_transaction_has_the_fields_of_the_contract_and_looks_the_same_alone(client):
    row = rows_of(client, limit=1)[0]
    alone = client.get(f"{TRANSACTIONS}/{row['id']}")
    assert set(row) == FIELDS
    assert len(FIELDS) == 57
    assert alone.json() == {"success": True, "data": row}


def test_pages_hold_every_row_once_newest_first(client):
    seen, page = [], 1
    while rows := rows_of(client, page=page, limit=7):
        seen += [(row["createdAt"], row["id"]) for row in rows]
        page += 1
    total = client.get(TRANSACTIONS, params={"limit": 7}).json()["pagination"]
    assert seen == sorted(set(seen), reverse=True)
    assert total == {"page": 1, "limit": 7, "total": len(seen), "totalPages": page - 1}


def test_the_limit_is_twenty_by_default_and_never_above_the_page_limit(start_sandbox, connect):
    client = connect(start_sandbox(manners=Manners(page_limit=30)))
    assert len(rows_of(client)) == 20
    assert len(rows_of(client, limit=500)) == 30
    assert client.get(TRANSACTIONS, params={"limit": 500}).json()["pagination"]["limit"] == 30


def test_dates_bound_the_creation_half_open(client):
    ordered = rows_of(client, limit=100, sortOrder="asc")
    first, last = ordered[3]["createdAt"], ordered[9]["createdAt"]
    found = rows_of(client, limit=100, sortOrder="asc", startDate=first, endDate=last)
    assert found == ordered[3:9]


def test_an_offset_in_a_date_is_understood_with_and_without_escaping(client):
    every = client.get(TRANSACTIONS).json()["pagination"]["total"]
    for written in ("2026-10-20T00:00:00%2B01:00", "2026-10-20T00:00:00+01:00"):
        answer = client.get(f"{TRANSACTIONS}?startDate={written}")
        assert answer.json()["pagination"]["total"] == every


def test_the_status_filter_selects_and_counts(client):
    every = rows_of(client, limit=100)
    expired = [row["id"] for row in every if row["status"] == "EXPIRED"]
    answer = client.get(TRANSACTIONS, params={"status": "expired", "limit": 100}).json()
    assert expired
    assert [row["id"] for row in answer["data"]] == expired
    assert answer["pagination"]["total"] == len(expired)


@pytest.mark.parametrize(("order", "newest_first"), [("asc", False), ("desc", True)])
def test_sorting_by_the_last_update_has_the_id_as_its_tie_break(client, order, newest_first):
    rows = rows_of(client, limit=100, sortBy="updatedAt", sortOrder=order)
    keys = [(row["updatedAt"], row["id"]) for row in rows]
    assert keys == sorted(keys, reverse=newest_first)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("page", "0"),
        ("page", "\u0661"),
        ("page", "1" * 5000),
        ("limit", "-1"),
        ("limit", "ten"),
        ("status", "DONE"),
        ("startDate", "yesterday"),
        ("endDate", "2026-13-01"),
        ("endDate", "9999-12-31T23:59:59-23:59x"),
        ("endDate", "9000-01-01T00:00:01Z"),
        ("startDate", "0001-01-01T00:00:00+00:01"),
        ("sortBy", "amount; drop table"),
        ("sortOrder", "DESC"),
    ],
)
def test_a_bad_parameter_is_refused_by_its_name(client, field, value):
    answer = client.get(TRANSACTIONS, params={field: value})
    assert answer.status_code == 400
    assert field in answer.json()["error"]
    assert list(answer.json()["details"]) == [field]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing-here", 404),
        ("GET", "/api/v2/transactions", 404),
        ("GET", f"{TRANSACTIONS}/", 404),
        ("GET", f"{TRANSACTIONS}/trxn_unknown", 404),
        ("GET", f"{TRANSACTIONS}/%00%ff'--", 404),
        ("GET", f"{SESSIONS}/cs_unknown", 404),
        ("DELETE", TRANSACTIONS, 405),
        ("PATCH", f"{SESSIONS}/cs_1", 405),
        ("GET", SESSIONS, 405),
        ("POST", "/_sandbox/clock", 405),
        ("PUT", "/_sandbox/clock", 400),
        ("PUT", "/_sandbox/faults", 400),
    ],
)
def test_whatever_is_not_offered_is_refused_in_json(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert "Traceback" not in answer.text


def test_a_session_is_created_and_read_back(client):
    asked = '{"amount": 129375.10, "currency": "ngn", "description": "Order \\"7\\"", "x": {}}'
    created = client.post(SESSIONS, content=asked)
    session = json.loads(created.text, parse_float=Decimal)["data"]
    read = client.get(f"{SESSIONS}/{session['sessionId']}")
    again = json.loads(read.text, parse_float=Decimal)["data"]
    assert created.status_code == 200
    assert session["amount"] == Decimal("129375.10")
    assert session["description"] == 'Order "7"'
    assert session["status"] == "PENDING"
    assert session["authToken"].count(".") == 2
    assert again.pop("transactions") == []
    assert again.pop("updatedAt") == session["createdAt"]
    assert again == session


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"currency": "NGN"}', "amount"),
        ('{"amount": 1e400, "currency": "NGN"}', "amount"),
        ('{"amount": "5", "currency": "NGN"}', "amount"),
        ('{"amount": true, "currency": "NGN"}', "amount"),
        ('{"amount": 0.001, "currency": "NGN"}', "amount"),
        ('{"amount": 10.5, "currency": "RWF"}', "amount"),
        ('{"amount": 5}', "currency"),
        ('{"amount": 5, "currency": ["NGN"]}', "currency"),
        ('{"amount": 5, "currency": "NGN", "expiresIn": 0.5}', "expiresIn"),
        ('{"amount": 5, "currency": "NGN", "expiresIn": 1e30}', "expiresIn"),
        ('{"amount": 5, "currency": "NGN", "x": [1e309]}', "x.0"),
        ('{"amount": 5, "currency": "NGN", "refundAddress": "short"}', "refundAddress"),
        ('{"amount": 5, "currency": "NGN", "callbackUrl": "javascript:1"}', "callbackUrl"),
        ('{"amount": 5, "currency": "NGN", "customerEmail": "nobody"}', "customerEmail"),
        ('{"amount": 5, "currency": "NGN", "customerName": "\\ud800"}', "customerName"),
    ],
)
def test_a_wrong_session_body_is_refused_by_its_field(client, body, field):
    answer = client.post(SESSIONS, content=body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:01+00:02", "9000-01-01T00:00:00.001Z"])
def test_an_instant_with_no_date_a_day_before_or_after_is_refused_by_its_name(client, instant):
    line = {"description": "Tea", "quantity": 1, "unitPrice": 10}
    body = {"customerName": "Ada", "customerEmail": "ada@example.com", "items": [line]}
    answer = client.post("/api/v1/invoices", json={**body, "dueDate": instant})
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["dueDate"])


@pytest.mark.parametrize("number", ["1e-300", "1.7976931348623157e308", "5e-324", "-0.0"])
def test_a_number_that_a_double_can_hold_is_tolerated_where_nobody_declared_one(client, number):
    body = f'{{"amount": 5, "currency": "NGN", "x": {number}, "metadata": {{"y": [{number}]}}}}'
    assert client.post(SESSIONS, content=body).status_code == 200


def test_words_and_whole_numbers_are_understood_as_deep_as_they_stand(client):
    line = '{"description": "Tea", "quantity": 1, "unitPrice": 10, "currency": "ngn"}'
    body = f'{{"customerName": "Ada", "customerEmail": "ada@example.com", "items": [{line}]}}'
    invoice = client.post("/api/v1/invoices", content=body)
    assert (invoice.status_code, invoice.json()["data"]["currency"]) == (200, "NGN")
    terms = """{
        "walletAddress": "0x1111111111111111111111111111111111111111", "tokenId": "usdt-bsc",
        "limits": {"capAmount": "9", "maxPerCharge": "9"},
        "schedule": {"periodSeconds": 2592000.0, "nextDue": 0.0, "expiry": 1.9e9}}"""
    confirmed = client.post("/api/v1/subscriptions/checkout-sessions/cs_1/confirm", content=terms)
    assert confirmed.status_code == 404


@pytest.mark.parametrize("amount", ["1e-05", "2.5E3", "0.0000000000000000000001"])
def test_a_number_in_a_query_may_be_spelt_as_json_spells_it(client, amount):
    asked = {"currency": "USDT", "amount": amount}
    answer = client.get("/api/v1/optimal-transfer-fee", params=asked)
    told = json.loads(answer.text, parse_float=Decimal)
    assert told["data"]["amount"] == Decimal(amount)


@pytest.mark.parametrize("amount", ["1e999", "1e", "0x1", "1e-400", "1_0"])
def test_what_is_no_number_in_a_query_is_refused_by_its_name(client, amount):
    asked = {"currency": "USDT", "amount": amount}
    answer = client.get("/api/v1/optimal-transfer-fee", params=asked)
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["amount"])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"amount": NaN}', b"\xff\xfe", b"[" * 60_000, b"1" * 9_000]
)
def test_a_body_that_is_no_object_is_refused(client, body):
    answer = client.post(SESSIONS, content=body)
    assert answer.status_code == 400
    assert answer.json()["success"] is False


def test_a_huge_body_is_refused(client):
    assert client.post(SESSIONS, content=b" " * 70_000).status_code == 413


def test_requests_are_counted_by_the_kind_of_path(client):
    client.delete("/_sandbox/requests")
    client.get(TRANSACTIONS)
    client.get(f"{TRANSACTIONS}/trxn_1")
    client.get(f"{TRANSACTIONS}/trxn_2")
    client.get("/api/v1/nothing")
    assert client.get("/_sandbox/requests").json() == {
        "total": 4,
        "by_kind": {
            f"GET {TRANSACTIONS}": 1,
            f"GET {TRANSACTIONS}/{{id}}": 2,
            "other": 1,
        },
    }
