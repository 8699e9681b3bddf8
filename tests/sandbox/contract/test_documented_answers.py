"""Every answer that the contract documents is reached, and is as documented.

The pairs of operation and status are read from the file; one that nothing leads to fails.
"""

import copy

import pytest
from sandbox.contract.asking import NoWay, in_no_state, reach, send
from sandbox.contract.documented import Documented, loaded
from sandbox.contract.ways import GRANTED, IN_NO_STATE, Asked

DOCUMENTED = Documented()
OPERATIONS = DOCUMENTED.operations
PAIRS = DOCUMENTED.pairs()
TRIES = 2


def named(pairs):
    return [f"{name}-{status}" for name, status in pairs]


@pytest.mark.parametrize(("name", "status"), PAIRS, ids=named(PAIRS))
def test_each_documented_answer_is_reached_and_is_as_documented(scene, spent_scene, name, status):
    operation = OPERATIONS[name]
    # The first request in a minute is granted; the second is not.
    tried_on, tries = (spent_scene, TRIES) if status == 429 else (scene, 1)
    answers = [reach(tried_on, operation, status) for _ in range(tries)]
    assert answers[-1].status_code == status, answers[-1].text
    assert DOCUMENTED.faults(operation, answers[-1]) == []


@pytest.mark.parametrize("key", ["sk_live_1", "Bearer rsp_", "Bearer one.two.three"])
@pytest.mark.parametrize("name", [name for name, status in PAIRS if status == 401])
def test_a_key_that_is_none_is_refused_as_no_key_is(scene, name, key):
    nothing = ("any_1",) * len(OPERATIONS[name].placed("path"))
    asked = Asked(path=nothing, headers={"Authorization": key})
    answer = send(scene.stranger, OPERATIONS[name], asked)
    assert answer.status_code == 401, answer.text
    assert DOCUMENTED.faults(OPERATIONS[name], answer) == []


@pytest.mark.parametrize("name", IN_NO_STATE)
def test_what_an_objects_state_forbids_is_a_conflict(scene, name):
    answer = send(scene.stranger, OPERATIONS[name], in_no_state(scene, OPERATIONS[name]))
    assert answer.status_code == 409, answer.text
    assert DOCUMENTED.faults(OPERATIONS[name], answer) == []


def test_there_is_one_granted_request_for_each_operation():
    assert set(GRANTED) == set(OPERATIONS)
    assert len(GRANTED) == 47 + 4


def test_a_status_that_is_documented_and_that_nothing_leads_to_is_found(scene):
    contract = copy.deepcopy(loaded())
    told = contract["paths"]["/api/v1/networks"]["get"]["responses"]
    told["409"] = {"$ref": "#/components/responses/Conflict"}
    more = Documented(contract)
    assert set(more.pairs()) - set(PAIRS) == {("listNetworks", 409)}
    with pytest.raises(NoWay, match="listNetworks"):
        reach(scene, more.operations["listNetworks"], 409)


def test_an_answer_that_is_not_documented_is_found(scene):
    contract = copy.deepcopy(loaded())
    del contract["paths"]["/api/v1/networks"]["get"]["responses"]["401"]
    less = Documented(contract)
    operation = less.operations["listNetworks"]
    answer = send(scene.stranger, operation, Asked(headers={}))
    assert less.faults(operation, answer) == ["listNetworks answers 401, which is not documented"]
    assert DOCUMENTED.faults(OPERATIONS["listNetworks"], answer) == []
