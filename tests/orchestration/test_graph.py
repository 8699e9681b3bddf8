"""The asset graph and the job equal the picture that reviewers read."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build
from pipelines.settings import Settings

ROOT = Path(__file__).parents[2]
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
        owner = ", ".join(node.owners)
        lines.append(f"{owner}: {key.to_user_string()} <- {sources or 'outside'}")
    for check in sorted(graph.asset_check_keys, key=str):
        node = graph.get(check)
        effect = "stops" if node.blocking else "reports"
        lines.append(f"check {check.asset_key.to_user_string()}.{check.name}: {effect}")
    lines += [_job(definitions.resolve_job_def(job.name)) for job in definitions.jobs or []]
    lines += [
        f"schedule {one.name} {one.cron_schedule} {one.execution_timezone}"
        for one in definitions.schedules or []
    ]
    lines += [f"sensor {one.name}" for one in definitions.sensors or []]
    return "\n".join(lines) + "\n"


def _job(job: dg.JobDefinition) -> str:
    """The job, how it runs, and what it runs in order."""
    partitions = type(job.partitions_def).__name__.removesuffix("PartitionsDefinition").lower()
    steps = " → ".join(node.name for node in job.graph.nodes_in_topological_order)
    return f"job {job.name}: {job.executor_def.name}, {partitions}: {steps}"


def test_the_graph_is_the_one_reviewed(settings: Settings) -> None:
    assert drawn(settings) == PICTURE.read_text(encoding="utf-8")


def test_every_asset_says_what_a_row_is_and_belongs_to_a_stage(settings: Settings) -> None:
    graph = build(lambda: settings).resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert re.match(r".+\. Source: .+\. Owner: \w+\.$", node.description or ""), key
        assert node.group_name == key.path[0] == node.tags["recon/stage"]
        assert node.kinds
        assert node.partitions_def is not None


def test_a_mart_shows_its_columns_and_where_they_come_from(settings: Settings) -> None:
    node = build(lambda: settings).resolve_asset_graph().get(dg.AssetKey(["marts", "break_ageing"]))
    schema, lineage = (
        node.metadata["dagster/column_schema"],
        node.metadata["dagster/column_lineage"],
    )
    shown = {column.name: (column.type, column.description) for column in schema.columns}
    assert shown["money_impact"] == (
        "DECIMAL(38,18)",
        "Sum of their money impacts, signed, in major units of currency. "
        "From reconciled.breaks.money_impact.",
    )
    (origin,) = lineage.deps_by_column["age_band"]
    assert (origin.asset_key.to_user_string(), origin.column_name) == (
        "reconciled/breaks",
        "age_days",
    )


def test_the_code_location_loads_without_a_warning_of_ours() -> None:
    """Warnings of Dagster's own imports are its own; from the first module of ours on, none."""
    program = (
        "import dagster, warnings; warnings.simplefilter('error'); "
        "from pipelines.definitions import defs; defs().get_repository_def()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
