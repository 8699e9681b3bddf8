"""Whether what readers have is as new as it should be, and who is told when it is not.

Belongs here: the last date closed beside the last that should be, and the mail about the gap.
Stays out: when anybody looks (`sensors`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipelines.faults import ConfigurationFault
from pipelines.night.mailing import deliver_failure
from pipelines.partitions import business_date
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Settings
from pipelines.warehouse.queries import script

LATE_AFTER = timedelta(hours=3)
"""So long after the hour of the night its date should be closed."""


@dataclass(frozen=True)
class Standing:
    """The last business date that is closed, None before the first, and the last that is due."""

    last_closed: date | None
    due: date

    @property
    def is_fresh(self) -> bool:
        """Whether nothing that is due is missing."""
        return self.last_closed is not None and self.last_closed >= self.due

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.is_fresh:
            return "none needed"
        return (
            f"Look at the last run and its message, then `recon nightly --date {self.due}`: "
            "it covers what was missed."
        )

    def as_text(self) -> dict[str, str]:
        """What the check of freshness shows, whoever asks."""
        return {
            "last_closed": f"{self.last_closed or 'none'}",
            "should_be_closed": f"{self.due}",
            "remedy": self.remedy,
        }


def standing_of(settings: Settings, now: datetime) -> Standing:
    """What is closed by what readers have, beside what is due at this instant."""
    return Standing(_last_closed(settings), due_at(settings, now))


def due_at(settings: Settings, now: datetime) -> date:
    """The last date whose night should be over."""
    local = now.astimezone(settings.zone)
    at = settings.recon_nightly_at
    night = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    today = business_date(now, settings.zone)
    return today - timedelta(days=1 if now >= night.astimezone(UTC) + LATE_AFTER else 2)


def mail_behind(settings: Settings, standing: Standing) -> None:
    """Mail that nothing has closed the date that is due; once for each such date."""
    deliver_failure(
        settings,
        run_id=f"no night has closed {standing.due}",
        business_date=standing.due.isoformat(),
        failed=f"{standing.due} is not closed although its night was due; the last date that "
        f"readers have is {standing.last_closed or 'none'}.",
        remedy=f"{standing.remedy} The runs: {settings.recon_ui_url}/runs",
    )


def _last_closed(settings: Settings) -> date | None:
    try:
        with open_snapshot(settings.places.published) as connection:
            (last,) = connection.execute(script("work/last_closed")).fetchall()[0]
    except ConfigurationFault:
        return None
    return last if isinstance(last, date) else None
