"""The habits of the house hold; every offence is planted once and found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from house import habits

ROOT = Path(__file__).parents[2]
GOOD = {f"assets/{stage}.py": '"""One.\n\nTwo.\n"""\n' for stage in habits.STAGES} | {
    f"sql/{stage}/orders.sql": "-- One row per order.\nselect 1\n" for stage in habits.STAGES[1:]
}
# Written in two parts where the word itself must not stand in a file.
HOME_PATH = "/ho" + "me/ada/project"

CHECKS = [
    habits.stage_faults,
    habits.length_faults,
    habits.docstring_faults,
    habits.name_faults,
    habits.package_faults,
    habits.guessing_faults,
    habits.machine_path_faults,
]
PLANTED = [
    (habits.stage_faults, "assets/silver.py", "x = 1\n", "assets/silver.py is no stage"),
    (habits.stage_faults, "sql/silver/orders.sql", "select 1\n", "sql/silver/ is no stage"),
    (habits.length_faults, "pipelines/long.py", "x = 1\n" * 351, "has 351 lines"),
    (habits.length_faults, "tests/orders/test_long.py", "x = 1\n" * 351, "has 351 lines"),
    (habits.length_faults, "sql/marts/long.sql", "-- x\n" * 351, "has 351 lines"),
    (habits.docstring_faults, "reports/page.py", '"""A page."""\n', "in two lines"),
    (habits.docstring_faults, "pipelines/night/pull.py", "x = 1\n", "in two lines"),
    (habits.name_faults, "pipelines/utils.py", "", "named like a drawer"),
    (habits.name_faults, "reports/core/page.py", "", "named like a drawer"),
    (habits.name_faults, "tests/common/test_it.py", "", "named like a drawer"),
    (habits.package_faults, "tests/orders/__init__.py", "", "makes a package"),
    (habits.guessing_faults, "sql/intake/a.sql", "from read_csv_auto('x')\n", "read_csv_auto"),
    (habits.guessing_faults, "pipelines/a.py", "f(ignore_errors=True)\n", "ignore_errors"),
    (habits.guessing_faults, "pipelines/a.py", "csv.Sniffer()\n", "Sniffer"),
    (habits.machine_path_faults, "README.md", f"see {HOME_PATH}\n", "README.md:1 names"),
    (habits.machine_path_faults, ".ci/run", f"cd {HOME_PATH}\n", "run:1 names"),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_keeps_its_habits(check: Callable[[Path], list[str]]) -> None:
    assert check(ROOT) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_small_good_house_is_not_complained_of(
    plant: Callable[..., Path], check: Callable[[Path], list[str]]
) -> None:
    assert check(plant(GOOD)) == []


@pytest.mark.parametrize(("check", "path", "text", "says"), PLANTED)
def test_a_planted_offence_is_found(
    plant: Callable[..., Path],
    check: Callable[[Path], list[str]],
    path: str,
    text: str,
    says: str,
) -> None:
    faults = check(plant({**GOOD, path: text}))

    assert len(faults) == 1
    assert says in faults[0]


def test_a_stage_that_is_missing_is_found(plant: Callable[..., Path]) -> None:
    without = {path: text for path, text in GOOD.items() if "marts" not in path}

    assert habits.stage_faults(plant(without)) == [
        "assets/marts.py is not there",
        "sql/marts/ holds no query",
    ]
