"""Real commands over a real sandbox: exit codes, sentences, and runs that Dagster remembers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.cli.running import run_range
from pipelines.definitions import build
from pipelines.faults import Stopped
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.partitions import DateRange, cut_off
from pipelines.runs import range_tags
from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.settings import Settings

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Africa/Lagos")
START = date(2026, 9, 1)


class Deployment:
    """A data directory, its environment, and the sandbox it talks to."""

    def __init__(self, root: Path, server: SandboxServer) -> None:
        self.root = root
        self.server = server

    def recon(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipelines", *arguments],
            cwd=ROOT,
            env=self.environment(changed),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def recon_here(self, *arguments: str, **changed: str) -> Result:
        """In this process: an interpreter of its own takes longer than a short command."""
        return CliRunner().invoke(main, list(arguments), env=self.environment(changed))

    def recon_on_a_terminal(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and what a pseudo-terminal was given, less colours and movements."""
        far, near = os.openpty()
        termios.tcsetwinsize(near, (24, 100))
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines", *arguments],
            cwd=ROOT,
            env=self.environment({"TERM": "xterm"}),
            stdout=near,
            stderr=near,
        )
        os.close(near)
        given = b""
        # Its end is an error: nobody holds the other side any more.
        with suppress(OSError):
            while piece := os.read(far, 1 << 16):
                given += piece
        os.close(far)
        shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", given.decode())
        return process.wait(timeout=300), shown

    def environment(self, changed: dict[str, str]) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "KUVARPAY_BASE_URL": self.server.url,
            "KUVARPAY_API_KEY": "rsp_test_key",
            "RECON_DATA_DIR": str(self.root / "data"),
            "RECON_ORDERS_DIR": str(self.root / "inbox"),
            "RECON_CONFIG": str(self.root / "recon.toml"),
            **changed,
        }


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    root = tmp_path_factory.mktemp("deployment")
    (root / "recon.toml").touch()
    plan = SandboxPlan(start=START, days=3, orders_per_day=5)
    clock = cut_off(START + timedelta(days=2), ZONE) + timedelta(hours=2)
    with SandboxServer(plan, clock=clock, orders_dir=root / "inbox") as server:
        yield Deployment(root, server)


def test_a_backfill_and_a_night_run_as_dagster_runs_and_end_green(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = deployment.recon("backfill", "--from", "2026-09-01", "--to", "2026-09-03")
    assert done.returncode == 0, done.stderr
    assert "Verdict: green" in done.stdout
    assert re.search(
        r"^  transactions: \d+ rows in \d+ requests, .* s, .* rows/s$", done.stdout, re.M
    )
    assert done.stderr == ""
    code, shown = deployment.recon_on_a_terminal("nightly", "--date", "2026-09-03")
    assert code == 0, shown
    assert re.findall(r"  (\w+) +━+ [\d,]+ rows? .* [\d.]+ s *\r\n", shown) == list(ENDPOINTS)
    assert len(list((deployment.root / "data" / "outbox").glob("*.eml"))) == 1

    asked = deployment.recon_here("sql", "--format", "csv", "select count(*) from validated.orders")
    assert int(asked.stdout.split()[-1]) >= 15

    from dagster import DagsterInstance

    home = str(deployment.root / "data" / "dagster")
    monkeypatch.setenv("DAGSTER_HOME", home)
    with DagsterInstance.from_config(home) as instance:
        runs = instance.get_runs()
        keys = instance.get_materialized_partitions(_key("delivered/daily"))
        logged = [entry.user_message for entry in instance.all_logs(runs[0].run_id)]
    assert [run.status.value for run in runs] == ["SUCCESS", "SUCCESS"]
    counted = [line.partition(":")[0] for line in logged if " rows/s" in line]
    assert counted == list(ENDPOINTS)
    assert keys == {"2026-09-01", "2026-09-02", "2026-09-03"}
    assert "rsp_test_key" not in str([(run.run_config, run.tags) for run in runs])

    order_id = deployment.recon_here(
        "sql", "--format", "csv", "select min(order_id) from validated.orders"
    ).stdout.split()[-1]
    told = deployment.recon_here("explain", order_id)
    assert told.exit_code == 0, told.stderr
    assert order_id in told.stdout

    rendered = deployment.recon_here(
        "report", "daily", "--date", "2026-09-03", "--format", "html,csv"
    )
    assert rendered.exit_code == 0, rendered.stderr


def _key(path: str) -> object:
    from dagster import AssetKey

    return AssetKey(path.split("/"))


def test_a_failing_gateway_ends_with_a_sentence_exit_1_and_a_mail(deployment: Deployment) -> None:
    failed = deployment.recon(
        "nightly",
        "--date",
        "2026-09-03",
        KUVARPAY_API_KEY="nonsense",
        RECON_DATA_DIR=str(deployment.root / "other"),
    )
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    assert failed.stderr.startswith("recon: ")
    mails = list((deployment.root / "other" / "outbox").glob("*failure*.eml"))
    assert len(mails) == 1
    assert "nonsense" not in failed.stderr + failed.stdout + mails[0].read_text()


@pytest.mark.parametrize(
    ("arguments", "changed", "said"),
    [
        (("nightly", "--date", "2999-01-01"), {}, "cannot be closed yet"),
        (("nightly", "--date", "2020-01-01"), {}, "before the first business date"),
        (("nightly", "--date", "yesterday"), {}, "is not a date"),
        (("backfill", "--from", "2026-09-03", "--to", "2026-09-01"), {}, "before it begins"),
        (("nightly", "--date", "2026-09-03"), {"KUVARPAY_API_KEY": ""}, "KUVARPAY_API_KEY"),
        (("nightly", "--date", "2026-09-03"), {"RECON_TIMEZONE": "Mars"}, "RECON_TIMEZONE"),
        (("nightly", "--date", "2026-09-03"), {"RECON_TIMEZONE": "Africa/Cairo"}, "Africa/Lagos"),
        (("nightly", "--date", "2026-09-03"), {"RECON_CONFIG": "/nowhere.toml"}, "RECON_CONFIG"),
        (("nightly", "--date", "2026-09-03"), {"RECON_NIGHTLY_AT": "00:05"}, "is before 00:15"),
        (("nightly", "--date", "2026-09-03"), {"RECON_NIGHTLY_AT": "noon"}, "is not a time"),
        (("nightly", "--date", "2026-09-03"), {"RECON_SMTP_URL": "http://x"}, "RECON_SMTP_URL"),
        (
            ("nightly", "--date", "2026-09-03"),
            {"KUVARPAY_BASE_URL": "http://example.com"},
            "https",
        ),
        (
            ("nightly", "--date", "2026-09-03"),
            {"KUVARPAY_BUSINESS_ID": "another"},
            "belongs to gateway",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_what_cannot_be_is_refused_with_exit_2(
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    arguments: tuple[str, ...],
    changed: dict[str, str],
    said: str,
) -> None:
    """In this process: an interpreter of its own takes longer than the refusal."""
    for name, value in deployment.environment(changed).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    told = capfd.readouterr()
    assert refused.value.code == 2, told
    assert said in told.err
    assert "Traceback" not in told.err


def test_ctrl_c_ends_a_run_without_an_alarm_and_says_how_to_go_on(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in deployment.environment({"RECON_DATA_DIR": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAGSTER_HOME", "set by the run")

    def press(line: str) -> None:
        if line.startswith("orders:"):
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Stopped) as stopped:
        run_range(Settings(), DateRange(START, START), kind="nightly", tell=press)
    assert stopped.value.sentence.startswith("The nightly of 2026-09-01 was stopped")
    assert not list((tmp_path / "outbox").glob("*.eml"))

    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(tmp_path / "dagster")) as instance:
        assert [run.status.value for run in instance.get_runs()] == ["CANCELED"]


def test_a_run_that_is_terminated_in_the_ui_is_not_tried_again(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in deployment.environment({"RECON_DATA_DIR": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)

    def terminate(line: str) -> None:
        if line.startswith("orders:"):
            instance.report_run_canceling(instance.get_runs()[0])
            os.kill(os.getpid(), signal.SIGINT)

    job = build(Settings, tell=terminate).resolve_job_def("nightly")
    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags=range_tags(DateRange(START, START)),
        )

    kinds = [event.event_type_value for event in done.all_events]
    assert "STEP_FAILURE" in kinds
    assert "STEP_UP_FOR_RETRY" not in kinds
    assert kinds[-1] == "PIPELINE_CANCELED"
    assert not list((tmp_path / "outbox").glob("*.eml"))


def test_tomorrow_is_refused_by_the_real_clock(deployment: Deployment) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    refused = deployment.recon("nightly", "--date", tomorrow)
    assert refused.returncode == 2
    assert "cannot be closed yet" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_quotes_are_shown_and_promised_to_readers_with_the_next_night(
    deployment: Deployment, tmp_path: Path
) -> None:
    policy = tmp_path / "recon.toml"
    policy.write_text('[[quotes]]\ncurrency = "USDT"\nnetwork = "TRON"\n', encoding="utf-8")
    asked = deployment.recon("quotes", RECON_DATA_DIR=str(tmp_path), RECON_CONFIG=str(policy))
    assert (asked.returncode, asked.stderr) == (0, "")
    assert re.search(r"USDT +TRON +100 +[\d.]+ +USDT +first quote", asked.stdout)
    assert "the published database shows them with the next night" in asked.stdout
    assert not (tmp_path / "published" / "finance.duckdb").exists()
