"""A step that met a fault that may pass is tried again; other faults, or one too many, end it."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines import resources
from pipelines.faults import ClaimBroken, GatewayUnavailable, ReconFault, StoreBusy
from pipelines.jobs import business_dates
from pipelines.partitions import DateRange
from pipelines.resources import Nights
from pipelines.settings import Settings
from pipelines.warehouse.store import writer_lock

DAY = date(2026, 9, 1)
AWAY = GatewayUnavailable("The gateway does not answer.", "Wait.")
BUSY = StoreBusy("Another run works.", "Wait.")
BROKEN = ClaimBroken("A claim does not hold.", "Look at it.")


@pytest.mark.parametrize(
    ("faults", "tries", "is_good"),
    [
        ([], 1, True),
        ([AWAY], 2, True),
        ([AWAY, BUSY], 3, True),
        ([AWAY, AWAY, AWAY], 3, False),
        ([BROKEN], 1, False),
        ([BUSY, BROKEN], 2, False),
    ],
    ids=["nothing", "one", "two", "one too many", "one that stays", "one that stays, later"],
)
def test_only_a_fault_that_may_pass_is_tried_again_and_twice_at_most(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    faults: list[ReconFault],
    tries: int,
    is_good: bool,
) -> None:
    monkeypatch.setattr(resources, "RETRY_SECONDS", 0)
    settings = Settings(recon_data_dir=tmp_path, kuvarpay_api_key="rsp_test_key")
    nights = Nights(lambda: settings, now=lambda: datetime(2026, 9, 3, tzinfo=UTC), retries=2)
    coming, tried = list(faults), []

    @dg.asset(partitions_def=business_dates(DAY))
    def step(context: dg.AssetExecutionContext) -> None:
        with nights.step(context) as night:
            tried.append(night.dates)
            if coming:
                raise coming.pop(0)

    ended = dg.materialize([step], partition_key=DAY.isoformat(), raise_on_error=False)

    assert ended.success is is_good
    assert tried == [DateRange(DAY, DAY)] * tries
    assert (nights.fault is None) is is_good
    nights.release()
    with writer_lock(settings.places, wait_seconds=0.0):
        pass
