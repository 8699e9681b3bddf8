"""Filing the close pack of a month again, from the figures that its last closing stored.

Belongs here: which closing counts, and that a month that is not closed has no pack.
Stays out: the figures and how the pack looks (`sql/delivered`, `reports`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.night.stored import not_closed, published_figures
from pipelines.settings import Settings
from pipelines.warehouse.month_ends import PACK
from reports.files import write_report


@dataclass(frozen=True)
class Filed:
    """The pack's files, and the figures they show."""

    files: tuple[Path, ...]
    figures: Mapping[str, Any]

    @property
    def page(self) -> Path:
        """The file that a browser reads."""
        return next(path for path in self.files if path.suffix == ".html")


def last_date_of(month: date) -> date:
    """The last date of the month that the given date lies in."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def file_month(settings: Settings, month: date) -> Filed:
    """Render the pack of a month whose last date is closed, by its own night or a later one.

    Raises ConfigurationFault while the last date is not closed.
    """
    last = last_date_of(month)
    if not settings.places.published.exists():
        raise not_closed(last)
    figures = published_figures(settings, PACK, last)
    return Filed(tuple(write_report(settings.places.root, figures)), figures)
