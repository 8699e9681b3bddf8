"""A shop with a book of trade behind a sandbox, and the plain nights that close it.

The clock of the sandbox is moved to two hours after each cut-off, as the demo does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import httpx

from assets.contracts.streams import all_contracts
from pipelines.gateway.client import Limits
from pipelines.night.frame import frame
from pipelines.night.whole import Night, run_night
from pipelines.partitions import DateRange, cut_off
from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.settings import Settings

START = date(2026, 9, 1)
ZONE = ZoneInfo("Africa/Lagos")
FAR = datetime(2030, 1, 1, tzinfo=UTC)
POLICY = '[[fees]]\nfrom = 2000-01-01\npercent = "1.0"\ntolerance = "0.01"\n'
HASTY = Limits(
    tries=2,
    unusable_tries=2,
    connect_seconds=10.0,
    read_seconds=10.0,
    backoff_first_seconds=0.01,
    backoff_most_seconds=0.02,
    wait_total_seconds=3.0,
)


def pulled_at(day: date) -> datetime:
    return cut_off(day, ZONE) + timedelta(hours=2)


@dataclass
class Shop:
    """One store over one sandbox."""

    root: Path
    server: SandboxServer
    closings: list[datetime] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    runs: int = 0
    policy: str = POLICY

    @property
    def settings(self) -> Settings:
        policy = self.root / "recon.toml"
        policy.parent.mkdir(parents=True, exist_ok=True)
        policy.write_text(self.policy, encoding="utf-8")
        return Settings(
            kuvarpay_base_url=self.server.url,
            kuvarpay_api_key="rsp_test_key",
            recon_data_dir=self.root,
            recon_config=policy,
            recon_orders_dir=self.inbox,
        )

    @property
    def inbox(self) -> Path:
        return self.server_orders

    @property
    def server_orders(self) -> Path:
        found = self.server._orders_dir
        assert found is not None
        return found

    def move_clock(self, instant: datetime) -> None:
        answer = httpx.put(
            f"{self.server.url}/_sandbox/clock", json={"now": instant.isoformat()}, timeout=60
        )
        assert answer.status_code == 200, answer.text

    def misbehave(self, *rules: dict[str, Any]) -> None:
        httpx.put(f"{self.server.url}/_sandbox/faults", json=list(rules)).raise_for_status()

    def behave(self) -> None:
        httpx.delete(f"{self.server.url}/_sandbox/faults").raise_for_status()

    def close(self, first: date, last: date | None = None, *, is_sweep: bool = False) -> Night:
        """Close a date or a range with the plain night, the clock moved if it can be."""
        last = last or first
        self.runs += 1
        night = run_night(
            frame(
                self.settings,
                run_id=f"run-{self.runs:03}",
                kind="backfill" if first != last else "nightly",
                dates=DateRange(first, last),
                now=FAR,
                limits=HASTY,
                tell=self.told.append,
                is_sweep=is_sweep,
            ),
            all_contracts(),
        )
        self.closings.append(cut_off(last, ZONE))
        return night

    def ask(self, query: str, *, working: bool = False) -> list[tuple[Any, ...]]:
        """Rows of a query on the published database, or on the working one."""
        path = self.settings.places.warehouse if working else self.settings.places.published
        connection = duckdb.connect(str(path), read_only=True)
        try:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    @property
    def truth(self) -> dict[str, Any]:
        truth_file = self.server.truth_file
        assert truth_file is not None
        return json.loads(truth_file.read_text(encoding="utf-8"))


@contextmanager
def open_shop(
    root: Path, *, days: int, orders_per_day: int, seed: int = 7, clock: datetime | None = None
) -> Iterator[Shop]:
    """A shop whose book begins at START; without a clock the whole book is in the past."""
    plan = SandboxPlan(seed=seed, days=days, orders_per_day=orders_per_day, start=START)
    root.mkdir(parents=True, exist_ok=True)
    with SandboxServer(
        plan,
        clock=clock or pulled_at(START + timedelta(days=days - 1)),
        orders_dir=root / "inbox",
        truth_file=root / "truth.json",
    ) as server:
        yield Shop(root / "data", server)


def snapshot(shop: Shop, tables: Sequence[str], *, without: Sequence[str] = ()) -> dict[str, Any]:
    """Rows of published tables as sets of text, less the columns that record when we looked."""
    dropped = f"exclude ({', '.join(without)})" if without else ""
    return {
        table: sorted(
            str(row) for row in shop.ask(f"select * {_present(shop, table, without)} from {table}")
        )
        for table in tables
        if dropped is not None
    }


def _present(shop: Shop, table: str, without: Sequence[str]) -> str:
    schema, _, name = table.partition(".")
    columns = {
        row[0]
        for row in shop.ask(
            f"select column_name from duckdb_columns() where schema_name = '{schema}' "
            f"and table_name = '{name}'"
        )
    }
    dropped = [column for column in without if column in columns]
    return f"exclude ({', '.join(dropped)})" if dropped else ""
