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
from pipelines.sandbox.documents import Documents
from pipelines.sandbox.ledger import Ledger
from pipelines.sandbox.plan import SandboxPlan
from pipelines.sandbox.store import Store

# An agenda that feeds itself without end is a fault of the sandbox, not a long day.
ITEMS_MAX = 1_000_000


class World:
    """One store that moves with a clock; used by one thread."""

    def __init__(self, plan: SandboxPlan, store: Store, clock: Clock) -> None:
        self.plan = plan
        self.store = store
        self.clock = clock
        self.documents = Documents(store.connection)
        self.agenda = Agenda(store.connection)
        self.instant = int(store.setting("instant") or 0)
        self.ledger = Ledger(store, max(self.instant, clock.now()))
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

    def now(self) -> int:
        """Bring everything up to the clock and give its instant."""
        now = max(self.clock.now(), self.instant)
        if (until := self.agenda.until()) is not None and until <= now:
            self._work_off(now)
        self.instant = now
        self.ledger.move(now)
        return now

    def _work_off(self, now: int) -> None:
        for _ in range(ITEMS_MAX):
            due = self.agenda.take(now)
            if due is None:
                return
            self.instant = max(self.instant, due.at)
            self._actions[due.action](due)
        raise RuntimeError("The agenda never ends.")

    @contextmanager
    def turn(self) -> Iterator[int]:
        """One change of the world, kept whole or not at all; gives the instant it happens at."""
        with self._whole():
            self.now()
        with self._whole():
            yield self.instant

    def look(self) -> int:
        """The instant for a caller that only reads; what became due is worked off before."""
        until = self.agenda.until()
        if until is not None and until <= self.clock.now():
            with self._whole():
                self.now()
        return self.now()

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
