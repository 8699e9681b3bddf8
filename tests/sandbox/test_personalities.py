"""Personalities over a real socket: what each switch changes, and what it leaves as it was."""

import json
from decimal import Decimal

import httpx
import pytest

from pipelines.sandbox import Manners

LIST = "/api/v1/transactions"


def walked(client, *, limit=20, pages_most=40):
    """Every id in the order of pages, until a page is empty or repeats the one before."""
    pages = []
    for page in range(1, pages_most):
        answer = client.get(LIST, params={"page": page, "limit": limit}).json()
        ids = [row["id"] for row in answer["data"]]
        if not ids or (pages and ids == pages[-1]):
            return pages
        pages.append(ids)
    raise AssertionError("the list does not end")


@pytest.fixture
def pair(start_sandbox, connect):
    """A sandbox with a personality beside a well-behaved one of the same book."""

    def opened(*personality):
        odd = start_sandbox(manners=Manners(personality=personality))
        return connect(odd), connect(start_sandbox())

    return opened


def flat(pages):
    return [name for page in pages for name in page]


@pytest.mark.parametrize("personality", ["cap_limit=7", "shuffle", "repeat_pages", "totals=lying"])
def test_paging_still_covers_every_row_once(pair, personality):
    odd, plain = pair(personality)
    ids = flat(walked(odd))
    assert len(ids) == len(set(ids))
    assert set(ids) == set(flat(walked(plain)))


def test_a_capped_limit_is_cut_and_said_and_a_refused_one_is_named(pair):
    odd, _ = pair("cap_limit=7")
    answer = odd.get(LIST, params={"limit": 50}).json()
    assert (len(answer["data"]), answer["pagination"]["limit"]) == (7, 7)
    strict, _ = pair("refuse_limit")
    refused = strict.get(LIST, params={"limit": 101})
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["limit"])


def test_ignored_filters_order_and_paging_are_not_heard(pair):
    odd, plain = pair("ignore_filters", "ignore_order", "ignore_paging=all")
    asked = {"status": "EXPIRED", "sortOrder": "asc", "limit": 5, "page": 2}
    everything = [row["id"] for row in odd.get(LIST, params=asked).json()["data"]]
    assert everything == flat(walked(plain))


def test_a_list_that_only_knows_its_first_page_repeats_it(pair):
    odd, plain = pair("ignore_paging=first")
    assert walked(odd) == walked(plain)[:1]


@pytest.mark.parametrize(
    ("personality", "find"),
    [
        ("envelope=bare", lambda body: body),
        ("envelope=object", lambda body: body["data"]["transactions"]),
        ("envelope=items", lambda body: body["data"]["items"]),
        ("totals=none", lambda body: body["data"] if "pagination" not in body else None),
        ("totals=zero", lambda body: body["data"] if not body["pagination"]["total"] else None),
    ],
)
def test_another_envelope_holds_the_same_rows(pair, personality, find):
    odd, plain = pair(personality)
    assert find(odd.get(LIST).json()) == plain.get(LIST).json()["data"]


def exact(client):
    return json.loads(client.get(LIST, params={"limit": 100}).text, parse_float=Decimal)["data"]


def test_reshaped_rows_keep_every_digit(pair):
    odd, plain = pair("field_style=snake", "unknown_fields")
    for row, whole in zip(exact(odd), exact(plain), strict=True):
        assert row["x_internal"]["shard"] == 3
        assert str(row["expected_amount"]) == str(whole["expectedAmount"])
        assert len(row) == len(whole) + 1


def test_short_and_lower_case_rows_are_whole_by_their_id(pair):
    odd, plain = pair("short_rows", "lowercase")
    row, whole = exact(odd)[0], exact(plain)[0]
    assert "fees" not in row
    assert row["status"] == whole["status"].lower()
    assert odd.get(f"{LIST}/{row['id']}").json()["data"]["fees"] is not None


def test_rates_strike_the_same_requests_of_the_same_seed(start_sandbox, connect):
    def struck(seed):
        manners = Manners(personality=["rate_5xx=20", "rate_429=20", "no_answer_rate=20"])
        client, seen = connect(start_sandbox(seed=seed, manners=manners)), []
        for _ in range(40):
            try:
                seen.append(client.get(LIST).status_code)
            except httpx.TransportError:
                seen.append(0)
        return seen

    first, again, other = struck(7), struck(7), struck(8)
    assert first == again
    assert first != other
    assert {0, 200, 429, 503} <= set(first)


def test_a_personality_changes_while_the_sandbox_runs_and_a_wrong_one_is_named(client):
    refused = client.put("/_sandbox/personality", json={"grumpy": True})
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["grumpy"])
    client.put("/_sandbox/personality", json={"envelope": "bare"})
    assert isinstance(client.get(LIST).json(), list)
    client.delete("/_sandbox/personality")
    assert client.get(LIST).json()["success"] is True


FAULTS = {
    "null_data": lambda answer: answer.json() == {"success": True, "data": None},
    "wrong_type": lambda answer: answer.headers["content-type"].startswith("text/plain"),
    "nan": lambda answer: b"NaN" in answer.content,
    "duplicate_keys": lambda answer: answer.content.count(b'"id":"trxn_') > 20,
    "redirect": lambda answer: answer.status_code == 302,
    "502": lambda answer: answer.status_code == 502,
    "503": lambda answer: answer.status_code == 503,
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_answers_as_it_is_called(client, kind):
    client.put("/_sandbox/faults", json=[{"kind": kind, "times": 1}])
    assert FAULTS[kind](client.get(LIST))
    assert client.get(LIST).json()["success"] is True


@pytest.mark.parametrize("kind", ["no_bytes", "chunked_cut", "bad_utf8"])
def test_a_fault_of_the_wire_is_seen_on_the_wire(client, kind):
    client.put("/_sandbox/faults", json=[{"kind": kind, "times": 1}])
    with pytest.raises((httpx.TransportError, UnicodeDecodeError)):
        client.get(LIST).content.decode()
    assert client.get(LIST).json()["success"] is True


def test_some_ids_are_listed_and_not_found_the_same_ones_each_time(pair):
    odd, _ = pair("missing_by_id=40")
    ids = flat(walked(odd))
    first, again = ([odd.get(f"{LIST}/{name}").status_code for name in ids] for _ in range(2))
    assert first == again
    assert set(first) == {200, 404}
