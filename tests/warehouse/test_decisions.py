"""The file of what people decided: lines whole or not at all, in the order of their numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from limiting import files_of_at_most

from pipelines.faults import DiskFull, StoreFault
from pipelines.warehouse.decisions import LOG, Decision, DecisionLog

NOW = datetime(2026, 9, 2, 23, tzinfo=UTC)
EXACT = Decimal("-0.010000000000000001")


def decided(log: DecisionLog, *verbs: str, first_no: int) -> None:
    decisions = [
        Decision(verb=verb, reason="why", decided_by="Ada", amount=EXACT) for verb in verbs
    ]
    log.append(decisions, first_no=first_no, decided_at=NOW, effective_at=NOW)


@pytest.fixture
def log(tmp_path: Path) -> DecisionLog:
    """Two decisions of one command, and one of another."""
    made = DecisionLog(tmp_path / "actions")
    decided(made, "assign", "note", first_no=1)
    decided(made, "resolve", first_no=3)
    return made


def numbers(rows: Any) -> list[int]:
    return [row["action_no"] for row in rows]


def test_what_waits_is_what_has_a_greater_number(log: DecisionLog) -> None:
    waiting = log.after(1)
    assert numbers(waiting.rows) == [2, 3]
    assert (waiting.rows[0]["amount"], waiting.rows[0]["decided_at"]) == (EXACT, NOW)
    assert waiting.mark == log.mark(log.size())
    assert log.last_no() == 3


def test_what_an_entry_took_in_is_had_again_whatever_came_later(log: DecisionLog) -> None:
    before = log.after(0).mark
    decided(log, "reopen", first_no=4)
    again = log.between(2, 3, size=before["bytes"])
    assert (numbers(again.rows), again.mark) == ([2, 3], before)


def test_a_line_that_a_kill_cut_short_is_no_line_and_makes_room_for_the_next(
    log: DecisionLog, tmp_path: Path
) -> None:
    file = tmp_path / "actions" / LOG
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"actions": [{"acti')
    assert (log.last_no(), log.size()) == (3, len(whole))
    decided(log, "reopen", first_no=4)
    assert file.read_bytes().startswith(whole + b'{"actions"')
    assert numbers(log.after(0).rows) == [1, 2, 3, 4]


def line(**changed: Any) -> str:
    action = {"action_no": 4, "verb": "note", "reason": "why", "decided_by": "Ada"}
    shared = {"decided_at": NOW.isoformat(), "effective_at": NOW.isoformat()}
    return json.dumps({"actions": [{**action, **changed}], **shared})


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"actions": []}',
        line(action_no=3),
        line(action_no="x"),
        line(amount="1,000"),
    ],
    ids=["no JSON", "a list", "no instants", "a number twice", "no number", "no amount"],
)
def test_a_line_that_cannot_be_is_a_fault_of_the_store(
    text: str, log: DecisionLog, tmp_path: Path
) -> None:
    with (tmp_path / "actions" / LOG).open("a") as handle:
        handle.write(text + "\n")
    with pytest.raises(StoreFault, match="What people decided"):
        log.after(0)


def test_what_does_not_get_to_the_disk_whole_was_not_decided(
    log: DecisionLog, tmp_path: Path
) -> None:
    file = tmp_path / "actions" / LOG
    whole = file.read_bytes()
    with files_of_at_most(len(whole) + 40), pytest.raises(DiskFull, match="so it was not decided"):
        decided(log, "resolve", first_no=4)
    assert file.read_bytes() == whole


def test_a_folder_in_its_place_is_a_fault_of_the_store(tmp_path: Path) -> None:
    (tmp_path / LOG).mkdir()
    with pytest.raises(StoreFault, match="cannot be read"):
        DecisionLog(tmp_path).last_no()
