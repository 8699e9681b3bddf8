"""A night killed anywhere and run again loses, doubles and leaves behind nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from night.shop import START, Shop, open_shop, pulled_at, snapshot

from pipelines.sandbox import SandboxServer
from pipelines.warehouse.publication import DIGESTED

NIGHT = START + timedelta(days=3)
ROOT = Path(__file__).parents[2]


class Driver:
    """The process that forks nights."""

    def __init__(self) -> None:
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("kill_driver.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def run(self, **job: Any) -> dict[str, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A store before its last night, the gateway and the inbox ready for it."""
    root = tmp_path_factory.mktemp("kills")
    with open_shop(root, days=4, orders_per_day=5, clock=pulled_at(START)) as shop:
        shop.move_clock(pulled_at(NIGHT - timedelta(days=1)))
        shop.close(START, NIGHT - timedelta(days=1))
        shop.move_clock(pulled_at(NIGHT))
        yield shop


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    made = Driver()
    yield made
    made.stop()


def job_of(shop: Shop, data: Path, at: int | None) -> dict[str, Any]:
    settings = shop.settings
    return {
        "url": settings.kuvarpay_base_url,
        "policy": str(settings.recon_config),
        "inbox": str(shop.inbox),
        "day": NIGHT.isoformat(),
        "run_id": "killed",
        "data": str(data),
        "at": at,
    }


def world_of(server: SandboxServer, data: Path) -> tuple[dict[str, Any], list[str], list[str]]:
    shop = Shop(data, server)
    mails = sorted(path.name for path in shop.settings.places.outbox.glob("*.eml"))
    left = [
        path.name
        for path in data.rglob("*")
        if path.is_file() and (".part" in path.name or path.name.endswith((".new", ".tmp", ".wal")))
    ]
    return snapshot(shop, [*DIGESTED, "delivered.reports"], without=["source"]), mails, left


@pytest.mark.counts(small=5, full=60)
def test_a_night_killed_at_any_point_and_run_again_is_the_night_that_was_not(
    before: Shop, driver: Driver, tmp_path: Path, count: int
) -> None:
    calm = tmp_path / "calm"
    shutil.copytree(before.root, calm)
    clean = driver.run(**job_of(before, calm, None))
    assert clean["status"] == 0
    expected, mails, left = world_of(before.server, calm)
    assert left == []
    violations = []
    points = sorted({1 + step * (clean["effects"] - 1) // (count - 1) for step in range(count)})
    for at in points:
        data = tmp_path / f"at-{at}"
        shutil.copytree(before.root, data)
        killed = driver.run(**job_of(before, data, at))
        again = driver.run(**job_of(before, data, None))
        found, sent, left = world_of(before.server, data)
        if (killed["status"], again["status"]) != (-9, 0):
            violations.append((at, killed, again))
        if (found, sent, left) != (expected, mails, []):
            violations.append((at, [t for t in found if found[t] != expected[t]], sent, left))
        shutil.rmtree(data)
    assert len(points) == count
    assert violations == []
