"""A failed charge is soft, hard, or of no known class; no word is guessed at."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.sandbox.subscribing.charging import FAULTS
from pipelines.warehouse.queries import script

FACTS = """
create schema reconciled;
create table reconciled.charge_facts as
    select
        'A1' as charge_attempt_id, 'I1' as told_invoice_id, 'S1' as subscription_id,
        $status as status, $word::varchar as error_code, 10::decimal(38, 18) as amount,
        'NGN' as currency, now() as attempted_at, now() as created_at, current_date as business_date
"""


def classes(word: str | None, status: str = "FAILED") -> list[tuple[str | None, str]]:
    connection = duckdb.connect()
    schema, facts = FACTS.split(";")
    connection.execute(schema)
    connection.execute(facts, {"word": word, "status": status})
    words = script("reconciled/failure_words")
    connection.execute(f"create table reconciled.failure_words as {words}")
    return connection.execute(
        f"select error_code, failure_class from ({script('reconciled/charge_failures')})"
    ).fetchall()


@pytest.mark.parametrize("word", FAULTS)
def test_a_failure_is_soft_where_the_gateway_tries_again(word: str) -> None:
    assert classes(word) == [(word, "soft" if FAULTS[word].is_soft else "hard")]


@pytest.mark.parametrize("word", ["COSMIC_RAY", "INSUFFICIENT", "", None])
def test_a_word_that_is_not_listed_is_of_no_known_class(word: str | None) -> None:
    assert classes(word) == [(word, "unknown")]


def test_a_listed_word_is_known_in_any_case_and_stands_as_it_came() -> None:
    assert classes(" rpc_Timeout ") == [(" rpc_Timeout ", "soft")]


@pytest.mark.parametrize("status", ["SUCCEEDED", "SUBMITTED"])
def test_a_charge_that_did_not_fail_has_no_class(status: str) -> None:
    assert classes("RPC_TIMEOUT", status) == []


def test_each_word_is_listed_once_and_in_one_of_two_classes() -> None:
    rows = duckdb.connect().execute(script("reconciled/failure_words")).fetchall()
    assert len({row[0] for row in rows}) == len(rows) >= len(FAULTS)
    assert {row[1] for row in rows} == {"soft", "hard"}
