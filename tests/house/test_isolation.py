"""Tests know nothing of the deployment of whoever runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import Settings


def test_a_dotenv_file_is_not_read_in_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("RECON_TIMEZONE=Europe/Berlin\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert Settings().recon_timezone == "Africa/Lagos"


def test_a_variable_that_a_test_sets_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_TIMEZONE", "Africa/Accra")

    assert Settings().recon_timezone == "Africa/Accra"
