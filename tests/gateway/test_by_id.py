"""Ids that the gateway no longer knows: one is a fact, all of them tell of a wrong path."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from gateway.scripted import Item, World

from pipelines.gateway.client import GatewayClient
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.lookup import read_by_ids
from pipelines.gateway.streams.payments import TRANSACTIONS
from pipelines.night.frame import begin, frame
from pipelines.night.pull import take_in
from pipelines.night.pulling import Puller
from pipelines.partitions import DateRange
from pipelines.settings import Settings

DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 3, tzinfo=UTC)


def lines_of(world: World, root: Path, *, run_id: str = "one") -> list[dict[str, Any]]:
    """What `ops.pulls` says of a run that pulls transactions and the sessions they name."""
    settings = Settings(
        kuvarpay_api_key="rsp_test_key", kuvarpay_base_url=world.url, recon_data_dir=root
    )
    night = frame(settings, run_id=run_id, kind="nightly", dates=DateRange(DAY, DAY), now=NOW)
    with night.alone():
        begin(night)
        with night.store() as store:
            puller = Puller(night, store)
            for stream in ("transactions", "checkout_sessions"):
                puller.pull(ENDPOINTS[stream])
            take_in(night, store, puller)
            found = store.connection.execute(
                "select * from ops.pulls where run_id = ? order by started_at", [run_id]
            )
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize(
    ("asked", "known", "is_doubtful"),
    [
        (["gone", "lost"], ["gone", "lost"], True),
        (["gone", "lost", "typed"], ["gone", "lost"], True),
        (["gone", "typed", ".."], ["gone", ".."], False),
        (["gone", "lost", "there"], ["gone", "lost", "there"], False),
        (["gone"], ["gone"], False),
        ([], [], False),
    ],
)
def test_a_path_is_doubtful_when_several_known_ids_are_all_unknown_there(
    world: World,
    client: GatewayClient,
    make_rows: Callable[..., list[Item]],
    *,
    asked: list[str],
    known: list[str],
    is_doubtful: bool,
) -> None:
    world.rows = [make_rows(1)[0] | {"id": "there"}]
    reading = read_by_ids(client, TRANSACTIONS, asked)
    list(reading)
    assert reading.finds_none_of(known) is is_doubtful


@pytest.mark.parametrize(("there", "complete"), [((), False), (("cs_1",), True)])
def test_sessions_of_which_not_one_can_be_read_are_not_complete(
    world: World,
    make_rows: Callable[..., list[Item]],
    tmp_path: Path,
    *,
    there: tuple[str, ...],
    complete: bool,
) -> None:
    world.rows = [row | {"sessionId": f"cs_{at}"} for at, row in enumerate(make_rows(3))]
    world.sessions = [
        {"sessionId": name, "amount": "7.10", "currency": "NGN", "status": "PENDING"}
        for name in there
    ]
    window, _, sessions = lines_of(world, tmp_path)
    assert (window["complete"], sessions["complete"]) == (True, complete)
    assert ("every id that it gave itself" in sessions["reason"]) is not complete
    assert (window["walks"], window["rows_received"], window["rows_new"]) == (1, 3, 3)
    assert [window[f"rows_{what}"] for what in ("outside", "repeated", "enriched", "outdated")] == [
        *(0, 0, 0, 0)
    ]
    assert json.loads(window["sums"]) == {"NGN": "1500003.30"}
    assert json.loads(sessions["sums"]) == ({"NGN": "7.10"} if there else {})


@pytest.mark.parametrize(("kept", "complete"), [((), False), (("cs_0",), True)])
def test_sessions_that_are_gone_while_another_is_known_leave_the_pull_complete(
    world: World,
    make_rows: Callable[..., list[Item]],
    tmp_path: Path,
    *,
    kept: tuple[str, ...],
    complete: bool,
) -> None:
    """cs_0 is over and not asked for: it shows that the path still leads somewhere."""
    world.rows = [row | {"sessionId": f"cs_{at}"} for at, row in enumerate(make_rows(3))]
    world.sessions = [
        {"sessionId": f"cs_{at}", "amount": "7.10", "currency": "NGN", "status": status}
        for at, status in enumerate(("COMPLETED", "PENDING", "PENDING"))
    ]
    lines_of(world, tmp_path)
    world.sessions = [row for row in world.sessions if row["sessionId"] in kept]
    sessions = lines_of(world, tmp_path, run_id="two")[-1]
    assert sessions["reason"].startswith("2 of 2 ids are unknown to the gateway")
    assert sessions["complete"] is complete
