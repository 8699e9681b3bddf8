"""A random world that arrives over several nights: each brings a part, later ones correct.

Belongs here: which row comes in which night, and what was said before the truth.
Stays out: judging.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import duckdb
from oracle.engine import opened, policy_of, take_in
from oracle.world import World

from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.renewal import renew_validated

FED = {
    "raw.transactions": "arrival",
    "raw.checkout_sessions": "arrival",
    "raw.subscriptions": "arrival",
    "raw.prices": "arrival",
    "raw.subscription_invoices": "arrival",
    "raw.charge_attempts": "arrival",
    "raw.authorizations": "arrival",
    "validated.quarantine": "source_row",
    "ops.actions": "action_no",
    "ops.pulls": "window_from",
    "ops.sweeps": "as_of",
}
"""Tables that grow from night to night, with the column that tells their order."""


@dataclass(frozen=True)
class ArrivingBook:
    """A store, and the rows still on their way to it."""

    world: World
    rng: Random
    store: duckdb.DuckDBPyConnection

    def nights(self, count: int) -> Iterator[datetime]:
        """Take in the next part and yield its as-of; the last is the world's own."""
        self._hold_back(count)
        gaps = sorted(self.rng.choice((0, 1, 5, 24, 24, 48, 100)) for _ in range(count - 1))
        instants = [self.world.as_of - timedelta(hours=gap) for gap in reversed(gaps)]
        for night, as_of in enumerate((*instants, self.world.as_of), start=1):
            self._take_in(night, last=night == count)
            zone = ZoneInfo(self.world.timezone)
            write_basis(self.store, policy_of(self.world), as_of=as_of, zone=zone)
            renew_validated(self.store, whole=None if night == 1 else False)
            yield as_of

    def _hold_back(self, count: int) -> None:
        """Give every row its night; rows that arrive in order stay in order."""
        for table, column in FED.items():
            total = self.store.execute(f"select count(*) from {table}").fetchall()[0][0]
            nights = sorted(self.rng.randint(1, count) for _ in range(total))
            name = table.replace(".", "_")
            self.store.execute(
                f"create temp table due_{name} as "
                f"select *, list_extract(?, row_number() over (order by {column})) as night "
                f"from {table}",
                [nights],
            )
            self.store.execute(f"delete from {table}")
        self.store.execute("create temp table due_orders as from raw.orders")
        self.store.execute("delete from raw.orders")
        self.store.execute("create temp table due_file as from ops.files")
        self.store.execute("delete from ops.files")

    def _take_in(self, night: int, *, last: bool) -> None:
        for table in FED:
            name = table.replace(".", "_")
            self.store.execute(
                f"insert into {table} by name "
                f"select * exclude (night) from due_{name} where night = ?",
                [night],
            )
        self._drop_an_export(night, last=last)
        self.store.execute("delete from ops.checked")
        for table in FED:
            if table.startswith("raw."):
                self.store.execute(
                    f"insert into ops.checked select '{table[4:]}', max(arrival) from {table} "
                    "having max(arrival) is not null"
                )

    def _drop_an_export(self, night: int, *, last: bool) -> None:
        """Any orders of the book, some of them wrong; the last export has every one as it is."""
        self.store.execute(
            "insert into ops.files select * replace (? as file_digest, ? as arrival) from due_file",
            [f"f{night}", night],
        )
        chance = 1.0 if last else self.rng.random()
        wrong = 0.0 if last else 0.5
        told: dict[str, list[str]] = {}
        for (order_id,) in self.store.execute(
            "from due_orders select order_id order by all"
        ).fetchall():
            if self.rng.random() <= chance:
                is_wrong = self.rng.random() < wrong
                change = self.rng.choice(_MISTAKES) if is_wrong else "order_id as order_id"
                told.setdefault(change, []).append(order_id)
        for change, ids in told.items():
            self.store.execute(
                "insert into raw.orders by name "
                f"select * replace (? as file_digest, {change}) from due_orders "
                "where list_contains(?, order_id)",
                [f"f{night}", ids],
            )


_MISTAKES = (
    "[] as session_ids",
    "null as transaction_ref",
    "'awaiting' as status",
    "'cancelled' as status",
    "'paid' as status",
    "'17' as amount",
    "'XOF' as currency",
    "null as customer_email_digest",
    "(placed_at::timestamptz - interval 3 hour)::varchar as placed_at",
    "(placed_at::timestamptz + interval 300 day)::varchar as placed_at",
    "null as paid_at",
)


def arriving(world: World, seed: int) -> ArrivingBook:
    """The world's rows on their way to an empty store."""
    store = opened()
    take_in(store, world)
    return ArrivingBook(world, Random(f"nights {seed}"), store)
