"""The planned breaks: complete, and equal to what the rules give on the served data."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sandbox.conftest import cut_off
from sandbox.rulebook import Observer

from pipelines.sandbox import PRECEDENCE, expected_breaks
from pipelines.sandbox.stories import trouble_stories

NAMES = ("case_id", "order_id", "transaction_id", "code", "secondary_codes", "currency")
SHOWN = [cut_off(day) for day in (26, 27, 28, 29)]


def judged(expected):
    return [
        {name: entry[name] for name in NAMES} | {"money_impact": Decimal(entry["money_impact"])}
        for entry in expected
    ]


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_month_closed_as_the_demo_does_holds_every_code_and_the_rules_agree(
    start_sandbox, connect, tmp_path, seed
):
    inbox = tmp_path / "inbox"
    server = start_sandbox(
        seed=seed, days=30, orders_per_day=20, clock=cut_off(-1), orders_dir=inbox
    )
    observer = Observer(connect(server), inbox)
    found = [observer.close(as_of) for as_of in SHOWN][-1]
    assert judged(expected_breaks(server.truth, SHOWN)) == found
    assert {entry["code"] for entry in found} == set(PRECEDENCE) - {"INCOMPLETE_EXTRACT"}


def test_every_night_of_a_small_book_agrees_with_the_rules(start_sandbox, connect, tmp_path):
    inbox, nights = tmp_path / "inbox", [cut_off(day) for day in range(18)]
    server = start_sandbox(days=12, orders_per_day=16, clock=cut_off(-1), orders_dir=inbox)
    observer, truth = Observer(connect(server), inbox), server.truth
    for number, night in enumerate(nights, 1):
        assert observer.close(night) == judged(expected_breaks(truth, nights[:number])), night


def test_late_money_is_expected_only_of_those_who_looked(start_sandbox):
    truth = start_sandbox(days=30, orders_per_day=20).truth
    nightly = {entry["code"] for entry in expected_breaks(truth, SHOWN)}
    at_once = {entry["code"] for entry in expected_breaks(truth, SHOWN[-1:])}
    assert nightly - at_once == {"LATE_PAYMENT"}


def test_the_truth_file_holds_the_servers_truth(start_sandbox, tmp_path):
    server = start_sandbox(truth_file=tmp_path / "deep" / "truth.json")
    assert json.loads((tmp_path / "deep" / "truth.json").read_text()) == server.truth
    assert {"seed", "days", "tz", "breaks"} <= set(server.truth)


def test_a_realistic_book_has_few_breaks(start_sandbox):
    truth = start_sandbox(days=30, orders_per_day=200).truth
    cases = {entry["case_id"] for entry in truth["breaks"]}
    assert 0.03 < len(cases) / 6_000 < 0.05


def test_every_story_names_codes_of_the_list():
    named = {code for story in trouble_stories() for code in story.codes}
    assert named == set(PRECEDENCE) - {"INCOMPLETE_EXTRACT"}


def test_nothing_is_expected_before_the_book_begins(start_sandbox):
    assert expected_breaks(start_sandbox().truth, [cut_off(-1) - timedelta(days=1)]) == []
