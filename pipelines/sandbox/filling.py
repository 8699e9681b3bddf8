"""From a plan to a filled store: the book told day by day, rendered once and written.

A state file appears under its name only when it is complete.
"""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.sandbox.book import Book
from pipelines.sandbox.case import Payment, Session
from pipelines.sandbox.holding import StateHold
from pipelines.sandbox.plan import SandboxPlan, SandboxRefused
from pipelines.sandbox.rendering import (
    order_lines,
    payment_head,
    payment_tail,
    session_head,
    session_tail,
)
from pipelines.sandbox.store import FORMAT, Store, open_state
from pipelines.sandbox.truth import entries_of

COLLECTED_AFTER = 200_000


def filled_store(plan: SandboxPlan, state: Path | None = None) -> Store:
    """The plan's book, ready to be served; with a state file, made once and then reopened."""
    if state is None:
        store = Store()
        with _rarely_collected():
            _fill(store, plan)
        return store
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        hold = StateHold(state)
    except OSError as barred:
        raise _cannot_be_kept(state, str(barred)) from barred
    try:
        if not state.exists():
            _make(state, plan)
        return open_state(state, plan, hold=hold)
    except (OSError, sqlite3.OperationalError) as barred:
        hold.release()
        raise _cannot_be_kept(state, str(barred)) from barred
    except BaseException:
        hold.release()
        raise


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Let the collector look around rarely: little of what it visits while filling is waste."""
    usual = gc.get_threshold()
    gc.set_threshold(COLLECTED_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _make(state: Path, plan: SandboxPlan) -> None:
    unfinished = state.with_name(state.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    store = Store(unfinished)
    try:
        _fill(store, plan)
    finally:
        store.close()
    unfinished.rename(state)


def _cannot_be_kept(state: Path, why: str) -> SandboxRefused:
    return SandboxRefused(f"The state file {state} cannot be kept there ({why}): name another.")


def _fill(store: Store, plan: SandboxPlan) -> None:
    store.create()
    breaks: list[dict[str, Any]] = []
    book, payments, sessions = Book(plan), 0, 0
    for part in book.parts():
        _add_payments(store, part.payments, payments)
        _add_sessions(store, part.sessions, sessions, seed=plan.seed)
        payments += len(part.payments)
        sessions += len(part.sessions)
        store.add_order_versions(
            [(o.id, at, line) for o in part.orders for at, line in order_lines(o, book.days)]
        )
        for case in part.cases:
            if case.facts:
                breaks += entries_of(case.name(book.days), case.facts)
    store.set("format", FORMAT)
    store.set("plan", plan.as_text())
    store.set("truth", json.dumps(_truth(plan, breaks), indent=1))
    store.finish()


def _add_payments(store: Store, payments: list[Payment], seq: int) -> None:
    numbered = list(enumerate(payments, seq + 1))
    store.add_transactions(
        [(n, p.id, p.reference, p.created_at, _session_id(p), payment_head(p)) for n, p in numbered]
    )
    store.add_transaction_versions(
        [
            (n, at, state.status, payment_tail(at, state))
            for n, p in numbered
            for at, state in p.states
        ]
    )


def _session_id(payment: Payment) -> str | None:
    return None if payment.session is None else payment.session.id


def _add_sessions(store: Store, sessions: list[Session], seq: int, *, seed: int) -> None:
    numbered = list(enumerate(sessions, seq + 1))
    store.add_sessions([(n, s.id, s.created_at, session_head(s, seed)) for n, s in numbered])
    store.add_session_versions(
        [(n, at, session_tail(at, status)) for n, s in numbered for at, status in s.time_line()]
    )


def _truth(plan: SandboxPlan, breaks: list[dict[str, Any]]) -> dict[str, object]:
    return {
        "seed": plan.seed,
        "days": plan.days,
        "orders_per_day": plan.orders_per_day,
        "start": plan.start.isoformat(),
        "tz": plan.timezone,
        "fee_percent": "1.0",
        "breaks": breaks,
    }
