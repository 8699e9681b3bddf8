"""What every test relies on: experiments with two sizes, and an environment of its own.

An experiment takes the argument `seed` or `count` and says how large it is:

    @pytest.mark.seeds(small=2, full=10)     one test a seed: 1 to 2, or 1 to 10 with --full
    @pytest.mark.counts(small=50, full=500)  one test that is told how many cases to try

`make test` runs the small size, `make prove` the full one (see `proving`).

A test that uses a command beside Python names it: @pytest.mark.needs("curl"), and the package where
that has another name: @pytest.mark.needs(soffice="libreoffice-calc"). `make test` promises to need
nothing but Python, so it skips such a test where the command is missing and says what to install;
`make prove` and CI fail there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

import pytest
from hypothesis import settings
from proving import SIZES, Proof

from pipelines.settings import Settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="Run experiments at their full counts.")


def pytest_configure(config: pytest.Config) -> None:
    for argument, marker in SIZES.items():
        config.addinivalue_line(
            "markers", f"{marker}(small, full): the sizes of an experiment on `{argument}`."
        )
    config.addinivalue_line(
        "markers", "needs(*commands, **packages): what the test uses beside Python."
    )
    # No test is timed. The suite tries the same examples everywhere; proving looks for new ones.
    settings.register_profile("proving", deadline=None)
    settings.register_profile("suite", deadline=None, derandomize=True, database=None)
    if config.getoption("full"):
        config.pluginmanager.register(Proof(config))
        settings.load_profile("proving")
    else:
        settings.load_profile("suite")
    _forget_this_deployment()


def pytest_runtest_setup(item: pytest.Item) -> None:
    named: dict[str, str] = {}
    for mark in item.iter_markers("needs"):
        named |= {command: command for command in mark.args} | mark.kwargs
    missing = sorted(command for command in named if shutil.which(command) is None)
    if not missing:
        return
    packages = " ".join(named[command] for command in missing)
    sentence = (
        f"This test uses {' and '.join(missing)}: install it, as with apt-get install {packages}."
    )
    if item.config.getoption("full") or os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    size = "full" if metafunc.config.getoption("full") else "small"
    for argument, marker in SIZES.items():
        given = metafunc.definition.get_closest_marker(marker)
        if given is not None and argument in metafunc.fixturenames:
            metafunc.parametrize(argument, _values(argument, given.kwargs[size]))


def _values(argument: str, number: int) -> Sequence[object]:
    """The seeds from 1 on, or the count; of an experiment without a small size none, and why."""
    if not number:
        reason = "This experiment takes many minutes and has no small size: `make prove` runs it."
        return [pytest.param(number, marks=pytest.mark.skip(reason=reason))]
    return range(1, number + 1) if argument == "seed" else [number]


def _forget_this_deployment() -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in tuple(os.environ):
        if name.startswith(("RECON_", "KUVARPAY_", "DAGSTER_")):
            del os.environ[name]
    Settings.model_config["env_file"] = None
