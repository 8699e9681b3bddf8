"""Bugs of one line, planted in the queries one after another, are each caught by the comparison."""

from __future__ import annotations

import pytest
from oracle.bugs import BUGS, Bug
from oracle.dispute import disputed
from oracle.planted import planted
from oracle.worlds import random_billed_world, random_world

WORLDS = {"book": random_world, "bills": random_billed_world}


@pytest.mark.counts(small=4, full=len(BUGS))
def test_every_planted_bug_is_caught(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    unnoticed = [bug for bug in BUGS[:: len(BUGS) // count] if not is_caught(bug, monkeypatch)]
    assert unnoticed == []


def is_caught(bug: Bug, patch: pytest.MonkeyPatch) -> bool:
    """Whether the world of the bug tells the two apart, which agree without it."""
    world = WORLDS[bug.world](bug.seed)
    assert disputed(world) == {}
    with planted(patch, f"reconciled.{bug.table}", bug.line, bug.becomes):
        return disputed(world) != {}
