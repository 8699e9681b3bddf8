"""Documents say what is there, and all of it; each way of being wrong is planted and found."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from house.documents import (
    command_faults,
    commands_named,
    commands_of,
    targets_named,
    targets_of,
    variables_of,
)

from pipelines.cli import main
from pipelines.policy import Policy, load_policy
from pipelines.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VARIABLES = {name.upper() for name in Settings.model_fields}


def test_the_readme_names_every_command_and_option_and_no_other() -> None:
    assert list(command_faults(commands_named(README), commands_of(main))) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "`recon demo --days 3`, `recon sql`, `recon orders mend`",
            "recon orders --out does not stand in the document",
        ),
        (
            "`recon demo --days 3`, `recon orders mend --out F`",
            "recon sql does not stand in the document",
        ),
        (
            "`recon demo --days 3`, `recon sql`, `recon orders --out`, `recon fly`",
            "recon fly does not exist",
        ),
        (
            "`recon demo --days 3 --fast`, `recon sql`, `recon orders --out`",
            "recon demo has no --fast",
        ),
        (
            "`recon demo`, `recon sql`, `recon orders --out`",
            "recon demo --days does not stand in the document",
        ),
    ],
)
def test_a_command_on_one_side_only_is_found(text: str, fault: str) -> None:
    days = click.Option(["--days"])
    mend = click.Command("mend", params=[click.Option(["--out"])])
    orders = click.Group("orders", commands=[mend])
    demo = click.Command("demo", params=[days])
    group = click.Group(commands=[demo, click.Command("sql"), orders])

    assert list(command_faults(commands_named(text), commands_of(group))) == [fault]


def test_commands_are_read_from_code_and_not_from_prose() -> None:
    assert commands_named("we recon things; `recon demo --days 3`\n```\nrecon sql -f x\n```") == {
        "demo": {"--days"},
        "sql": set(),
    }


def test_the_readme_names_every_make_target_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert targets_named(README) == targets_of(makefile)


def test_targets_are_read_from_both_sides() -> None:
    assert targets_of("PYTHON ?=\n.PHONY: demo\ndemo: x\n\ty: z\ntest:\n") == {"demo", "test"}
    assert targets_named("make sure of `make demo`\n```\nmake test  # all\n```") == {"demo", "test"}


def test_every_setting_stands_in_the_readme() -> None:
    assert {name for name in VARIABLES if f"`{name}`" not in README} == set()


def test_the_example_environment_holds_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert variables_of(example) == VARIABLES


def test_variables_are_read_set_or_commented() -> None:
    assert variables_of("# Prose = x\nA_KEY=\n# B_KEY=./x\nc=1\n") == {"A_KEY", "B_KEY"}


def test_the_example_environment_gives_the_defaults() -> None:
    example = Settings(_env_file=ROOT / ".env.example")  # type: ignore[call-arg]

    assert example == Settings()


def test_the_example_policy_is_the_default_policy() -> None:
    assert load_policy(ROOT / "recon.example.toml") == Policy()


def test_the_example_policy_holds_with_its_comments_taken_away(tmp_path: Path) -> None:
    """Whoever uncomments a part gets a policy that loads."""
    example = (ROOT / "recon.example.toml").read_text(encoding="utf-8")
    uncommented = "\n".join(_as_toml(line) for line in example.splitlines())
    (tmp_path / "recon.toml").write_text(uncommented, encoding="utf-8")

    policy = load_policy(tmp_path / "recon.toml")

    assert policy.payout.calendar == "NG"
    assert [str(fee.percent) for fee in policy.fees] == ["1.0"]
    assert policy.orders["NAME"].status == {"processing": "paid", "completed": "fulfilled"}
    assert [route.name for route in policy.reports.route] == ["finance"]


def _as_toml(line: str) -> str:
    """A commented line without its mark where it is TOML, not prose."""
    bare = line.removeprefix("# ")
    return bare if " = " in bare.partition("#")[0] or bare.startswith("[") else line
