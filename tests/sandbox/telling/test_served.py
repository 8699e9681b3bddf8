"""Webhooks and streams of a running sandbox, over real sockets from both sides."""

import json

import httpx

from pipelines.sandbox import exact

HOOKS = "/_sandbox/webhooks"
DEPOSITS = "/_sandbox/deposits"
SESSIONS = "/api/v1/checkout-sessions"
TRANSACTIONS = "/api/v1/transactions"


def registered(client, receiver, *events):
    body = {"url": receiver.url, "events": list(events) or ["*"]}
    endpoint = client.post(HOOKS, json=body).json()
    receiver.secret = endpoint["secret"]
    return endpoint["id"]


def flush(client):
    assert client.post(f"{HOOKS}/flush").json() == {"settled": True}


def deposit(client, session_id):
    transaction = client.post(TRANSACTIONS, json={"checkoutSessionId": session_id}).json()["data"]
    assert client.post(DEPOSITS, json={"transactionId": transaction["id"]}).status_code == 200


def test_a_test_event_reaches_a_registered_receiver_and_again_on_request(
    start_sandbox, connect, receive
):
    client, receiver = connect(start_sandbox()), receive()
    endpoint = registered(client, receiver)
    delivery = client.post(f"{HOOKS}/{endpoint}/test").json()
    flush(client)
    client.post(f"{HOOKS}/deliveries/{delivery['id']}/redeliver")
    flush(client)
    (logged,) = client.get(f"{HOOKS}/deliveries", params={"status": "delivered"}).json()
    assert [arrival.delivery for arrival in receiver.arrivals] == [delivery["id"]] * 2
    assert [it["status_code"] for it in logged["attempts"]] == [200, 200]
    assert receiver.events == ["webhook.test"]


def test_an_endpoint_elsewhere_is_refused_by_the_name_of_its_fault(start_sandbox, connect):
    client = connect(start_sandbox())
    refused = client.post(HOOKS, json={"url": "https://shop.example/hook"})
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["url"])


def test_a_whole_payment_is_streamed_and_posted_to_the_sessions_callback(
    start_sandbox, connect, receive
):
    server, receiver = start_sandbox(), receive()
    client = connect(server)
    body = {
        "amount": 5000,
        "currency": "NGN",
        "fromCurrency": "USDT",
        "fromNetwork": "BSC",
        "callbackUrl": receiver.url,
    }
    session = exact.decode(client.post(SESSIONS, json=body).content)["data"]
    token = {"Authorization": f"Bearer {session['authToken']}"}
    path = f"/api/v1/sse/sessions/{session['sessionId']}"
    told = []
    with httpx.stream("GET", f"{server.url}{path}", headers=token, timeout=10) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line == "event: connected":
                deposit(client, session["sessionId"])
                client.put("/_sandbox/clock", json={"now": session["expiresAt"]})
            if line.startswith("data:"):
                told.append(json.loads(line[5:]))
    assert told[-1]["status"] == "COMPLETED"
    flush(client)
    assert receiver.events == ["checkout_session.payment_received", "checkout_session.completed"]
    assert not any(b"authToken" in arrival.body for arrival in receiver.arrivals)
    assert {arrival.answer for arrival in receiver.arrivals} == {200}


def test_a_stream_needs_the_token_of_its_session_not_a_key(start_sandbox, connect):
    client = connect(start_sandbox())
    first, second = (
        client.post(SESSIONS, json={"amount": n, "currency": "NGN"}).json()["data"]
        for n in (5000, 6000)
    )
    path = f"/api/v1/sse/sessions/{first['sessionId']}"
    for token in (second["authToken"], "rsp_test_sandbox"):
        refused = client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert (refused.status_code, refused.json()["success"]) == (401, False)
