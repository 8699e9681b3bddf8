"""What a body is refused for, in a sentence that says which member, and never with a 500."""

import gzip
import json

import pytest

SESSIONS = "/api/v1/checkout-sessions"
DEPOSITS = "/_sandbox/deposits"
HALF_A_PAIR = "\ud800"


@pytest.mark.parametrize("path", [SESSIONS, DEPOSITS])
@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (b"", {}, "The body is missing."),
        (b"{", {}, "The body is not valid JSON."),
        (b'{"currency": "\xff"}', {}, "The body is not UTF-8 text."),
        ('{"currency": "NGN"}'.encode("utf-16"), {}, "The body is not UTF-8 text."),
        (gzip.compress(b"{}"), {"Content-Encoding": "gzip"}, "Content-Encoding"),
    ],
    ids=["empty", "half an object", "no UTF-8", "UTF-16", "packed"],
)
def test_what_is_no_text_of_json_is_refused_in_a_sentence(client, path, body, headers, said):
    refused = client.post(path, content=body, headers=headers)
    assert refused.status_code == 400
    assert said in refused.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", DEPOSITS, {"transactionId": HALF_A_PAIR}),
        ("PUT", "/_sandbox/payouts", {"transactionId": HALF_A_PAIR, "held": True}),
        ("PUT", "/_sandbox/charges", {"subscriptionUid": HALF_A_PAIR, "outcomes": []}),
        ("PUT", "/_sandbox/terms", {HALF_A_PAIR: 1}),
        ("PUT", "/_sandbox/personality", {HALF_A_PAIR: 1}),
        ("POST", "/_sandbox/webhooks", {HALF_A_PAIR: 1}),
        ("PUT", "/_sandbox/faults", [{"kind": "500", "path_contains": HALF_A_PAIR}]),
    ],
)
def test_half_a_surrogate_pair_is_refused_by_every_control(client, method, path, body):
    refused = client.request(method, path, content=json.dumps(body))
    assert refused.status_code == 400
    assert "Unicode" in refused.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "body", "missing"),
    [
        ("POST", "/transactions", {}, ["checkoutSessionId", "toCurrency", "toAmount"]),
        ("POST", "/transactions", {"toAmount": 5}, ["checkoutSessionId", "toCurrency"]),
        (
            "POST",
            "/subscriptions/checkout-sessions",
            {"customer": {"email": "ada@example.com"}},
            ["priceUid", "billingMode", "targetPrice"],
        ),
        ("PATCH", "/subscriptions/any_1", {}, ["status", "cancel_at_period_end", "metadata"]),
    ],
)
def test_where_one_or_another_member_is_missing_each_is_named(client, method, path, body, missing):
    refused = client.request(method, f"/api/v1{path}", json=body)
    assert refused.status_code == 400
    assert list(refused.json()["details"]) == missing
    assert refused.json()["error"].startswith("give ")


@pytest.mark.parametrize("wrong", ["\u0661\u0660", "1_0", " 5"])
@pytest.mark.parametrize("name", ["latency_ms", "cap_limit", "rate_429"])
def test_switches_take_ascii_digits_only(client, name, wrong):
    assert client.put("/_sandbox/personality", json={name: wrong}).status_code == 400


@pytest.mark.parametrize("port", [0, 65536, 99999999])
def test_a_webhook_to_a_port_that_cannot_be_is_refused(client, port):
    refused = client.post("/_sandbox/webhooks", json={"url": f"http://127.0.0.1:{port}/hook"})
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["url"])


@pytest.mark.parametrize("stream", ["sessions/cs_1", "transactions/trxn_1"])
def test_a_head_of_a_stream_is_refused_as_its_get_is(client, stream):
    assert client.get(f"/api/v1/sse/{stream}").status_code == 401
    assert client.head(f"/api/v1/sse/{stream}").status_code == 401
