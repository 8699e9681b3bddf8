"""The asset graph and the job equal the picture that reviewers read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.definitions import build
from pipelines.settings import Settings

PICTURE = Path(__file__).with_name("graph.txt")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        recon_data_dir=tmp_path_factory.mktemp("graph"), recon_first_date=date(2026, 1, 1)
    )


def drawn(settings: Settings) -> str:
    """One line an asset with what it rests on, one line a check, one a job, schedule, sensor."""
    definitions = build(lambda: settings)
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys(), key=str):
        node = graph.get(key)
        sources = ", ".join(sorted(one.to_user_string() for one in node.parent_keys))
        lines.append(f"{node.group_name}: {key.to_user_string()} <- {sources or 'outside'}")
    for check in sorted(graph.asset_check_keys, key=str):
        node = graph.get(check)
        effect = "stops" if node.blocking else "reports"
        lines.append(f"check {check.asset_key.to_user_string()}.{check.name}: {effect}")
    lines += [f"job {job.name}" for job in definitions.jobs or []]
    lines += [
        f"schedule {one.name} {one.cron_schedule} {one.execution_timezone}"
        for one in definitions.schedules or []
    ]
    lines += [f"sensor {one.name}" for one in definitions.sensors or []]
    return "\n".join(lines) + "\n"


def test_the_graph_is_the_one_reviewed(settings: Settings) -> None:
    assert drawn(settings) == PICTURE.read_text(encoding="utf-8")


def test_every_asset_says_what_a_row_is_and_belongs_to_a_stage(settings: Settings) -> None:
    graph = build(lambda: settings).resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.group_name == key.path[0]
        assert node.partitions_def is not None
