"""Histories drawn by seed: nights and decisions that die at any step, in any order, and go on.

What readers have is what some closing drew, whatever died since; what a report says has changed is
told against the closing before; and in the end the store can be made again from what is kept.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from night.exports import add_order
from night.past import Past
from night.people import findings, recon
from night.shop import START, Shop, pulled_at

from assets.contracts.streams import all_contracts
from pipelines.faults import StoreFault
from pipelines.night import acting, deliver, judge, whole
from pipelines.night.rebuild import rebuild
from pipelines.warehouse import publication
from pipelines.warehouse.figures import changes_of

DATES = (START, START + timedelta(days=1), START + timedelta(days=2), date(2026, 11, 2))
"""The last of them passes two months, whose packs are commits of their own."""
IN_A_NIGHT = (
    (whole, "build_marts"),
    (whole, "draw_up"),
    (judge, "draw_up_pack"),
    (whole, "publish"),
    (deliver, "settle"),
    (publication, "publish"),
    (deliver, "close_run"),
    (publication, "replace"),
    (publication, "note"),
    (whole, "deliver"),
)
IN_A_DECISION = (
    (acting, "take_in_actions"),
    (acting, "judge_again"),
    (publication, "publish"),
    (acting, "note_shown"),
    (publication, "replace"),
)
REPORTS = "select name, business_date::varchar, figures from delivered.reports"

Stored = dict[tuple[str, str], str]


class History:
    """A store, what its last closing drew, and what does not hold of it."""

    def __init__(self, shop: Shop, seed: int, patch: pytest.MonkeyPatch) -> None:
        self.violations: list[Any] = []
        self._shop = shop
        self._random = random.Random(seed)
        self._patch = patch
        self._orders = 0
        self._told: list[str] = []
        self._closings = self._count()
        self._closed = self._stored(working=True)

    def go_on(self) -> None:
        """One more step, and what must hold after it."""
        steps = (self._night, self._dying_night, self._decision, self._dying_decision, self._order)
        step = self._random.choices(steps, weights=(3, 6, 3, 3, 3))[0]
        has_ended_well = step()
        self._look_at_closing()
        if has_ended_well:
            for place, working in (("published", False), ("working", True)):
                if self._stored(working=working) != self._closed:
                    self._note(f"the {place} reports are not those of the last closing")

    def end(self) -> None:
        """Close once more, and make the store again."""
        self._close(max(DATES))
        self._look_at_closing()
        if self._stored(working=False) != self._closed:
            self._note("the published reports are not those of the last closing")
        if found := findings(self._shop):
            self._note(found)
        again = rebuild(self._shop.settings, all_contracts(), tell=lambda _: None)
        if again.judged_anew or again.differences:
            self._note([again.judged_anew, again.differences])

    def _night(self) -> bool:
        self._close(self._date("night"))
        return True

    def _dying_night(self) -> bool:
        day = self._date("night")
        with self._dying(IN_A_NIGHT) as has_died:
            try:
                self._close(day)
            except StoreFault:
                if not has_died():
                    raise
        return not has_died()

    def _decision(self) -> bool:
        self._told.append("decision")
        done = self._decide()
        if done.exit_code:
            self._note(done.output)
        return True

    def _dying_decision(self) -> bool:
        self._told.append("decision")
        with self._dying(IN_A_DECISION) as has_died:
            self._decide()
        return not has_died()

    def _order(self) -> bool:
        self._orders += 1
        self._told.append("order")
        add_order(self._shop, f"{self._orders}.00")
        return False

    def _date(self, step: str) -> date:
        day = self._random.choices(DATES, weights=(1, 3, 3, 2))[0]
        self._told.append(f"{step} of {day}")
        return day

    def _close(self, day: date) -> None:
        # A run of its own each time, also where one before it died.
        self._shop.runs += 1
        self._shop.close(day)

    def _decide(self) -> Any:
        query = "select break_id from reconciled.breaks where state in ('open', 'assigned')"
        break_id = self._random.choice(sorted(row[0] for row in self._shop.ask(query)))
        to = f"person-{len(self._told)}"
        return recon(
            self._shop, "exceptions", "assign", break_id, "--to", to, "--reason", "look at it"
        )

    @contextmanager
    def _dying(self, points: tuple[tuple[Any, str], ...]) -> Iterator[Callable[[], bool]]:
        """Let something raise before it begins, or when it has ended, the first or second time."""
        place, name = self._random.choice(points)
        is_before, left = self._random.random() < 0.5, self._random.choice((1, 1, 2))
        self._told[-1] += f", died {'before' if is_before else 'after'} {name}, time {left}"
        real, calls = getattr(place, name), []

        def planted(*given: Any, **named: Any) -> Any:
            calls.append(name)
            made = None if is_before and len(calls) == left else real(*given, **named)
            if len(calls) == left:
                raise StoreFault("planted.", "Nothing.")
            return made

        with self._patch.context() as patch:
            patch.setattr(place, name, planted)
            yield lambda: len(calls) >= left

    def _look_at_closing(self) -> None:
        """Where something was closed, its reports name what changed since the closing before."""
        closings = self._count()
        if closings == self._closings:
            return
        stored = self._stored(working=True)
        for key, text in stored.items():
            former = self._closed.get(key)
            if former == text:
                continue
            figures = json.loads(text)
            if figures["changes"] != (changes_of(json.loads(former), figures) if former else []):
                self._note([key, figures["changes"]])
        if gone := self._closed.keys() - stored.keys():
            self._note(["gone", sorted(gone)])
        self._closings, self._closed = closings, stored

    def _count(self) -> int:
        ((count,),) = self._shop.ask("select count(*) from ops.closings", working=True)
        return int(count)

    def _stored(self, *, working: bool) -> Stored:
        rows = self._shop.ask(REPORTS, working=working)
        return {(name, day): figures for name, day, figures in rows}

    def _note(self, what: Any) -> None:
        self.violations.append((list(self._told), what))


@pytest.fixture
def steps(request: pytest.FixtureRequest) -> int:
    """How long a history is."""
    return 10 if request.config.getoption("full") else 4


@pytest.mark.seeds(small=1, full=12)
def test_nights_and_decisions_that_die_anywhere_show_what_some_closing_drew(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, steps: int
) -> None:
    with past.open_shop(tmp_path, nights=2, clock=pulled_at(max(DATES))) as shop:
        history = History(shop, seed, monkeypatch)
        for _ in range(steps):
            history.go_on()
        history.end()
    assert history.violations == []
