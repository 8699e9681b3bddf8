"""The world behind the sandbox: agenda in order, turns whole or undone, a state file reopened."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.sandbox.agenda import Due
from pipelines.sandbox.clock import Clock
from pipelines.sandbox.days import MINUTE, to_instant
from pipelines.sandbox.filling import filled_store
from pipelines.sandbox.house.application import build
from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.house.manners import Manners
from pipelines.sandbox.world import World

BEGIN = datetime(2026, 10, 24, 9, tzinfo=UTC)
EMPTY = SandboxPlan(start=date(2026, 10, 24), days=1, orders_per_day=0)
KEY = {"Authorization": "rsp_test_sandbox"}


def world() -> World:
    return World(EMPTY, filled_store(EMPTY), Clock(to_instant(BEGIN)))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 60), max_size=20),
    st.lists(st.integers(0, 60), max_size=6).map(sorted),
)
def test_one_jump_of_the_clock_does_what_many_small_steps_do(minutes, stops):
    def happened(steps):
        live, told = world(), []

        def note(due: Due) -> None:
            told.append((due.subject, live.instant))
            if due.details["again"]:
                live.later(due.at + 7 * MINUTE, "note", f"after {due.subject}", again=False)

        live.on("note", note)
        start = to_instant(BEGIN)
        for number, minute in enumerate(minutes):
            live.later(start + minute * MINUTE, "note", str(number), again=minute % 2 == 0)
        for step in (*steps, 120):
            live.clock.move(start + step * MINUTE)
            live.look()
        return told

    assert happened(stops) == happened([])


def test_an_undone_turn_leaves_no_trace_and_the_next_one_throws_the_same_dice():
    live, thrown = world(), []

    def turn() -> str:
        name = f"{live.chance('thing').random()}"
        live.documents.add("thing", name, {"name": name})
        live.later(live.instant + MINUTE, "note", name)
        return name

    def broken_turn() -> None:
        with live.turn():
            thrown.append(turn())
            raise ZeroDivisionError

    live.on("note", lambda _: None)
    with pytest.raises(ZeroDivisionError):
        broken_turn()
    assert live.documents.count("thing") == 0
    assert live.agenda.until() is None
    with live.turn():
        assert [turn()] == thrown


def test_a_jump_over_too_many_things_is_refused_where_it_got_to_and_goes_on_in_smaller_steps():
    clock, told = Clock(to_instant(BEGIN)), []
    live = World(EMPTY, filled_store(EMPTY), clock, items_max=3)
    live.on("note", lambda due: told.append(due.subject))
    for minute in range(1, 8):
        live.later(to_instant(BEGIN) + minute * MINUTE, "note", str(minute))
    clock.move(to_instant(BEGIN) + 8 * MINUTE)
    with pytest.raises(Refused, match=r"2026-10-24T09:03:00\.000Z.*in smaller steps") as refusal:
        live.look()
    assert (refusal.value.status, told) == (409, ["1", "2", "3"])
    # The world goes on: it is read and changed where it stands, and kept so in a state file.
    with live.turn() as now:
        assert now == live.look() == clock.now() == to_instant(BEGIN) + 3 * MINUTE
    assert live.store.setting("clock") == live.store.setting("instant") == str(now)
    clock.move(to_instant(BEGIN) + 6 * MINUTE)
    assert (live.look(), told[3:]) == (clock.now(), ["4", "5", "6"])
    clock.move(to_instant(BEGIN) + 8 * MINUTE)
    assert (live.look(), told[6:]) == (clock.now(), ["7"])


def test_a_real_clock_that_is_far_ahead_is_caught_up_with_call_by_call():
    live, told = World(EMPTY, filled_store(EMPTY), Clock(), items_max=2), []
    live.on("note", lambda due: told.append(due.subject))
    for minute in range(5):
        live.later(to_instant(BEGIN - timedelta(days=3650)) + minute, "note", str(minute))
    looks = [live.look() for _ in range(3)]
    assert told == ["0", "1", "2", "3", "4"]
    assert looks == sorted(looks)


def test_a_jump_that_is_too_long_answers_409_and_the_calls_after_it_are_answered():
    live = World(EMPTY, filled_store(EMPTY), Clock(to_instant(BEGIN)), items_max=3)
    live.on("note", lambda _: None)
    for minute in range(1, 8):
        live.later(to_instant(BEGIN) + minute * MINUTE, "note", str(minute))
    app = httpx.ASGITransport(build(live, Manners(), exports=None).app)
    clock = "/_sandbox/clock"

    async def told() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=app, base_url="http://sandbox", headers=KEY) as ask:
            return [
                await ask.put(clock, json={"now": "2026-10-24T09:08:00Z"}),
                await ask.get("/api/v1/transactions"),
                await ask.put(clock, json={"now": "2026-10-24T09:06:00Z"}),
            ]

    refused, listed, moved = asyncio.run(told())
    assert (refused.status_code, "in smaller steps" in refused.json()["error"]) == (409, True)
    assert listed.status_code == 200
    assert (moved.status_code, moved.json()) == (200, {"now": "2026-10-24T09:06:00.000Z"})


def answers(server: SandboxServer, *calls: tuple[str, str, object]) -> list[dict[str, object]]:
    with httpx.Client(base_url=server.url, headers=KEY, timeout=10) as client:
        return [client.request(method, path, json=body).json() for method, path, body in calls]


def test_a_state_file_brings_back_what_was_made_changed_and_still_to_come(tmp_path: Path):
    state = tmp_path / "state.db"
    session = {"amount": 5000, "currency": "NGN", "fromCurrency": "USDT"}
    with SandboxServer(EMPTY, state=state, clock=BEGIN) as server:
        (made,) = answers(server, ("POST", "/api/v1/checkout-sessions", session))
        name = made["data"]["sessionId"]
        (opened,) = answers(server, ("POST", "/api/v1/transactions", {"checkoutSessionId": name}))
        paid = {"transactionId": opened["data"]["id"]}
        answers(server, ("POST", "/_sandbox/deposits", paid))
        path = f"/api/v1/transactions/{opened['data']['id']}"
        (before,) = answers(server, ("GET", path, None))
    with SandboxServer(EMPTY, state=state, clock=BEGIN) as server:
        later = {"now": (BEGIN + timedelta(hours=1)).isoformat()}
        again, _, after, listed = answers(
            server,
            ("GET", path, None),
            ("PUT", "/_sandbox/clock", later),
            ("GET", path, None),
            ("GET", "/api/v1/transactions", None),
        )
    assert again == before
    assert before["data"]["status"] == "PROCESSING"
    assert after["data"]["status"] == "COMPLETED"
    assert listed["data"] == [after["data"]]


def test_a_seeded_row_that_is_forced_loses_the_future_its_book_had_for_it(start_sandbox, connect):
    client = connect(start_sandbox(clock=datetime(2026, 10, 21, 12, tzinfo=UTC)))
    rows = client.get("/api/v1/transactions", params={"limit": 100}).json()["data"]
    row = next(row for row in rows if row["status"] == "COMPLETED")
    forced = {"transactionId": row["id"], "status": "REFUNDED"}
    client.post("/api/v1/sandbox/simulator/force-status", json=forced)
    client.put("/_sandbox/clock", json={"now": "2026-10-30T00:00:00Z"})
    path = f"/api/v1/transactions/{row['id']}"
    assert client.get(path).json()["data"]["status"] == "REFUNDED"
    counted = client.get("/api/v1/transactions", params={"status": "REFUNDED", "limit": 100})
    assert row["id"] in {each["id"] for each in counted.json()["data"]}
