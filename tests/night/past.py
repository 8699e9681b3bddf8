"""A small shop's first nights, closed once a session; whoever goes on from them gets a copy.

Belongs here: the stores after the first and after the second night, and a shop over a copy of one.
Stays out: any night that a test is about.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from night.shop import START, ZONE, Shop, open_shop, pulled_at

from pipelines.partitions import cut_off

DAYS, ORDERS_PER_DAY, NIGHTS = 4, 5, 2


def night_of(number: int) -> date:
    """The business date of the first night, the second and so on."""
    return START + timedelta(days=number - 1)


@dataclass(frozen=True)
class Past:
    """Folders `night-1` and `night-2`: the store as each night left it."""

    folder: Path

    def store_after(self, nights: int) -> Path:
        return self.folder / f"night-{nights}"

    @contextmanager
    def open_shop(
        self, root: Path, *, nights: int, clock: datetime | None = None
    ) -> Iterator[Shop]:
        """A shop over its own copy and a sandbox with the same book, two hours after a cut-off."""
        with open_shop(
            root,
            days=DAYS,
            orders_per_day=ORDERS_PER_DAY,
            clock=clock or pulled_at(night_of(nights)),
        ) as shop:
            shutil.copytree(self.store_after(nights), shop.root)
            shop.runs = nights
            shop.closings += [cut_off(night_of(number + 1), ZONE) for number in range(nights)]
            yield shop


def closed_once(folder: Path) -> Past:
    """Close the nights unless another worker did; it is waited for while it does."""
    past, kept = Past(folder), folder.with_suffix(".kept")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _close_nights(past)
            kept.touch()
    return past


def _close_nights(past: Past) -> None:
    root = past.folder / "shop"
    with open_shop(root, days=DAYS, orders_per_day=ORDERS_PER_DAY, clock=pulled_at(START)) as shop:
        for number in range(1, NIGHTS + 1):
            shop.move_clock(pulled_at(night_of(number)))
            shop.close(night_of(number))
            shutil.copytree(shop.root, past.store_after(number))
