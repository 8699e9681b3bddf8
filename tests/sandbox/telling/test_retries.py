"""Webhooks that do not get through at once: back-off by the sandbox's clock, and redelivery."""

import asyncio

import pytest
from sandbox.telling.conftest import announce, pass_time, play, subscribe

from pipelines.sandbox.days import DAY, HOUR, MINUTE, iso
from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.telling.webhooks import BACK_OFF, Webhooks


def test_tries_follow_the_documented_back_off_and_then_the_delivery_has_failed(world, receive):
    webhooks, receiver, start = Webhooks(world), receive(), world.look()
    subscribe(world, webhooks, receiver)
    receiver.mood = "failing"

    async def story():
        announce(world)
        await pass_time(world, webhooks)
        for wait in BACK_OFF:
            tried = len(receiver.arrivals)
            await pass_time(world, webhooks, wait - 1)
            assert len(receiver.arrivals) == tried
            await pass_time(world, webhooks, 1)
            assert len(receiver.arrivals) == tried + 1
        await pass_time(world, webhooks, 30 * DAY)

    play(webhooks, story)
    (delivery,) = webhooks.deliveries()
    minutes = (0, 1, 6, 36, 156, 516, 1956)
    assert [it["at"] for it in delivery["attempts"]] == [iso(start + n * MINUTE) for n in minutes]
    assert {it["status_code"] for it in delivery["attempts"]} == {500}
    assert (delivery["status"], delivery["next_attempt_at"]) == ("failed", None)
    assert len({(arrival.delivery, arrival.body) for arrival in receiver.arrivals}) == 1


def test_one_jump_of_the_clock_costs_a_receiver_that_is_down_one_try(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)
    receiver.mood = "failing"

    async def story():
        announce(world)
        await pass_time(world, webhooks)
        await pass_time(world, webhooks, 10 * DAY)

    play(webhooks, story)
    (delivery,) = webhooks.deliveries()
    assert len(delivery["attempts"]) == 2
    assert delivery["next_attempt_at"] == iso(world.look() + 5 * MINUTE)


def test_a_receiver_down_for_two_tries_and_then_restarted_processes_once(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)
    receiver.__exit__()
    restarted = receiver.restarted()

    async def story():
        announce(world)
        await pass_time(world, webhooks)
        await pass_time(world, webhooks, MINUTE)
        with restarted:
            await pass_time(world, webhooks, 5 * MINUTE)
            await pass_time(world, webhooks, DAY)

    play(webhooks, story)
    (delivery,) = webhooks.deliveries()
    assert [it["status_code"] for it in delivery["attempts"]] == [None, None, 200]
    assert all(it["error"] for it in delivery["attempts"][:2])
    assert delivery["status"] == "delivered"
    assert len(restarted.processed) == 1
    receiver.__enter__()


def test_a_receiver_that_processes_but_answers_too_late_is_told_again_and_processes_once(
    world, receive
):
    webhooks, receiver = Webhooks(world, timeout_seconds=1.5), receive()
    subscribe(world, webhooks, receiver)
    receiver.mood = "slow"

    async def story():
        announce(world)
        await pass_time(world, webhooks)
        receiver.mood = "well"
        receiver.wake()
        for _ in range(500):
            if receiver.arrivals:
                break
            await asyncio.sleep(0.01)
        await pass_time(world, webhooks, MINUTE)

    play(webhooks, story)
    (delivery,) = webhooks.deliveries()
    assert [it["error"] for it in delivery["attempts"]] == ["no answer within 1.5 s", None]
    assert [arrival.answer for arrival in receiver.arrivals] == [200, 200]
    assert len(receiver.processed) == 1


def test_a_slow_receiver_does_not_hold_up_the_others(world, receive):
    webhooks, slow, quick = Webhooks(world), receive(), receive()
    subscribe(world, webhooks, slow)
    subscribe(world, webhooks, quick)
    slow.mood = "slow"

    async def story():
        announce(world)
        announce(world, "checkout_session.failed")
        for _ in range(500):
            if len(quick.processed) == 2:
                break
            await asyncio.sleep(0.01)
        assert (len(quick.processed), len(slow.processed)) == (2, 0)
        slow.wake()
        await pass_time(world, webhooks)

    play(webhooks, story)
    assert slow.events == quick.events == ["checkout_session.completed", "checkout_session.failed"]


def test_a_redirect_is_a_failure_and_is_not_followed(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)
    receiver.mood = "redirecting"

    async def story():
        announce(world)
        await pass_time(world, webhooks)

    play(webhooks, story)
    (delivery,) = webhooks.deliveries(status="pending")
    assert [it["status_code"] for it in delivery["attempts"]] == [307]
    assert receiver.arrivals == []


def test_redelivery_sends_the_same_bytes_under_the_same_id(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)

    async def story():
        announce(world)
        await pass_time(world, webhooks)
        with world.turn():
            webhooks.redeliver(receiver.arrivals[0].delivery)
        await pass_time(world, webhooks, HOUR)

    play(webhooks, story)
    first, second = receiver.arrivals
    assert (first.delivery, first.body) == (second.delivery, second.body)
    assert first.headers["x-kuvarpay-signature"] == second.headers["x-kuvarpay-signature"]
    assert len(receiver.processed) == 1
    assert [len(delivery["attempts"]) for delivery in webhooks.deliveries()] == [2]


def test_a_retry_planned_before_a_redelivery_is_not_made_as_well(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)
    receiver.mood = "failing"

    async def story():
        announce(world)
        await pass_time(world, webhooks)
        receiver.mood = "well"
        with world.turn():
            webhooks.redeliver(receiver.arrivals[0].delivery)
        await pass_time(world, webhooks)
        await pass_time(world, webhooks, DAY)

    play(webhooks, story)
    assert [arrival.answer for arrival in receiver.arrivals] == [500, 200]


def test_removing_an_endpoint_ends_its_tries(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    endpoint = subscribe(world, webhooks, receiver)
    receiver.mood = "failing"

    async def story():
        announce(world)
        await pass_time(world, webhooks)
        with world.turn():
            webhooks.remove(endpoint)
        announce(world)
        await pass_time(world, webhooks, DAY)

    play(webhooks, story)
    (delivery,) = webhooks.deliveries()
    assert (delivery["status"], len(receiver.arrivals)) == ("failed", 1)
    with pytest.raises(Refused, match="removed"):
        webhooks.redeliver(delivery["id"])


def test_a_wrong_secret_is_answered_401_and_tried_again(world, receive):
    webhooks, receiver = Webhooks(world), receive()
    subscribe(world, webhooks, receiver)
    secret, receiver.secret = receiver.secret, "whs_of_another"

    async def story():
        announce(world)
        await pass_time(world, webhooks)
        receiver.secret = secret
        await pass_time(world, webhooks, MINUTE)

    play(webhooks, story)
    assert [arrival.answer for arrival in receiver.arrivals] == [401, 200]
    assert webhooks.deliveries()[0]["status"] == "delivered"
