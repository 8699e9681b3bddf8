"""Calls that schemathesis generates from the contract: none is answered outside of it.

Every check of schemathesis holds for each answer: no server error, no status, content type, header
or body but the documented ones, and no forbidden data taken. Which allowed data may be refused is
said in `judged`.
"""

import pytest
from sandbox.contract.generated import Generator


@pytest.fixture
def generator(scene, capsys, record_property):
    """Generates calls, and says in the end how many there were."""
    with Generator(scene) as opened:
        yield opened
    record_property("calls", opened.calls.statuses.total())
    with capsys.disabled():
        print(f"\n{opened.calls.told()}")


@pytest.mark.counts(small=3, full=200)
def test_data_that_the_contract_allows_is_answered_as_documented(generator, count):
    generator.positive(count)
    assert set(generator.calls.statuses) == {200, 400, 401, 404, 409}


@pytest.mark.counts(small=2, full=200)
def test_data_that_the_contract_forbids_is_refused_as_documented(generator, count):
    generator.negative(count)
    assert {400, 404} <= set(generator.calls.statuses)


@pytest.mark.counts(small=3, full=50)
def test_stories_along_the_links_are_answered_as_documented(generator, open_scene, count):
    generator.stateful(count, open_scene)
    assert {200, 400, 404, 409} <= set(generator.calls.statuses)
