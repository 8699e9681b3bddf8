"""Time in the sandbox: forward only, and everything moves with it."""

from datetime import UTC, datetime

from sandbox.conftest import cut_off

TRANSACTIONS = "/api/v1/transactions"


def everything(client):
    rows, page = [], 1
    while found := client.get(TRANSACTIONS, params={"page": page, "limit": 100}).json()["data"]:
        rows += found
        page += 1
    return {row["id"]: row for row in rows}


def test_the_clock_moves_forward_only(start_sandbox, connect):
    client = connect(start_sandbox())
    now = client.get("/_sandbox/clock").json()["now"]
    assert now == "2026-10-24T01:00:00.000Z"
    assert client.put("/_sandbox/clock", json={"now": now}).status_code == 200
    back = client.put("/_sandbox/clock", json={"now": "2026-10-24T00:59:59.999Z"})
    assert (back.status_code, back.json()["success"]) == (409, False)
    later = client.put("/_sandbox/clock", json={"now": "2026-10-25T03:00:00+01:00"})
    assert later.json() == {"now": "2026-10-25T02:00:00.000Z"}


def test_without_an_instant_the_real_clock_goes_and_cannot_be_moved(start_sandbox, connect):
    client = connect(start_sandbox(clock=None))
    before = datetime.now(UTC)
    now = datetime.fromisoformat(client.get("/_sandbox/clock").json()["now"])
    assert (now - before).total_seconds() < 5
    assert client.put("/_sandbox/clock", json={"now": "2099-01-01"}).status_code == 409


def test_nothing_exists_before_its_creation_and_states_move_on(start_sandbox, connect):
    client = connect(start_sandbox(clock=cut_off(-1)))
    assert everything(client) == {}
    histories: dict[str, list[tuple[str, str, str]]] = {}
    for hour in range(24 * 8):
        now = cut_off(-1, hours=hour)
        client.put("/_sandbox/clock", json={"now": now.isoformat()})
        for row in everything(client).values():
            assert row["createdAt"] <= row["updatedAt"] <= client_now(now)
            state = (row["updatedAt"], row["status"], row["payoutStatus"])
            history = histories.setdefault(row["id"], [])
            if not history or history[-1] != state:
                history.append(state)
    assert all(history == sorted(history) for history in histories.values())
    finals = {history[-1][1:] for history in histories.values()}
    assert {("COMPLETED", "COMPLETED"), ("EXPIRED", "PENDING")} <= finals
    assert any(len(history) >= 4 for history in histories.values())


def client_now(now):
    return now.strftime("%Y-%m-%dT%H:%M:%S.999Z")


def test_a_session_follows_its_transaction_and_embeds_it(client):
    row = next(r for r in everything(client).values() if r["status"] == "COMPLETED")
    session = client.get(f"/api/v1/checkout-sessions/{row['checkoutSessionId']}").json()["data"]
    assert session["status"] == "COMPLETED"
    assert row in session["transactions"]
    assert session["authToken"]
