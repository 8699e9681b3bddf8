"""What another policy would change: the book judged twice over a copy of the store.

Both judgements are the engine's own, over the same facts at the same as-of, so that what differs
comes from the policy alone. The store itself is only copied.

Belongs here: the two judgements, and what differs between them. Stays out: every rule
(queries in `sql`), reading `recon.toml` (`pipelines.policy`), and how it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from pipelines.night.book import last_closing, require_begun
from pipelines.night.copying import copied_store
from pipelines.night.frame import Frame, Store
from pipelines.night.judge import claims_on, require_claims
from pipelines.night.validate import Contract, Validated, check_and_build
from pipelines.policy import Policy
from pipelines.settings import Settings
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.closing import ACTION, Run
from pipelines.warehouse.queries import build_stage, first_row, script

NOT_JUDGED = ("orders", "quotes", "reports", "write_off")
"""Sections of a policy that move no judgement of what is held."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """One value of the policy that differs; None where a policy does not have it."""

    name: str
    before: object
    after: object


@dataclass(frozen=True)
class Preview:
    """What differs between the policy in force and the proposed one, over one book."""

    as_of: datetime
    policy_before: str
    policy_after: str
    settings: list[Setting]
    cases: list[Row]
    totals: list[Row]
    statuses: list[Row]
    reworded: int


def preview(
    settings: Settings,
    proposed: Policy,
    contracts: Mapping[str, Contract],
    *,
    tell: Callable[[str], None],
) -> Preview:
    """Judge a copy of the book by the policy of its last closing and by the proposed one.

    Raises ConfigurationFault when nothing is closed yet, and ClaimBroken when the next night could
    not publish under the proposed policy.
    """
    require_begun(settings.places)
    with copied_store(settings, tell) as (copy, connection):
        book = last_closing(settings, copy)
        connection.execute("create schema preview")
        frame = Frame(settings, book.policy, "preview", ACTION, book.dates)
        run = Run(frame.run_id, frame.kind, book.dates, book.as_of, datetime.now(UTC))
        store = Store(connection, frame.chain, run)
        check_and_build(frame, store, contracts, into=Validated({}, {}, {}))
        _judge(frame, store, book.policy, into="former")
        _judge(frame, store, proposed, into="proposed")
        require_claims(claims_on(connection, "reconciled", whole=True))
        return Preview(
            as_of=book.as_of,
            policy_before=book.policy.version,
            policy_after=proposed.version,
            settings=changed_settings(book.policy, proposed),
            cases=_rows(connection, "changed_cases"),
            totals=_rows(connection, "totals"),
            statuses=_rows(connection, "statuses"),
            reworded=(first_row(connection, script("work/preview/reworded")) or (0,))[0],
        )


def changed_settings(before: Policy, after: Policy) -> list[Setting]:
    """Every value that differs, by its place in `recon.toml`."""
    old, new = _flat(json.loads(before.as_text())), _flat(json.loads(after.as_text()))
    return [
        Setting(name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def _flat(value: object, place: str = "") -> dict[str, object]:
    if isinstance(value, dict) and value:
        inner = [(f"{place}.{name}".lstrip("."), held) for name, held in value.items()]
    elif isinstance(value, list) and value:
        inner = [(f"{place}[{number}]", held) for number, held in enumerate(value, start=1)]
    else:
        return {} if value in ({}, [], None) else {place: value}
    return {name: leaf for at, held in inner for name, leaf in _flat(held, at).items()}


def _judge(frame: Frame, store: Store, policy: Policy, *, into: str) -> None:
    """Judge every case of the copy by a policy, and keep how each stands."""
    write_basis(store.connection, policy, **frame.basis(store.run))
    build_stage(store.connection, "reconciled")
    store.connection.execute(f"create table preview.{into} as {script('work/preview/standing')}")


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[Row]:
    answer = connection.execute(script(f"work/preview/{name}"))
    columns = [column[0] for column in answer.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
