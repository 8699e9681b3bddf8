"""Imports go one way; every way of going wrong is planted and found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from house.layers import layer_faults

ROOT = Path(__file__).parents[2]


def test_imports_go_one_way() -> None:
    assert layer_faults(ROOT) == []


@pytest.mark.parametrize(
    ("path", "source", "says"),
    [
        ("pipelines/settings.py", "import pipelines.night.pull", "which lies above it"),
        ("pipelines/warehouse/store.py", "from pipelines import cli", "which lies above it"),
        ("pipelines/jobs.py", "from assets.raw import orders", "only pipelines.definitions"),
        ("pipelines/cli/demo.py", "def f():\n    import assets", "only pipelines.definitions"),
        ("pipelines/night/pull.py", "from pipelines.resources import x\nimport assets", "assets"),
        ("reports/page.py", "from pipelines.faults import ReconFault", "nothing of ours"),
        ("reports/page.py", "import assets.raw", "nothing of ours"),
        ("pipelines/sandbox/book.py", "from pipelines.faults import ReconFault", "nothing of ours"),
        ("pipelines/night/pull.py", "import pipelines.sandbox.book", "imports the sandbox"),
        ("assets/raw.py", "from pipelines.sandbox import SandboxPlan", "imports the sandbox"),
        ("assets/raw.py", "from pipelines.definitions import defs", "which lies above it"),
        ("pipelines/drawer.py", "from pipelines.faults import ReconFault", "has no layer"),
        ("pipelines/night/pull.py", "from ..definitions import defs", "which lies above it"),
        (
            "pipelines/settings.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from assets import raw",
            "only pipelines.definitions",
        ),
    ],
)
def test_a_planted_import_is_found(
    plant: Callable[..., Path], path: str, source: str, says: str
) -> None:
    faults = layer_faults(plant({path: source}))

    assert len(faults) == 1
    assert says in faults[0]
    assert faults[0].startswith(f"{path}:")


def test_a_circle_within_a_layer_is_found(plant: Callable[..., Path]) -> None:
    root = plant(
        {
            "pipelines/landing.py": "from pipelines.gateway.answers import Answer",
            "pipelines/gateway/answers.py": "import pipelines.landing",
        }
    )

    assert layer_faults(root) in (
        ["a circle of imports: pipelines.landing → pipelines.gateway → pipelines.landing"],
        ["a circle of imports: pipelines.gateway → pipelines.landing → pipelines.gateway"],
    )


def test_what_is_allowed_is_not_complained_of(plant: Callable[..., Path]) -> None:
    root = plant(
        {
            "pipelines/cli/demo.py": "from pipelines.sandbox import SandboxPlan\nimport os",
            "pipelines/definitions.py": "from assets import raw",
            "pipelines/night/deliver.py": "from reports.files import write_report",
            "assets/raw.py": "from assets.stage import specs_of",
        }
    )

    assert layer_faults(root) == []
