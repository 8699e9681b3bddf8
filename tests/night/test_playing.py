"""A book played through the API gives the breaks of the same book seeded behind it.

The played sandbox starts empty: whatever its store holds came in over HTTP, at the plan's instants.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from night.playing.comparison import differences
from night.playing.script import Act, script_of
from night.playing.stage import open_stage
from night.shop import START, Shop, open_shop, pulled_at

from pipelines.sandbox import SandboxPlan
from pipelines.sandbox.case import Payment
from pipelines.sandbox.stories import trouble_stories

ORDERS_PER_DAY = 16  # few, and yet every trouble is told within eight days
PLANNED_CODES = {code for story in trouble_stories() for code in story.codes}


def codes_found(shop: Shop) -> set[str]:
    """Every code that any break of the shop has, open or over."""
    return {row[0] for row in shop.ask("select code from reconciled.breaks")} | {
        row[0] for row in shop.ask("select unnest(secondary_codes) from reconciled.breaks")
    }


@pytest.mark.seeds(small=1, full=10)
@pytest.mark.counts(small=8, full=20)
def test_a_played_book_gives_the_breaks_of_the_seeded_one(
    tmp_path: Path, seed: int, count: int
) -> None:
    days = [START + timedelta(days=number) for number in range(count)]
    nights = count // 8  # closed one by one, all days before them at once
    closings = [(START, days[-1 - nights]), *((day, day) for day in days[-nights:])]
    plan = SandboxPlan(start=START, seed=seed, days=count, orders_per_day=ORDERS_PER_DAY)
    script = script_of(plan)
    with (
        open_shop(
            tmp_path / "seeded",
            days=count,
            orders_per_day=ORDERS_PER_DAY,
            seed=seed,
            clock=pulled_at(START),
        ) as seeded,
        open_stage(tmp_path / "played", plan, script) as stage,
    ):
        for first, last in closings:
            seeded.move_clock(pulled_at(last))
            stage.play_until(pulled_at(last))
            assert seeded.close(first, last).published.outcome == "green"
            assert stage.shop.close(first, last).published.outcome == "green"
            assert differences(seeded, stage.shop, stage.player.given) == []
        assert codes_found(stage.shop) == PLANNED_CODES
        # What the plan tells for later days can be played too.
        stage.play_until(pulled_at(days[-1] + timedelta(days=14)))
    assert stage.player.performed == len(script.acts)


def test_a_play_that_departs_from_its_script_differs_in_the_cases_it_changed(
    tmp_path: Path,
) -> None:
    """One payment comes short, one never comes, and one is never confirmed."""
    plan = SandboxPlan(start=START, seed=1, days=3, orders_per_day=8)
    script = script_of(plan)
    short, absent, unconfirmed = [act for act in script.acts if pays_exactly(act)][:3]
    acts = [act for act in script.acts if act is not absent]
    acts[acts.index(short)] = departed(short, coins=short.details["coins"] / 2)
    acts[acts.index(unconfirmed)] = departed(unconfirmed, confirms_at=None)
    last = START + timedelta(days=2)
    with (
        open_shop(tmp_path / "seeded", days=3, orders_per_day=8, seed=1) as seeded,
        open_stage(tmp_path / "played", plan, replace(script, acts=acts)) as stage,
    ):
        stage.play_until(pulled_at(last))
        seeded.close(START, last)
        stage.shop.close(START, last)
        found = differences(seeded, stage.shop, stage.player.given)
    changed = {act.subject.id for act in (short, absent, unconfirmed)}
    assert {one.key for one in found if one.table == "transactions"} == changed
    assert len([one for one in found if one.table == "breaks"]) == len(changed)


def pays_exactly(act: Act) -> bool:
    return (
        act.does == "deposits"
        and isinstance(act.subject, Payment)
        and act.details["coins"] == act.subject.expected
    )


def departed(act: Act, **details: Any) -> Act:
    return replace(act, details={**act.details, **details})
