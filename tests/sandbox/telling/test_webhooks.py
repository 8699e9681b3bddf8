"""What webhooks carry and who gets them: signature, bytes, filters, callback URLs, restarts."""

import json
from decimal import Decimal

import httpx
import pytest
from sandbox.telling.conftest import announce, pass_time, play, subscribe

from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.telling.webhooks import Webhooks

TRANSACTION = {"id": "trxn_1", "authToken": "secret", "actualAmount": Decimal("0.000000010")}


def headers_of(arrival):
    names = ("content-type", "x-kuvarpay-event", "x-kuvarpay-delivery", "x-kuvarpay-signature")
    return {name: arrival.headers[name] for name in names}


def test_a_delivery_is_signed_and_names_its_event_and_itself(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)

    async def story():
        announce(world)
        await pass_time(world, webhooks)

    play(webhooks, story)
    (arrival,), (delivery,) = receiver.arrivals, webhooks.deliveries()
    assert arrival.answer == 200
    assert arrival.headers["x-kuvarpay-event"] == "checkout_session.completed"
    assert arrival.headers["x-kuvarpay-delivery"] == delivery["id"]
    assert arrival.headers["user-agent"] == "KuvarPay-Sandbox"
    assert arrival.body == delivery["body"].encode()
    assert list(json.loads(arrival.body)) == ["id", "event", "createdAt", "businessId", "data"]
    assert delivery["status"] == "delivered"
    assert [it["status_code"] for it in delivery["attempts"]] == [200]


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda headers, body: (headers, body), 200),
        (lambda headers, body: (headers, body.replace(b"cs_1", b"cs_2")), 401),
        (lambda headers, body: (headers, json.dumps(json.loads(body)).encode()), 401),
        (
            lambda headers, body: ({**headers, "x-kuvarpay-signature": "sha256=" + "0" * 64}, body),
            401,
        ),
        (lambda headers, body: ({**headers, "x-kuvarpay-signature": ""}, body), 401),
    ],
    ids=["replayed", "forged", "re-encoded", "signed with another secret", "unsigned"],
)
def test_what_another_sends_is_never_processed(world, receive, change, answer):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)

    async def story():
        announce(world)
        await pass_time(world, webhooks)

    play(webhooks, story)
    (arrival,) = receiver.arrivals
    headers, body = change(headers_of(arrival), arrival.body)
    assert httpx.post(receiver.url, headers=headers, content=body).status_code == answer
    assert len(receiver.processed) == 1


def test_a_delivery_id_with_another_signed_body_is_a_conflict(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)

    async def story():
        announce(world)
        announce(world, "checkout_session.failed")
        await pass_time(world, webhooks)

    play(webhooks, story)
    first, second = receiver.arrivals
    mixed = headers_of(second) | {"x-kuvarpay-delivery": first.delivery}
    assert httpx.post(receiver.url, headers=mixed, content=second.body).status_code == 409
    assert len(receiver.processed) == 2


def test_each_endpoint_gets_the_events_it_asked_for_in_their_order(world, receive):
    webhooks = Webhooks(world)
    everything, failures, billing = receive(), receive(), receive()
    subscribe(world, webhooks, everything)
    subscribe(world, webhooks, failures, "checkout_session.failed", "checkout_session.expired")
    subscribe(world, webhooks, billing, "subscription_invoice.paid")
    told = [
        "checkout_session.payment_received",
        "transaction.changed",
        "checkout_session.expired",
        "subscription_invoice.paid",
        "checkout_session.failed",
    ]

    async def story():
        for event in told:
            announce(world, event)
        await pass_time(world, webhooks)

    play(webhooks, story)
    assert everything.events == [event for event in told if event != "transaction.changed"]
    assert failures.events == ["checkout_session.expired", "checkout_session.failed"]
    assert billing.events == ["subscription_invoice.paid"]
    ids = [delivery["id"] for delivery in webhooks.deliveries()]
    assert len(set(ids)) == len(ids) == 7


def test_no_session_token_leaves_and_no_digit_is_lost(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)

    async def story():
        announce(world, authToken="secret", transaction=TRANSACTION, more=[TRANSACTION])
        await pass_time(world, webhooks)

    play(webhooks, story)
    (arrival,) = receiver.arrivals
    assert b"authToken" not in arrival.body
    assert b"secret" not in arrival.body
    assert b'"actualAmount":0.000000010}' in arrival.body


def test_a_sessions_loopback_callback_is_posted_to(world, receive):
    webhooks, receiver = Webhooks(world), receive()

    async def story():
        announce(world, callbackUrl=receiver.url)
        await pass_time(world, webhooks)

    play(webhooks, story)
    assert receiver.events == ["checkout_session.completed"]


def test_a_callback_that_is_an_endpoint_too_is_told_once(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)

    async def story():
        announce(world, callbackUrl=receiver.url)
        await pass_time(world, webhooks)

    play(webhooks, story)
    assert len(receiver.arrivals) == 1


AWAY = [
    "https://shop.example/kuvarpay/webhook",
    "http://127.0.0.1@shop.example/",
    "http://127.0.0.1.shop.example/",
    "http://10.0.0.1/",
    "http://0.0.0.0/",
    "ftp://127.0.0.1/",
    "//127.0.0.1/",
    "not a url",
]


@pytest.mark.parametrize("url", AWAY)
def test_a_callback_elsewhere_is_skipped_and_never_called(world, url):
    webhooks = Webhooks(world)

    async def story():
        announce(world, callbackUrl=url)
        await pass_time(world, webhooks)

    play(webhooks, story)
    (delivery,) = webhooks.deliveries(status="skipped")
    assert (delivery["url"], delivery["attempts"]) == (url, [])
    with pytest.raises(Refused, match="loopback"):
        webhooks.redeliver(delivery["id"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        *[({"url": url}, "url") for url in AWAY],
        ({}, "url"),
        ({"url": 5}, "url"),
        ({"url": "http://localhost:1/" + "x" * 3000}, "url"),
        ({"url": "http://localhost:1/", "events": []}, "events"),
        ({"url": "http://localhost:1/", "events": "*"}, "events"),
        ({"url": "http://localhost:1/", "events": ["transaction.changed"]}, "events"),
        ({"url": "http://localhost:1/", "active": "yes"}, "active"),
        ({"url": "http://localhost:1/", "secret": "mine"}, "secret"),
    ],
)
def test_a_wrong_endpoint_is_refused_by_the_name_of_its_fault(world, body, field):
    webhooks = Webhooks(world)
    with pytest.raises(Refused) as refused, world.turn():
        webhooks.register(body)
    assert (refused.value.status, refused.value.field) == (400, field)
    assert webhooks.endpoints() == []


@pytest.mark.parametrize("url", ["http://localhost:1/", "https://127.0.0.2/x", "http://[::1]:9/"])
def test_any_loopback_url_can_be_registered(world, url):
    webhooks = Webhooks(world)
    with world.turn():
        endpoint = webhooks.register({"url": url})
    assert endpoint["secret"].startswith("whs_")
    assert webhooks.endpoints() == [endpoint]


def test_a_test_is_sent_to_one_endpoint_whatever_it_asked_for(world, receive):
    webhooks, receiver, other = Webhooks(world), receive(), receive()
    asked = subscribe(world, webhooks, receiver, "checkout_session.failed")
    subscribe(world, webhooks, other)

    async def story():
        with world.turn():
            webhooks.test(asked)
        await pass_time(world, webhooks)

    play(webhooks, story)
    assert (receiver.events, other.events) == (["webhook.test"], [])
    assert [it["event"] for it in webhooks.deliveries(event="webhook.test")] == ["webhook.test"]


def test_an_undone_turn_sends_nothing(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)

    def break_off(*_):
        raise ZeroDivisionError

    world.listen(break_off)

    async def story():
        with pytest.raises(ZeroDivisionError):
            announce(world)
        await pass_time(world, webhooks)

    play(webhooks, story)
    assert (receiver.arrivals, webhooks.deliveries()) == ([], [])


def test_what_was_due_when_the_sandbox_stopped_is_sent_after_its_restart(
    open_world, receive, tmp_path
):
    state, receiver = tmp_path / "state", receive()
    world = open_world(state=state)
    before = Webhooks(world)
    subscribe(world, before, receiver)
    announce(world)
    (unsent,) = before.deliveries()
    world.store.close()
    world = open_world(state=state)
    webhooks = Webhooks(world)
    play(webhooks, lambda: pass_time(world, webhooks))
    assert [arrival.delivery for arrival in receiver.arrivals] == [unsent["id"]]
    assert webhooks.delivery(unsent["id"])["status"] == "delivered"


@pytest.mark.parametrize("call", ["remove", "test", "delivery", "redeliver"])
def test_what_does_not_exist_is_not_found(world, call):
    with pytest.raises(Refused) as refused:
        getattr(Webhooks(world), call)("wh_none")
    assert refused.value.status == 404
