"""The state of a break, told from actions and closings, against a plain account of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.engine import judge
from oracle.worlds import make_order, make_world

from pipelines.warehouse.queries import materialise

NAMES = ("K1", "K2")
STATE_OF = {
    "assign": "assigned",
    "wait": "waiting",
    "resolve": "resolved",
    "write_off": "written_off",
    "reopen": "reopened",
    "note": None,
}
OVER = ("resolved", "written_off", "auto_resolved")


@pytest.fixture(scope="module")
def book() -> Iterator[Any]:
    """Two orders that the gateway does not know; `found` keeps both breaks as judged."""
    connection = judge(make_world(orders=[make_order(order_id=name) for name in NAMES]))
    connection.execute("create temp table found as from reconciled.judged_breaks")
    yield connection
    connection.close()


@dataclass(frozen=True)
class Act:
    """What a person does with a break."""

    name: str
    verb: str


@dataclass(frozen=True)
class Close:
    """A night that finds these breaks and closes."""

    present: tuple[str, ...]


@dataclass
class Account:
    """The states as a person would keep them on paper."""

    states: dict[str, str] = field(default_factory=dict)
    present: tuple[str, ...] = ()

    def take(self, event: Act | Close) -> bool:
        """Note an event; False for one that may not be."""
        if isinstance(event, Act):
            state = self.states.get(event.name)
            is_over = state in OVER
            if state is None or (event.verb == "reopen" and state not in OVER[:2]):
                return False
            if event.verb not in ("reopen", "note") and is_over:
                return False
            state = STATE_OF[event.verb] or state
            # What is taken back and has no evidence any more is over by itself.
            is_gone = event.name not in self.present and state not in OVER
            self.states[event.name] = "auto_resolved" if is_gone else state
            return True
        self.present = event.present
        for name in NAMES:
            state = self.states.get(name)
            if name in event.present:
                self.states[name] = {None: "open", "auto_resolved": "reopened"}.get(state, state)
            elif state is not None and state not in OVER:
                self.states[name] = "auto_resolved"
        return True


def states(book: Any) -> dict[str, str]:
    materialise(book, "reconciled.breaks")
    return dict(book.execute("select case_id[7:], state from reconciled.breaks").fetchall())


def do(book: Any, number: int, event: Act | Close) -> None:
    if isinstance(event, Act):
        book.execute(
            "insert into ops.actions (action_no, verb, break_id, reason, decided_by, decided_at, "
            "effective_at) select ?, ?, 'brk_' || left(sha256('order:' || ?), 20), 'why', 'Ada', "
            "now(), now()",
            [number, event.verb, event.name],
        )
        return
    book.execute("delete from reconciled.judged_breaks")
    book.execute(
        "insert into reconciled.judged_breaks from found where list_contains(?, order_id)",
        [list(event.present)],
    )


def close(book: Any) -> None:
    book.execute("delete from reconciled.closed_breaks")
    book.execute("insert into reconciled.closed_breaks by name from reconciled.breaks")


acts = st.builds(Act, st.sampled_from(NAMES), st.sampled_from(sorted(STATE_OF)))
closings = st.builds(Close, st.lists(st.sampled_from(NAMES), unique=True).map(tuple))
stories = st.lists(st.one_of(acts, closings), max_size=10)


def allowed(story: Sequence[Act | Close]) -> list[Act | Close]:
    account = Account()
    return [event for event in [Close(NAMES), *story] if account.take(event)]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=stories)
def test_actions_and_closings_come_to_the_states_of_a_plain_account(
    book: Any, story: list[Act | Close]
) -> None:
    book.execute("begin")
    try:
        account = Account()
        for number, event in enumerate(allowed(story), 1):
            account.take(event)
            do(book, number, event)
            found = states(book)
            assert found == account.states
            if isinstance(event, Close):
                close(book)
    finally:
        book.execute("rollback")


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=st.lists(acts, max_size=12))
def test_replaying_all_actions_at_once_gives_the_states_that_they_gave_one_by_one(
    book: Any, story: list[Act]
) -> None:
    events = allowed(story)
    account = Account()
    book.execute("begin")
    try:
        for number, event in enumerate(events, 1):
            account.take(event)
            do(book, number, event)
        assert states(book) == account.states
        # Closed in between or not: nothing counts twice.
        close(book)
        assert states(book) == account.states
        book.execute("delete from reconciled.closed_breaks")
        assert states(book) == account.states
    finally:
        book.execute("rollback")
