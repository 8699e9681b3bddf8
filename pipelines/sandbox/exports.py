"""The shop's own order exports: one CSV file for each business day that has ended.

A file holds every order created or changed on that local day, as at its end, and appears whole; its
`.sha256` follows last. Days after the book's end have a file only when an order changed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipelines.sandbox.days import BusinessDays
from pipelines.sandbox.plan import SandboxPlan
from pipelines.sandbox.rendering import EXPORT_HEADER
from pipelines.sandbox.store import Store


class OrderExports:
    """Writes what is due at an instant; a file once written stays as it is."""

    def __init__(self, store: Store, plan: SandboxPlan, folder: Path) -> None:
        self._store = store
        self._plan = plan
        self._folder = folder
        self._days = BusinessDays(plan.start, plan.timezone)
        self._last_day = self._days.number_of(store.last_order_change())
        self._day = 0
        folder.mkdir(parents=True, exist_ok=True)

    def write_due(self, now: int) -> list[Path]:
        """Write the files of all days whose end is not later than `now`."""
        written = []
        while self._day <= self._last_day and self._days.midnight(self._day + 1) <= now:
            file = self._write(self._day)
            if file is not None:
                written.append(file)
            self._day += 1
        return written

    def _write(self, day: int) -> Path | None:
        lines = self._store.order_lines(self._days.midnight(day), self._days.midnight(day + 1))
        if not lines and day >= self._plan.days:
            return None
        file = self._folder / f"orders-{self._days.date_of(day).isoformat()}.csv"
        content = (EXPORT_HEADER + "".join(lines)).encode()
        digest = hashlib.sha256(content).hexdigest()
        _put(file, content)
        _put(file.with_name(file.name + ".sha256"), f"{digest}  {file.name}\n".encode())
        return file


def _put(file: Path, content: bytes) -> None:
    """Write under a hidden name and rename, so that nobody reads half a file."""
    if file.is_file() and file.read_bytes() == content:
        return
    hidden = file.with_name("." + file.name)
    hidden.write_bytes(content)
    hidden.replace(file)
