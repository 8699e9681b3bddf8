"""Bugs of one line, planted in the queries one after another, are each caught by the comparison."""

from __future__ import annotations

import pytest
from oracle.bugs import BUGS, Bug
from oracle.dispute import disputed
from oracle.worlds import random_billed_world, random_world

from pipelines.warehouse import queries

WORLDS = {"book": random_world, "bills": random_billed_world}


@pytest.mark.counts(small=4, full=len(BUGS))
def test_every_planted_bug_is_caught(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    unnoticed = [bug for bug in BUGS[:: len(BUGS) // count] if not is_caught(bug, monkeypatch)]
    assert unnoticed == []


def is_caught(bug: Bug, patch: pytest.MonkeyPatch) -> bool:
    """Whether the world of the bug tells the two apart, which agree without it."""
    world = WORLDS[bug.world](bug.seed)
    assert disputed(world) == {}
    right = queries.text_of(f"reconciled.{bug.table}")
    assert right.count(bug.line) == 1
    wrong = right.replace(bug.line, bug.becomes)
    with patch.context() as planted:
        honest = queries.text_of
        planted.setattr(
            queries,
            "text_of",
            lambda name: wrong if name == f"reconciled.{bug.table}" else honest(name),
        )
        return disputed(world) != {}
