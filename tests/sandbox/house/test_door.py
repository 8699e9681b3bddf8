"""Who may come in: three styles, two kinds of key, the business id, the rate."""

import httpx
import pytest

from pipelines.sandbox import Manners
from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.house.door import Door

LIST = "/api/v1/transactions"
CLIENT = "rsp_test_client"
SECRET = "rsp_test_sandbox"
INVOICE = {
    "customerName": "Ada",
    "customerEmail": "ada@example.com",
    "items": [{"description": "Tea", "quantity": 1, "unitPrice": 100}],
}


def styles(key: str) -> list[dict[str, str]]:
    return [
        {"Authorization": key},
        {"Authorization": f"Bearer {key}", "X-Business-Id": "biz_001"},
        {"x-api-key": key, "x-business-id": "biz_001"},
    ]


@pytest.mark.parametrize("headers", styles(SECRET))
def test_each_attested_style_opens_the_door(client, headers):
    assert httpx.get(f"{client.base_url}{LIST}", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, *styles("sk_live_1"), *styles("rsp_")])
def test_without_a_known_key_every_path_of_the_api_answers_401(client, headers):
    for path in (LIST, "/api/v1/nothing-here"):
        refused = httpx.get(f"{client.base_url}{path}", headers=headers)
        assert refused.status_code == 401
        assert refused.json()["code"] == "unauthorized"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "bogus", "x-api-key": SECRET},
        {"Authorization": "Bearer", "x-api-key": SECRET},
        {"Authorization": f"Bearer {SECRET}", "x-api-key": "bogus"},
    ],
)
def test_a_wrong_key_beside_a_good_one_is_refused(client, headers):
    assert httpx.get(f"{client.base_url}{LIST}", headers=headers).status_code == 401


@pytest.mark.parametrize("headers", styles(CLIENT))
def test_a_publishable_key_may_quote_but_not_bill(client, headers):
    url = str(client.base_url)
    assert httpx.get(f"{url}/api/v1/currencies", headers=headers).status_code == 200
    refused = httpx.post(f"{url}/api/v1/invoices", headers=headers, json=INVOICE)
    assert refused.status_code == 403
    assert "secret key" in refused.json()["error"]
    allowed = client.post("/api/v1/invoices", json=INVOICE)
    assert allowed.status_code == 200


@pytest.mark.parametrize("given", [None, "biz_other"])
def test_a_sandbox_of_one_business_serves_no_other(start_sandbox, connect, given):
    server = start_sandbox(manners=Manners(business_id="biz_001"))
    headers = {"Authorization": SECRET} | ({} if given is None else {"x-business-id": given})
    assert connect(server, **headers).get(LIST).status_code == 403
    own = connect(server, Authorization=SECRET, **{"x-business-id": "biz_001"})
    assert own.get(LIST).status_code == 200


def test_the_rate_when_switched_on_answers_429_with_whole_seconds_to_wait(start_sandbox, connect):
    limited = connect(start_sandbox(manners=Manners(rate_per_minute=3)))
    statuses = [limited.get(LIST).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = limited.get(LIST)
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.json()["success"] is False


def test_a_spent_rate_says_when_the_next_request_is_let_through():
    instant = [0.0]
    door = Door(business_id=None, rate_per_minute=2, now=lambda: instant[0])
    for instant[0] in (0.0, 20.5):
        door.pace("rsp_a")
    with pytest.raises(Refused) as refused:
        door.pace("rsp_a")
    assert refused.value.retry_after == 40
    instant[0] += refused.value.retry_after
    door.pace("rsp_a")


def test_the_rate_is_counted_by_key_and_strangers_use_up_nobodys(start_sandbox, connect):
    server = start_sandbox(manners=Manners(rate_per_minute=1))
    stranger, first = connect(server, Authorization="bogus"), connect(server)
    second = connect(server, Authorization="rsp_test_second")
    assert [stranger.get(LIST).status_code for _ in range(3)] == [401] * 3
    assert [first.get(LIST).status_code for _ in range(2)] == [200, 429]
    assert second.get(LIST).status_code == 200


def test_a_stream_is_refused_to_its_strangers_before_its_holders_rate_is_spent(
    start_sandbox, connect
):
    server = start_sandbox(manners=Manners(rate_per_minute=1))
    body = {"amount": 5000, "currency": "NGN"}
    session = connect(server).post("/api/v1/checkout-sessions", json=body).json()["data"]
    path = f"/api/v1/sse/sessions/{session['sessionId']}"
    stranger = connect(server, Authorization="Bearer bogus")
    holder = connect(server, Authorization=f"Bearer {session['authToken']}")
    assert [stranger.head(path).status_code for _ in range(2)] == [401, 429]
    assert [holder.head(path).status_code for _ in range(2)] == [200, 429]


def test_request_ids_differ_by_request_and_are_the_same_for_the_same_calls(start_sandbox, connect):
    def ids(server):
        client = connect(server)
        return [client.get(LIST).headers["x-request-id"] for _ in range(3)]

    first, second, other = (ids(start_sandbox(seed=seed)) for seed in (7, 7, 8))
    assert first == second
    assert len({*first, *other}) == 6
