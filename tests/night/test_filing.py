"""Which reports a closing files by itself, and where each lies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.night.deliver import filed_by_itself
from reports.files import path_of
from reports.kinds import NAMES


@pytest.mark.parametrize("day", [date(2026, 11, 30), date(2028, 2, 29), date(2026, 12, 31)])
def test_the_close_pack_is_filed_when_the_last_date_of_its_month_closes(day: date) -> None:
    assert filed_by_itself(day) == list(NAMES)


@pytest.mark.parametrize("day", [date(2026, 11, 29), date(2028, 2, 28), date(2026, 12, 1), None])
def test_on_every_other_date_it_waits_for_somebody_to_ask(day: date | None) -> None:
    assert filed_by_itself(day) == [name for name in NAMES if name != "month"]


@pytest.mark.parametrize(
    ("name", "folder"), [("month", "2026-11"), ("daily", "2026-11-21"), ("fees", "2026-11-21")]
)
def test_a_report_lies_under_its_date_and_the_close_pack_under_its_month(
    tmp_path: Path, name: str, folder: str
) -> None:
    figures = {"name": name, "business_date": "2026-11-21"}
    assert path_of(tmp_path, figures, "html") == tmp_path / "reports" / folder / f"{name}.html"
