"""The close pack of a month: only of one that is closed to its last date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.faults import ConfigurationFault
from pipelines.night.month import file_month, last_date_of
from pipelines.settings import Settings


@pytest.mark.parametrize(
    ("month", "last"),
    [
        (date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_month_ends_on_its_last_date(month: date, last: date) -> None:
    assert last_date_of(month) == last


def test_a_month_that_is_not_closed_has_no_pack_and_says_what_to_close(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFault, match="September 2026 has no close pack yet") as refused:
        file_month(Settings(recon_data_dir=tmp_path), date(2026, 9, 1))
    assert "recon nightly --date 2026-09-30" in refused.value.remedy
