"""Money in its time: coins confirmed when told, payouts held back, and sessions as they were named.

One sandbox without a book serves the file; each test begins where the last one left the clock.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.sandbox.book import Book
from pipelines.sandbox.case import Session

NOON = datetime(2026, 10, 24, 12, tzinfo=UTC)
API = "/api/v1"


class Merchant:
    """A shop before the sandbox; times count from the test's beginning."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.begin = datetime.fromisoformat(client.get("/_sandbox/clock").json()["now"])

    def at(self, **time: int) -> str:
        return (self.begin + timedelta(**time)).isoformat()

    def move(self, **time: int) -> None:
        self.client.put("/_sandbox/clock", json={"now": self.at(**time)}).raise_for_status()

    def opened(self) -> str:
        body = {"toCurrency": "NGN", "toAmount": 5000, "fromCurrency": "USDT"}
        return str(self.client.post(f"{API}/transactions", json=body).json()["data"]["id"])

    def deposited(self, payment: str, **told: Any) -> httpx.Response:
        body = {"transactionId": payment, **told}
        return self.client.post("/_sandbox/deposits", json=body)

    def held(self, **body: Any) -> httpx.Response:
        return self.client.put("/_sandbox/payouts", json=body)

    def shown(self, payment: str, field: str = "status") -> str:
        return str(self.client.get(f"{API}/transactions/{payment}").json()["data"][field])


@pytest.fixture(scope="module")
def served() -> Iterator[httpx.Client]:
    plan = SandboxPlan(start=NOON.date(), days=1, orders_per_day=0)
    headers = {"Authorization": "rsp_test_sandbox"}
    with (
        SandboxServer(plan, clock=NOON) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=10) as client,
    ):
        yield client


@pytest.fixture
def merchant(served: httpx.Client) -> Merchant:
    return Merchant(served)


def test_coins_are_confirmed_at_the_instant_told_and_not_before(merchant):
    payment = merchant.opened()
    assert merchant.deposited(payment, confirmsAt=merchant.at(hours=20)).status_code == 200
    merchant.move(hours=20, milliseconds=-1)
    assert merchant.shown(payment) == "PROCESSING"
    merchant.move(hours=20)
    assert merchant.shown(payment) == "COMPLETED"
    assert datetime.fromisoformat(merchant.shown(payment, "updatedAt")).isoformat() == merchant.at(
        hours=20
    )


def test_coins_told_never_to_be_confirmed_wait_for_ever(merchant):
    payment = merchant.opened()
    merchant.deposited(payment, confirmsAt=None)
    merchant.move(days=30)
    assert merchant.shown(payment) == "PROCESSING"


@pytest.mark.parametrize("instant", ["2026-10-24T11:59:59.999Z", "soon", 5, True])
def test_a_confirmation_must_be_an_instant_to_come(merchant, instant):
    payment = merchant.opened()
    refused = merchant.deposited(payment, confirmsAt=instant)
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["confirmsAt"])
    assert merchant.shown(payment, "actualAmount") == "0"


def test_a_payout_held_back_moves_by_force_only(merchant):
    payment = merchant.opened()
    merchant.held(transactionId=payment, held=True)
    merchant.deposited(payment)
    merchant.move(days=9)
    assert merchant.shown(payment, "payoutStatus") == "PENDING"
    force = {"transactionId": payment, "scenario": "payout_failed"}
    forced = merchant.client.post(f"{API}/sandbox/simulator/force-scenario", json=force)
    assert forced.json()["data"]["payoutStatus"] == "FAILED"


def test_a_payout_let_go_takes_its_whole_way_from_then(merchant):
    payment = merchant.opened()
    merchant.deposited(payment, confirmsAt=merchant.at())
    assert merchant.held(transactionId=payment, held=True).json()["held"] is True
    merchant.move(days=9)
    merchant.held(transactionId=payment, held=False)
    states = []
    for hours in (17, 18, 23, 24):
        merchant.move(days=9, hours=hours)
        states.append(merchant.shown(payment, "payoutStatus"))
    assert states == ["PENDING", "PROCESSING", "PROCESSING", "COMPLETED"]


def test_letting_go_what_was_never_held_pays_out_once_and_no_earlier(merchant):
    payment = merchant.opened()
    merchant.deposited(payment, confirmsAt=merchant.at())
    merchant.move(hours=1)
    merchant.held(transactionId=payment, held=False)
    merchant.move(hours=24, milliseconds=-1)
    assert merchant.shown(payment, "payoutStatus") == "PROCESSING"
    merchant.move(hours=24)
    settlement = merchant.shown(payment, "settlementId")
    merchant.move(days=5)
    assert merchant.shown(payment, "settlementId") == settlement


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"held": True}, 400, ["transactionId"]),
        ({"transactionId": 5, "held": True}, 400, ["transactionId"]),
        ({"transactionId": "trxn_1", "held": True}, 404, []),
    ],
)
def test_a_hold_names_a_payment_that_exists(merchant, body, status, fields):
    refused = merchant.held(**body)
    assert refused.status_code == status
    assert list(refused.json().get("details") or {}) == fields


@pytest.mark.parametrize("word", [None, "yes", 1])
def test_a_hold_says_yes_or_no(merchant, word):
    refused = merchant.held(transactionId=merchant.opened(), held=word)
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["held"])


@pytest.mark.parametrize("named", [("USDT", "TRON"), (None, None)])
def test_a_session_keeps_the_coin_it_was_opened_with_whatever_is_paid(merchant, named):
    coin, network = named
    chosen = {} if coin is None else {"fromCurrency": coin, "fromNetwork": network}
    body = {"amount": 5000, "currency": "NGN", **chosen}
    opened = merchant.client.post(f"{API}/checkout-sessions", json=body).json()["data"]
    paid = {
        "checkoutSessionId": opened["sessionId"],
        "fromCurrency": "USDC",
        "fromNetwork": "ETHEREUM",
    }
    payment = merchant.client.post(f"{API}/transactions", json=paid).json()["data"]
    read = merchant.client.get(f"{API}/checkout-sessions/{opened['sessionId']}").json()["data"]
    assert (read["fromCurrency"], read["fromNetwork"]) == named
    assert read["depositAddress"] == payment["depositAddress"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_payment_of_a_book_begins_on_a_session_that_takes_none(seed):
    plan = SandboxPlan(start=NOON.date(), seed=seed, days=8, orders_per_day=40)
    payments = [payment for part in Book(plan).parts() for payment in part.payments]
    begun = [(each.session, each.created_at) for each in payments if each.session is not None]
    assert [at for session, at in begun if not takes_payments(session, at)] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_session_of_a_book_is_completed_by_a_completed_payment_alone(seed):
    plan = SandboxPlan(start=NOON.date(), seed=seed, days=8, orders_per_day=40)
    sessions = [session for part in Book(plan).parts() for session in part.sessions]
    refunded = [each for each in sessions if "REFUNDED" in words_of(each)]
    assert refunded
    shown = ["COMPLETED" in [word for _, word in each.time_line()] for each in refunded]
    assert shown == ["COMPLETED" in words_of(each) for each in refunded]


def words_of(session: Session) -> set[str]:
    """Every status that a payment of the session ever has."""
    return {state.status for payment in session.payments for _, state in payment.states}


def takes_payments(session: Session, instant: int) -> bool:
    standing = [status for at, status in session.time_line() if at <= instant][-1]
    return standing in ("PENDING", "PROCESSING") and instant < session.expires_at


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_excess_of_a_book_is_returned_to_nowhere(seed):
    plan = SandboxPlan(start=NOON.date(), seed=seed, days=8, orders_per_day=40)
    payments = [payment for part in Book(plan).parts() for payment in part.payments]
    returned = [p for p in payments if p.state.refund_hash and p.state.status == "COMPLETED"]
    assert returned
    assert [payment.id for payment in returned if payment.refund_address is None] == []
