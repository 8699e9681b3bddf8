"""The two shops of the experiment: the book seeded behind the API, and the same book played.

The played shop keeps its own orders and exports them under the ids that the API gave; its nights
and its settings are those of every other shop.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from night.playing.player import Player
from night.playing.script import Script
from night.shop import START, ZONE, Shop

from pipelines.partitions import cut_off
from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.sandbox.case import Order
from pipelines.sandbox.days import BusinessDays, to_instant
from pipelines.sandbox.rendering import EXPORT_HEADER, order_lines


@dataclass
class PlayedShop(Shop):
    """A shop whose trade went through the API."""

    @property
    def inbox(self) -> Path:
        folder = self.root / "inbox"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


@dataclass
class Stage:
    """A played shop, its player, and the exports written so far."""

    shop: PlayedShop
    player: Player
    plan: SandboxPlan
    exported: int = 0

    def play_until(self, instant: datetime) -> None:
        """Play up to an instant; the export of a day is written when the day has ended."""
        days = BusinessDays(self.plan.start, self.plan.timezone)
        until = to_instant(instant)
        while self.exported < self.plan.days and days.midnight(self.exported + 1) <= until:
            self.player.play_until(days.midnight(self.exported + 1))
            self._export(days, self.exported)
            self.exported += 1
        self.player.play_until(until)

    def _export(self, days: BusinessDays, day: int) -> None:
        begin, end = days.midnight(day), days.midnight(day + 1)
        lines = []
        for order in self.player.script.orders:
            if any(begin <= state.at < end for state in order.states):
                versions = order_lines(self._as_given(order), days)
                lines.append([line for at, line in versions if begin <= at < end][-1])
        content = (EXPORT_HEADER + "".join(lines)).encode()
        file = self.shop.inbox / f"orders-{days.date_of(day).isoformat()}.csv"
        file.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        file.with_name(file.name + ".sha256").write_text(f"{digest}  {file.name}\n")

    def _as_given(self, order: Order) -> Order:
        """The order as the shop knows it: ids of the API; an id that nothing has stays."""
        given, names = self.player.given, self.player.script.names

        def known(name: str) -> str:
            return given[name] if name in names else name

        sessions = [known(name) for name in order.session_ids]
        return replace(order, session_ids=sessions, transaction_ref=known(order.transaction_ref))


@contextmanager
def open_stage(root: Path, plan: SandboxPlan, script: Script) -> Iterator[Stage]:
    """A sandbox without a book, at the plan's first midnight, and a player in front of it."""
    empty = replace(plan, orders_per_day=0)
    begin = cut_off(START - timedelta(days=1), ZONE)
    with (
        SandboxServer(empty, clock=begin) as server,
        closing(Player(server.url, script)) as player,
    ):
        yield Stage(PlayedShop(root / "data", server), player, plan)
