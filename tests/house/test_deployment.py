"""The files that Dagster and CI read are what they should be."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOYMENT = ROOT / "pipelines" / "deploy"


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance over the project's dagster.yaml, read and checked by Dagster itself."""
    text = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    (tmp_path / "dagster.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


def test_dagster_tells_nobody_and_runs_one_run_at_a_time(instance: dg.DagsterInstance) -> None:
    assert instance.telemetry_enabled is False
    assert instance.nux_enabled is False
    assert instance.get_settings("concurrency")["pools"] == {
        "default_limit": 1,
        "granularity": "op",
    }
    # Those that wait stand in the queue.
    assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
    assert instance.global_op_concurrency_default_limit == 1
    assert instance.run_monitoring_enabled is True
    assert set(instance.get_settings("retention")) == {"schedule", "sensor"}


def test_with_postgresql_only_the_storage_differs() -> None:
    usual, other = (
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (ROOT / "dagster.yaml", DEPLOYMENT / "dagster-postgres.yaml")
    )
    assert usual.pop("event_log_storage")["class"] == "KeptEventLog"
    assert other.pop("storage") == {
        "postgres": {"postgres_url": {"env": "RECON_DAGSTER_POSTGRES_URL"}}
    }
    assert other == usual


@pytest.mark.parametrize("unit", ["recon-daemon", "recon-reports", "recon-webserver"])
def test_a_unit_serves_loopback_only_and_writes_to_one_folder(unit: str) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.read(DEPLOYMENT / f"{unit}.service")
    service = read["Service"]
    assert service["User"] == "recon"
    assert service["ProtectSystem"] == "strict"
    assert service.get("ReadWritePaths") in {None, "/var/lib/recon"}
    if unit != "recon-daemon":
        assert re.search(r"--(?:host|bind) 127\.0\.0\.1\b", service["ExecStart"])


def test_a_misspelled_key_would_be_refused(tmp_path: Path) -> None:
    text = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    (tmp_path / "dagster.yaml").write_text(f"{text}\nretentoin: {{}}\n", encoding="utf-8")

    with pytest.raises(dg.DagsterInvalidConfigError, match="retentoin"):
        dg.DagsterInstance.from_config(str(tmp_path))


def test_the_workspace_loads_the_composition_root() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text(encoding="utf-8"))

    assert workspace == {
        "load_from": [
            {"python_module": {"module_name": "pipelines.definitions", "working_directory": "."}}
        ]
    }


def test_ci_runs_check_and_test() -> None:
    run = ROOT / ".ci" / "run"

    assert os.access(run, os.X_OK)
    assert "for target in check test; do" in run.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(run)], check=True)


def test_every_locked_package_has_a_hash() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    files = [
        file
        for package in lock["package"]
        for file in [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
    ]

    assert files
    assert [file for file in files if not file.get("hash", "").startswith("sha256:")] == []


def test_the_licence_is_there_in_full() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
