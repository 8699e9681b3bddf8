"""What an observer hears of a pull, over a real socket: every row, and never more than there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from night.shop import FAR, HASTY, START, Shop, open_shop

from pipelines.faults import ReconFault
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.night.frame import begin, frame
from pipelines.night.orders import take_in_orders
from pipelines.night.progress import STILL_SECONDS, PlainLines, Standing, observed
from pipelines.night.pull import Pulled, pull
from pipelines.partitions import DateRange


@dataclass
class Listener:
    """Keeps what it hears."""

    heard: list[Standing] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    ended: dict[str, tuple[Standing, bool]] = field(default_factory=dict)

    def begins(self, stream: str) -> None:
        self.begun.append(stream)

    def stands(self, standing: Standing) -> None:
        self.heard.append(standing)

    def ends(self, standing: Standing, *, is_whole: bool) -> None:
        self.ended[standing.stream] = (standing, is_whole)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(tmp_path_factory.mktemp("progress"), days=2, orders_per_day=6) as opened:
        yield opened


def pulled_before(listener: Listener, shop: Shop, data: Path) -> Pulled:
    """Pull the whole book into a new store, and nothing else."""
    run = frame(
        Shop(data, shop.server).settings,
        run_id="pull",
        kind="nightly",
        dates=DateRange(START, START),
        now=FAR,
        limits=HASTY,
        observer=listener,
    )
    with run.alone():
        begin(run)
        take_in_orders(run)
        return pull(run)


@pytest.mark.parametrize("totals", ["true", "zero"])
def test_every_row_is_told_and_nothing_is_left_below_none(
    shop: Shop, tmp_path: Path, totals: str
) -> None:
    change = {"totals": totals}
    httpx.put(f"{shop.server.url}/_sandbox/personality", json=change).raise_for_status()
    listener = Listener()

    pulled = pulled_before(listener, shop, tmp_path)

    assert listener.begun == list(ENDPOINTS)
    assert all(is_whole for _, is_whole in listener.ended.values())
    told = {stream: standing.rows for stream, (standing, _) in listener.ended.items()}
    assert told == pulled.rows_received
    assert told["transactions"] > 0
    assert [one for one in listener.heard if one.left is not None and one.left < 0] == []
    by_id = [one.left for one in listener.heard if one.stream == "checkout_sessions"]
    assert by_id == list(range(len(by_id) - 1, -1, -1))
    assert len(by_id) > told["checkout_sessions"] > 0


def test_a_stream_that_breaks_off_is_told_so(shop: Shop, tmp_path: Path) -> None:
    shop.misbehave({"kind": "500", "path_contains": "/checkout-sessions/"})
    listener = Listener()

    with pytest.raises(ReconFault):
        pulled_before(listener, shop, tmp_path)

    shop.behave()
    assert [is_whole for _, is_whole in listener.ended.values()] == [True, False]
    assert list(listener.ended) == ["transactions", "checkout_sessions"]


def test_plain_lines_tell_a_stream_when_it_ends_and_every_minute_before() -> None:
    lines: list[str] = []
    now = [0.0]
    observer = PlainLines(lines.append, clock=lambda: now[0])

    with observed("plans", observer, lambda: int(now[0])) as tally:
        tally.part("by id", "ids", expected=3)
        for seconds in (STILL_SECONDS / 2, STILL_SECONDS, STILL_SECONDS + 1):
            now[0] = seconds
            tally.answer(1000)

    assert lines == [
        "plans: 2,000 rows in 60 requests, 60.0 s, 33 rows/s, 1 id left",
        "plans: 3,000 rows in 61 requests, 61.0 s, 49 rows/s",
    ]
