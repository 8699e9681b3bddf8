"""The same plan gives the same bytes, another seed another book, and a state file keeps it."""

import re
from decimal import Decimal

import httpx
import pytest
from sandbox.conftest import KEY, START, cut_off

from pipelines.sandbox import SandboxPlan, SandboxRefused, SandboxServer

TRANSACTIONS = "/api/v1/transactions?limit=100"
SESSION = {"amount": 5, "currency": "NGN"}


def conversation(client: httpx.Client) -> list[bytes]:
    answers = [client.get(TRANSACTIONS), client.post("/api/v1/checkout-sessions", json=SESSION)]
    session_id = answers[0].json()["data"][0]["checkoutSessionId"]
    answers.append(client.get(f"/api/v1/checkout-sessions/{session_id}"))
    answers.append(client.put("/_sandbox/clock", json={"now": "2026-10-26"}))
    answers.append(client.get(TRANSACTIONS + "&sortBy=updatedAt"))
    return [
        b"%d %r %b" % (answer.status_code, sorted(answer.headers.items()), answer.content)
        for answer in answers
    ]


def test_the_same_seed_start_clock_and_calls_give_the_same_bytes(start_sandbox, connect, tmp_path):
    first = conversation(connect(start_sandbox(truth_file=tmp_path / "a.json")))
    second = conversation(connect(start_sandbox(truth_file=tmp_path / "b.json")))
    assert first == second
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_two_seeds_give_two_books(start_sandbox, connect):
    first = conversation(connect(start_sandbox(seed=1)))
    second = conversation(connect(start_sandbox(seed=2)))
    assert all(one != other for one, other in zip(first[:3], second[:3], strict=True))


def test_money_keeps_all_its_digits_and_never_an_exponent(start_sandbox, connect):
    client = connect(start_sandbox(days=12, orders_per_day=30))
    text = "".join(
        client.get("/api/v1/transactions", params={"limit": 100, "page": page}).text
        for page in (1, 2, 3, 4)
    )
    numbers = re.findall(r'"(expectedAmount|amount|exchangeRate|fees)":([^,]+),', text)
    digits: dict[str, set[int]] = {}
    for field, number in numbers:
        assert re.fullmatch(r"\d+(\.\d+)?", number), number
        digits.setdefault(field, set()).add(-int(Decimal(number).as_tuple().exponent))
    assert digits["expectedAmount"] == {6, 8, 18}
    assert digits["amount"] == digits["fees"] == {0, 2}
    assert digits["exchangeRate"] == {2, 4}
    assert {m[0] for m in re.findall(r'"currency":"(\w+)"()', text)} >= {"NGN", "KES", "RWF"}


def test_a_state_file_keeps_book_clock_and_sessions(tmp_path):
    state = tmp_path / "book.sqlite"
    plan = SandboxPlan(start=START, days=2, orders_per_day=5)
    with SandboxServer(plan, state=state, clock=cut_off(0)) as server:
        client = httpx.Client(base_url=server.url, headers=KEY)
        with client:
            made = client.post("/api/v1/checkout-sessions", json=SESSION).json()["data"]
            client.put("/_sandbox/clock", json={"now": cut_off(2).isoformat()})
            before = client.get(TRANSACTIONS).content
    with (
        SandboxServer(plan, state=state, clock=cut_off(0)) as server,
        httpx.Client(base_url=server.url, headers=KEY) as client,
    ):
        assert client.get(TRANSACTIONS).content == before
        again = client.get(f"/api/v1/checkout-sessions/{made['sessionId']}").json()["data"]
        assert again["status"] == "EXPIRED"


def test_the_state_file_of_another_plan_or_of_another_program_is_refused(tmp_path):
    state, foreign = tmp_path / "book.sqlite", tmp_path / "notes.txt"
    foreign.write_text("not a database at all, but long enough to be looked into" * 20)
    with SandboxServer(SandboxPlan(start=START, days=1, orders_per_day=2), state=state):
        pass
    for file in (state, foreign):
        with pytest.raises(SandboxRefused, match=file.name):
            SandboxServer(SandboxPlan(start=START, days=2, orders_per_day=2), state=file).start()
