"""A fault of the sandbox is found by the checks that find none in a good one.

The sandbox is told to misbehave, over its own controls, and asked as the other tests ask it.
"""

from contextlib import contextmanager

import httpx
import pytest
from sandbox.contract.asking import reach
from sandbox.contract.documented import Documented
from sandbox.contract.generated import Generator
from schemathesis.core.failures import FailureGroup

DOCUMENTED = Documented()
OPERATIONS = DOCUMENTED.operations
REQUEST_ID = {"X-Request-Id": "req_" + "0" * 24}
LISTED = {"method": "GET", "path_contains": "/subscriptions/plans"}
CREATED = {"method": "POST", "path_contains": "/payment-links"}
CONNECTED = 'id: 1\nevent: connected\ndata: {"sessionId": "cs_1"}\n\n'
# How each fault shows to the check of one answer, and to schemathesis.
PLANTED = [
    ("500", "listPlans answers 500, which is not documented", "ServerError"),
    ("502", "listPlans answers 502, which is not documented", "UndefinedStatusCode"),
    ("redirect", "listPlans answers 302, which is not documented", "UndefinedStatusCode"),
    ("html", "'text/html' is none of application/json", "UndefinedContentType"),
    ("wrong_type", "'text/plain' is none of application/json", "UndefinedContentType"),
    ("empty", "$: \"no JSON: ''\" is not of type 'object'", "MalformedJson"),
    ("null_data", "$: 'pagination' is a required property", "JsonSchemaError"),
    ("success_false", "$.success: True was expected", "JsonSchemaError"),
]


@pytest.fixture
def plant(scene):
    """Makes the sandbox misbehave until the test is over."""

    def planted(kind, **where):
        scene.client.put("/_sandbox/faults", json=[{"kind": kind, **where}])

    yield planted
    scene.client.delete("/_sandbox/faults")
    scene.client.delete("/_sandbox/personality")


@pytest.fixture(scope="module")
def generator(scene):
    with Generator(scene) as opened:
        yield opened


def found(group):
    return {type(failure).__name__ for failure in group.value.exceptions}


@pytest.mark.parametrize(("kind", "fault", "_"), PLANTED)
def test_a_planted_fault_is_found_in_one_answer(scene, plant, kind, fault, _):
    plant(kind, **LISTED)
    answer = reach(scene, OPERATIONS["listPlans"], 200)
    assert fault in DOCUMENTED.faults(OPERATIONS["listPlans"], answer)


@pytest.mark.parametrize(("kind", "_", "failure"), PLANTED)
def test_a_planted_fault_is_found_by_calls_that_the_contract_allows(
    generator, plant, kind, _, failure
):
    plant(kind, **LISTED)
    with pytest.raises(FailureGroup) as group:
        generator.allowed(generator.operations()["listPlans"], 2)
    assert failure in found(group)


def test_a_sandbox_that_takes_what_the_contract_forbids_is_found(generator, plant):
    plant("null_data", **CREATED)
    with pytest.raises(FailureGroup) as group:
        generator.forbidden(generator.operations()["createPaymentLink"], 2)
    assert "AcceptedNegativeData" in found(group)


def test_a_sandbox_that_refuses_what_the_contract_allows_is_found(scene, generator, plant):
    plant("401", path_contains="/nothing")
    scene.client.put("/_sandbox/personality", json={"refuse_limit": True})
    with pytest.raises(FailureGroup, match="listPlans refuses valid data: limit") as group:
        generator.allowed(generator.operations()["listPlans"], 20)
    assert found(group) == {"CustomFailure"}


def test_rows_that_lack_what_is_required_are_found(scene, generator, plant):
    plant("401", path_contains="/nothing")
    scene.client.put("/_sandbox/personality", json={"short_rows": True})
    with pytest.raises(FailureGroup) as group:
        generator.allowed(generator.operations()["listTransactions"], 5)
    assert found(group) == {"JsonSchemaError"}


def test_a_fault_that_only_a_link_leads_to_is_found_by_stories(scene, open_scene):
    rule = {"kind": "500", "method": "GET", "path_contains": "/checkout-sessions/cs_"}

    @contextmanager
    def open_spoilt():
        with open_scene() as scene:
            scene.client.put("/_sandbox/faults", json=[rule])
            yield scene

    linked = ["createCheckoutSession", "getCheckoutSession"]
    with Generator(scene, only=linked) as generator, pytest.raises(FailureGroup) as group:
        generator.stateful(5, open_spoilt)
    assert {"ServerError", "UndefinedStatusCode"} <= found(group)


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({}, "header X-Request-Id is missing"),
        ({"X-Request-Id": "req_1"}, "header X-Request-Id: $: 'req_1' does not match"),
    ],
)
def test_a_header_that_is_not_as_documented_is_found(headers, fault):
    told = {"success": False, "error": "Missing or unknown API key", "code": "unauthorized"}
    answer = httpx.Response(401, headers=headers, json=told)
    (only,) = DOCUMENTED.faults(OPERATIONS["listPlans"], answer)
    assert only.startswith(fault)


@pytest.mark.parametrize(
    "stream",
    [
        'id: 1\nevent: status\ndata: {"status": "PENDING"}\n\n',
        CONNECTED + 'id: 2\nevent: status\ndata: {"status": "PENDING"}\n\n',
        CONNECTED.replace("id: 1", "id: one"),
        CONNECTED.replace('"cs_1"', "1"),
        CONNECTED.replace("event: connected\n", ""),
    ],
)
def test_a_frame_that_is_not_as_documented_is_found(stream):
    headers = {**REQUEST_ID, "content-type": "text/event-stream"}
    good, bad = (httpx.Response(200, headers=headers, text=text) for text in (CONNECTED, stream))
    assert DOCUMENTED.faults(OPERATIONS["sseSession"], good) == []
    assert DOCUMENTED.faults(OPERATIONS["sseSession"], bad) != []
