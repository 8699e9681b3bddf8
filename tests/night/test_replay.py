"""What was recorded is given again as it was, and anything else is refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.faults import ChainBroken
from pipelines.gateway.answers import Answer
from pipelines.gateway.client import GatewayClient, GatewaySettings
from pipelines.landing import Landing
from pipelines.night.recorded import Recording, replayed
from pipelines.night.replay import ReplayedChain
from pipelines.warehouse.basis import rule_version
from pipelines.warehouse.history import Entry

PATH = "/api/v1/transactions"
PAGE = Answer(
    method="GET",
    path=PATH,
    params=(("page", "1"),),
    status=200,
    content_type="application/json",
    received_at=datetime(2026, 9, 1, tzinfo=UTC),
    body=b'{"data": []}',
)
BUSY = replace(PAGE, status=503, body=b"busy", kept_bytes_most=10)
CUT = replace(PAGE, body=b'{"data": [', note="cut short (ReadError)", kept_bytes_most=10)
LATE = replace(CUT, note="not whole within the time allowed")
BINARY = replace(PAGE, body=b"\x00\xff")
UNKNOWN = replace(PAGE, status=404, body=b'{"message": "no such thing"}', kept_bytes_most=10)


@contextmanager
def conversation(tmp_path: Path, *answers: Answer) -> Iterator[GatewayClient]:
    """A client that hears these answers, kept in a landing first."""
    landing = Landing(tmp_path)
    with landing.segment("transactions", "run1") as segment:
        for answer in answers:
            segment.keep(answer)
    recording = Recording(landing, [file.path for file in segment.finished])
    with replayed(GatewaySettings("https://gateway.invalid", "unused"), recording) as client:
        yield client


def whole(payload: object) -> object:
    return payload


@pytest.mark.parametrize("failed", [BUSY, CUT, LATE, BINARY], ids=["503", "cut", "late", "binary"])
def test_a_failed_try_is_tried_again_as_it_was(
    tmp_path: Path, failed: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    with conversation(tmp_path, failed, PAGE) as client:
        found = client.fetch(PATH, PAGE.params, shape=whole)
    assert (found.content, found.received_at) == ({"data": []}, PAGE.received_at)
    assert found.ref == "transactions/run1/0001.zst#2"
    assert caplog.records == []


def test_an_id_that_was_unknown_stays_unknown_though_its_body_was_kept_in_part(
    tmp_path: Path,
) -> None:
    with conversation(tmp_path, UNKNOWN) as client:
        assert client.find(PATH, PAGE.params, shape=whole) is None


def test_each_request_has_its_own_answers_in_their_order(tmp_path: Path) -> None:
    other = replace(PAGE, path="/other", body=b'"other"')
    later = replace(PAGE, body=b'"later"')
    with conversation(tmp_path, PAGE, later, other) as client:
        heard = [
            client.fetch(path, PAGE.params, shape=whole).content for path in ("/other", PATH, PATH)
        ]
    assert heard == ["other", {"data": []}, "later"]


def test_a_request_that_was_never_made_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ChainBroken, match=r"No answer to GET .*page=2 is kept in transactions/run1"),
        conversation(tmp_path, PAGE) as client,
    ):
        client.fetch(PATH, (("page", "2"),), shape=whole)


def test_an_answer_that_nobody_asks_for_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ChainBroken, match=r"did not ask for GET .*page=1, .*run1/0001.zst#2"),
        conversation(tmp_path, PAGE, PAGE) as client,
    ):
        client.fetch(PATH, PAGE.params, shape=whole)


@pytest.fixture
def made() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema ops")
    connection.execute("create table ops.control (sequence bigint, digest varchar)")
    return connection


def chain_of(tmp_path: Path, kind: str, **facts: object) -> ReplayedChain:
    return ReplayedChain(tmp_path, [Entry(7, "digest", kind, facts, {}, is_confirmed=True)])


def test_a_commit_that_says_the_same_takes_the_entry_as_it_stands(
    tmp_path: Path, made: duckdb.DuckDBPyConnection
) -> None:
    chain = chain_of(tmp_path, "closing", run="one", published="former")
    chain.commit(made, "closing", lambda: {"run": "one", "published": "former"})
    assert made.execute("from ops.control").fetchall() == [(7, "digest")]
    assert chain.next is None
    assert list(tmp_path.iterdir()) == []


def test_a_commit_that_ran_out_of_memory_comes_to_the_same_entry_again(
    tmp_path: Path, made: duckdb.DuckDBPyConnection
) -> None:
    chain = chain_of(tmp_path, "closing", run="one", published="former")
    with pytest.raises(duckdb.OutOfMemoryException):
        chain.commit(made, "closing", out_of_memory)
    chain.commit(made, "closing", lambda: {"run": "one", "published": "former"})
    assert (chain.next, made.execute("from ops.control").fetchall()) == (None, [(7, "digest")])


def out_of_memory() -> dict[str, str]:
    raise duckdb.OutOfMemoryException("planted")


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("closing", {"run": "one", "published": "other"}, "published was .former. and is .other."),
        ("closing", {"run": "one"}, "published was .former. and is null"),
        ("report", {"run": "one", "published": "former"}, "comes to report instead"),
    ],
)
def test_a_commit_that_says_something_else_is_undone_and_named(
    tmp_path: Path,
    made: duckdb.DuckDBPyConnection,
    *,
    kind: str,
    facts: dict[str, str],
    said: str,
) -> None:
    chain = chain_of(tmp_path, "closing", run="one", published="former")
    with pytest.raises(ChainBroken, match=f"Entry 7 .*{said}"):
        chain.commit(made, kind, lambda: facts)
    assert made.execute("from ops.control").fetchall() == []


def test_under_other_rules_only_what_was_judged_may_differ(
    tmp_path: Path, made: duckdb.DuckDBPyConnection
) -> None:
    judged = chain_of(tmp_path, "closing", run="one", published="former")
    taken = chain_of(tmp_path, "pull", run="one", new=3)
    judged.rules = taken.rules = "0+former"
    assert rule_version() != judged.rules
    judged.commit(made, "closing", lambda: {"run": "one", "published": "other"})
    assert judged.judged_anew == [7]
    named = chain_of(tmp_path, "pull", run="one", rules="0+former")
    named.rules = "0+former"
    named.commit(made, "pull", lambda: {"run": "one", "rules": rule_version()})
    assert named.judged_anew == []
    with pytest.raises(ChainBroken, match=r"under rules 0\+former.* new was 3 and is 4"):
        taken.commit(made, "pull", lambda: {"run": "one", "new": 4})


def test_a_table_without_the_rows_that_the_entry_says_is_named(
    tmp_path: Path, made: duckdb.DuckDBPyConnection
) -> None:
    made.execute("create schema raw; create table raw.orders (order_id varchar)")
    entry = Entry(7, "digest", "orders", {"run": "one"}, {"raw.orders": 2})
    with pytest.raises(ChainBroken, match=r"number of rows in raw.orders was 2 and is 0"):
        ReplayedChain(tmp_path, [entry]).commit(made, "orders", lambda: {"run": "one"})
