"""How fast a plain night is from pull to publish, beside a bare loop over the same pages.

The night archives every answer, shows the windows complete, validates, keeps versions, judges and
publishes; the bare loop then asks for exactly the same pages again with httpx, reads them with
json and keeps nothing. Both run against the same sandbox in the same process.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

# A script's own folder leads its path; the project's has to be there for `assets`.
sys.path.insert(0, str(Path(__file__).parents[2]))

from assets.contracts.streams import all_contracts
from pipelines.night.frame import Frame, frame
from pipelines.night.whole import run_night
from pipelines.partitions import DateRange, cut_off
from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.settings import Settings

DATES = DateRange(date(2026, 10, 1), date(2026, 10, 5))
ORDERS_A_DAY = 400
ROUNDS = 3
TARGET = 0.2
KEY = "rsp_test_bench"


def main() -> None:
    """The best of some rounds a side, taken in turns: a busy machine then hurts both alike."""
    rates = [_round() for _ in range(ROUNDS)]
    night, bare = (max(side) for side in zip(*rates, strict=True))
    print(f"bench bare_loop value={bare:.0f} unit=rows/s target=none")
    print(f"bench pull_to_publish value={night:.0f} unit=rows/s target=none")
    print(f"bench pull_to_publish_of_bare_loop value={night / bare:.2f} unit=ratio target={TARGET}")


def _round() -> tuple[float, float]:
    """Rows a second of the night and of the bare loop, over one fresh store."""
    plan = SandboxPlan(seed=7, days=5, orders_per_day=ORDERS_A_DAY, start=DATES.first)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,
            kuvarpay_api_key=KEY,
            recon_data_dir=Path(folder),
        )
        clock = cut_off(DATES.last, settings.zone) + timedelta(hours=2)
        inbox = settings.places.orders_inbox
        with SandboxServer(plan, clock=clock, orders_dir=inbox) as server:
            at_sandbox = settings.model_copy(update={"kuvarpay_base_url": server.url})
            told: list[tuple[float, str]] = []
            night = frame(
                at_sandbox,
                run_id="bench",
                kind="backfill",
                dates=DATES,
                tell=lambda line: told.append((time.perf_counter(), line)),
                now=datetime.now(UTC),
            )
            began = time.perf_counter()
            run_night(night, all_contracts())
            # Delivery follows and is not part of the figure: the night says when it published.
            published = next(at for at, line in told if line.startswith("published"))
            requests = _requests(night)
            rows, bare_seconds = _bare_loop(server.url, requests)
    return rows / (published - began), rows / bare_seconds


def _requests(night: Frame) -> list[tuple[str, list[tuple[str, str]]]]:
    """Path and parameters of every answer that the night kept."""
    landing = night.landing
    return [
        (answer.path, list(answer.params))
        for file in landing.files()
        for answer in landing.read(file)
    ]


def _bare_loop(url: str, requests: list[tuple[str, list[tuple[str, str]]]]) -> tuple[int, float]:
    """Ask for the pages, count their rows, throw them away."""
    rows = 0
    began = time.perf_counter()
    with httpx.Client(base_url=url, headers={"authorization": KEY}) as client:
        for path, params in requests:
            # An id that the gateway does not know has no data.
            data = json.loads(client.get(path, params=params).content).get("data")
            rows += len(data) if isinstance(data, list) else data is not None
    return rows, time.perf_counter() - began


if __name__ == "__main__":
    main()
