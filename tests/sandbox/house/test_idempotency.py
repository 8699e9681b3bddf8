"""Idempotency keys: the same answer on a repeat, 409 on another body, forgotten after a day."""

from datetime import UTC, datetime, timedelta

import pytest

SESSIONS = "/api/v1/checkout-sessions"
BODY = {"amount": 5000, "currency": "NGN"}


def create(client, key, body=BODY, path=SESSIONS):
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def test_a_repeat_gets_the_first_answer_and_changes_nothing(start_sandbox, connect):
    client = connect(start_sandbox())
    first, again = create(client, "k1"), create(client, "k1")
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    other = create(client, "k2")
    assert other.json()["data"]["sessionId"] != first.json()["data"]["sessionId"]


def test_the_order_of_members_does_not_make_another_body(start_sandbox, connect):
    client = connect(start_sandbox())
    first = create(client, "k1")
    again = create(client, "k1", body=dict(reversed(BODY.items())))
    assert again.content == first.content


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SESSIONS, {**BODY, "amount": 5001}),
        ("/api/v1/payment-links", {"title": "Tea", "currency": "NGN", "amount": "5"}),
    ],
)
def test_the_key_of_another_request_is_refused_with_409(start_sandbox, connect, path, body):
    client = connect(start_sandbox())
    create(client, "k1")
    refused = create(client, "k1", body=body, path=path)
    assert refused.status_code == 409
    assert refused.json()["success"] is False


def test_a_refused_call_leaves_its_key_free(start_sandbox, connect):
    client = connect(start_sandbox())
    assert create(client, "k1", body={**BODY, "amount": -1}).status_code == 400
    assert create(client, "k1").status_code == 200


def test_a_key_is_forgotten_after_a_day_of_the_sandbox(start_sandbox, connect):
    start = datetime(2026, 10, 24, 1, tzinfo=UTC)
    client = connect(start_sandbox(clock=start))
    first = create(client, "k1")
    client.put("/_sandbox/clock", json={"now": (start + timedelta(hours=24)).isoformat()})
    assert create(client, "k1").json()["data"] != first.json()["data"]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_no_length_or_too_much_is_refused(client, key):
    refused = create(client, key)
    assert refused.status_code == 400
    assert "Idempotency-Key" in refused.json()["details"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/transactions/calculate", {"toCurrency": "NGN", "toAmount": 5, "fromCurrency": "USDT"}),
        ("/sandbox/simulator/force-scenario", {"scenario": "exact"}),
        ("/sandbox/simulator/force-status", {"status": "COMPLETED"}),
    ],
)
def test_quotes_and_forced_changes_are_repeated_like_any_other_post(client, path, body):
    if "simulator" in path:
        session = client.post(SESSIONS, json={**BODY, "fromCurrency": "USDT"}).json()["data"]
        asked = {"checkoutSessionId": session["sessionId"]}
        made = client.post("/api/v1/transactions", json=asked).json()["data"]
        body = {**body, "transactionId": made["id"]}
    first, again = (create(client, path, body, f"/api/v1{path}") for _ in range(2))
    assert first.status_code == 200
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
