"""Faults on demand, as a client meets them."""

import json

import httpx
import pytest

TRANSACTIONS = "/api/v1/transactions"


@pytest.fixture(autouse=True)
def _behave_again(client):
    yield
    client.delete("/_sandbox/faults")


def misbehave(client, **rule):
    client.put("/_sandbox/faults", json=[rule]).raise_for_status()


@pytest.mark.parametrize("status", [500, 429, 401])
def test_a_status_is_answered_as_often_as_asked_for(client, status):
    misbehave(client, kind=str(status), path_contains="/transactions", times=2, after=1)
    answers = [client.get(TRANSACTIONS).status_code for _ in range(4)]
    assert answers == [200, status, status, 200]


def test_too_many_requests_say_when_to_come_back(client):
    misbehave(client, kind="429", retry_after="7")
    assert client.get(TRANSACTIONS).headers["Retry-After"] == "7"


def test_a_truncated_answer_looks_complete_and_is_no_json(client):
    misbehave(client, kind="truncated")
    answer = client.get(TRANSACTIONS)
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["Content-Length"])
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_dropped_connection_breaks_off_in_the_answer(client):
    misbehave(client, kind="drop", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(TRANSACTIONS)
    assert client.get(TRANSACTIONS).status_code == 200


def test_success_may_be_html_or_nothing_or_no_success(client):
    client.put(
        "/_sandbox/faults",
        json=[{"kind": "html", "times": 1}, {"kind": "empty", "times": 1}],
    )
    html, empty = client.get(TRANSACTIONS), client.get(TRANSACTIONS)
    misbehave(client, kind="success_false")
    unsuccessful = client.get(TRANSACTIONS)
    assert html.headers["Content-Type"].startswith("text/html")
    assert (html.status_code, empty.status_code, empty.content) == (200, 200, b"")
    assert (unsuccessful.status_code, unsuccessful.json()["success"]) == (200, False)


def test_a_slow_answer_is_late_and_right(client):
    misbehave(client, kind="slow", seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        client.get(TRANSACTIONS, timeout=0.2)
    client.delete("/_sandbox/faults")
    assert client.get(TRANSACTIONS, timeout=0.5).json()["success"] is True


def test_only_matching_paths_fail_until_the_rules_are_cleared(client):
    misbehave(client, kind="500", path_contains="/transactions/")
    assert client.get(TRANSACTIONS).status_code == 200
    assert client.get(f"{TRANSACTIONS}/trxn_1").status_code == 500
    assert client.delete("/_sandbox/faults").json() == []
    assert client.get(f"{TRANSACTIONS}/trxn_1").status_code == 404


@pytest.mark.parametrize(
    "rule",
    [{"kind": "boom"}, {}, {"kind": "500", "times": -1}, {"kind": "500", "after": True}, 7],
)
def test_a_rule_that_makes_no_sense_is_refused(client, rule):
    assert client.put("/_sandbox/faults", json=[rule]).status_code == 400


@pytest.mark.parametrize("name", ["retry_after", "location"])
@pytest.mark.parametrize("text", ["\u2603", "1\r\nX-Planted: 1", "1" * 3_000])
def test_what_cannot_stand_in_a_header_is_refused_by_its_name(client, name, text):
    refused = client.put("/_sandbox/faults", json=[{"kind": "429", name: text}])
    assert (refused.status_code, list(refused.json()["details"])) == (400, [name])
