"""The sandbox's world: store, clock and agenda moved together, and who hears of what happens.

Rooms register what an agenda action does, change the world at `instant`, and announce events.
Nothing here knows what a payment or a subscription is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from pipelines.sandbox.agenda import Agenda, Due
from pipelines.sandbox.clock import Clock
from pipelines.sandbox.days import iso
from pipelines.sandbox.documents import Documents
from pipelines.sandbox.house.calls import conflict
from pipelines.sandbox.ledger import Ledger
from pipelines.sandbox.plan import SandboxPlan
from pipelines.sandbox.store import Store

# What one step may bring about: a longer jump is refused half-way, and no step is without end.
ITEMS_MAX = 1_000_000


class World:
    """One store that moves with a clock; used by one thread."""

    def __init__(
        self, plan: SandboxPlan, store: Store, clock: Clock, *, items_max: int = ITEMS_MAX
    ) -> None:
        self.plan = plan
        self.store = store
        self.clock = clock
        self.documents = Documents(store.connection)
        self.agenda = Agenda(store.connection)
        self.instant = int(store.setting("instant") or 0)
        self.ledger = Ledger(store, max(self.instant, clock.now()))
        self._items_max = items_max
        self._actions: dict[str, Callable[[Due], None]] = {}
        self._listeners: list[Callable[[str, dict[str, Any]], None]] = []

    def on(self, action: str, do: Callable[[Due], None]) -> None:
        """Say what an agenda action does."""
        self._actions[action] = do

    def listen(self, do: Callable[[str, dict[str, Any]], None]) -> None:
        """Hear of everything that is announced."""
        self._listeners.append(do)

    def announce(self, event: str, data: dict[str, Any]) -> None:
        """Tell the listeners what has just happened."""
        for listener in self._listeners:
            listener(event, data)

    def later(self, at: int, action: str, subject: str, **details: Any) -> None:
        """Put something on the agenda."""
        self.agenda.add(at, action, subject, details=details)

    @contextmanager
    def turn(self) -> Iterator[int]:
        """One change of the world, kept whole or not at all; gives the instant it happens at."""
        self._catch_up()
        with self._whole():
            yield self.instant

    def look(self) -> int:
        """The instant for a caller that only reads; what became due is worked off before."""
        if self._is_due(self.clock.now()):
            self._catch_up()
        else:
            self._move(self._target())
        return self.instant

    def _target(self) -> int:
        return max(self.clock.now(), self.instant)

    def _is_due(self, now: int) -> bool:
        until = self.agenda.until()
        return until is not None and until <= now

    def _move(self, instant: int) -> None:
        self.instant = instant
        self.ledger.move(instant)

    def _catch_up(self) -> None:
        """Bring everything up to the clock, or the clock back to where everything got to."""
        with self._whole():
            now = self._target()
            is_done = self._work_off(now)
            self._move(now if is_done else self.instant)
            if is_done or self.clock.is_real:
                # Nobody can move a real clock in smaller steps: the next call goes on from here.
                return
            self.clock.stay(self.instant)
            self.store.set("clock", str(self.instant))
        raise conflict(
            f"More than {self._items_max} things fall due on the way, too many for one step: they"
            f" have happened up to {iso(self.instant)}, where the clock stands now."
            " Move the clock in smaller steps."
        )

    def _work_off(self, now: int) -> bool:
        """Do what is due; False when more is due than one step may bring about."""
        for _ in range(self._items_max):
            due = self.agenda.take(now)
            if due is None:
                return True
            self.instant = max(self.instant, due.at)
            self._actions[due.action](due)
        return not self._is_due(now)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Writes that all hold, or none; the figures kept beside the store follow it back."""
        self.store.begin()
        before, written = self.instant, self.store.connection.total_changes
        try:
            yield
            self.store.set("instant", str(self.instant))
            self.store.commit()
        except BaseException:
            changed = self.store.connection.total_changes != written
            self.store.rollback()
            if changed:
                self.instant = before
                self.agenda.reload()
                self.ledger.reload()
            raise

    def chance(self, kind: str) -> Random:
        """The next throw of a kind: its own random numbers, the same after the same calls."""
        number = int(self.store.setting(f"thrown/{kind}") or 0) + 1
        self.store.set(f"thrown/{kind}", str(number))
        return Random(f"{self.plan.seed}/{kind}/{number}")  # noqa: S311 - repeatable on purpose
