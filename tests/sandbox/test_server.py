"""Starting and stopping: loopback only, clear refusals, clean ends."""

import os
import signal
import socket
import sqlite3
import threading
from datetime import UTC, date, datetime

import httpx
import pytest
from click.testing import CliRunner
from sandbox.telling.receiver import Receiver

from pipelines.cli import main
from pipelines.sandbox import (
    Manners,
    SandboxEnded,
    SandboxPlan,
    SandboxRefused,
    SandboxServer,
    serve_forever,
)

PLAN = SandboxPlan(start=date(2026, 10, 20), days=1, orders_per_day=2)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", ""])
def test_only_loopback_is_served(host):
    with pytest.raises(SandboxRefused, match="loopback"):
        SandboxServer(PLAN, host=host)


def test_a_port_in_use_is_refused_with_its_number():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxRefused, match=str(port)):
            SandboxServer(PLAN, port=port).start()


def test_a_clock_without_an_offset_is_refused():
    with pytest.raises(SandboxRefused):
        SandboxServer(PLAN, clock=datetime(2026, 10, 20))  # noqa: DTZ001


@pytest.mark.parametrize(
    "wrong",
    [
        {"page_limit": 0},
        {"rate_per_minute": 0},
        {"business_id": " "},
        {"personality": ["grumpy"]},
        {"personality": ["cap_limit=-1"]},
    ],
)
def test_manners_that_make_no_sense_are_refused(wrong):
    with pytest.raises(SandboxRefused):
        Manners(**wrong)


@pytest.mark.parametrize("wrong", [{"days": 0}, {"orders_per_day": -1}, {"timezone": "Lagos"}])
def test_a_plan_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(SandboxRefused):
        SandboxPlan(start=date(2026, 10, 20), **wrong)


def test_after_stopping_nobody_listens_and_stopping_again_does_no_harm():
    server = SandboxServer(PLAN).start()
    assert httpx.get(f"{server.url}/_sandbox/clock").status_code == 200
    server.stop()
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/_sandbox/clock")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_the_foreground_a_signal_ends_it_cleanly(number):
    said: list[str] = []

    def announce(text: str) -> None:
        said.append(text)
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()

    serve_forever(PLAN, port=0, announce=announce)
    assert said[0].startswith("KuvarPay sandbox on http://127.0.0.1:")


class TableThief(Receiver):
    """A receiver that takes the table in which the sandbox would note its answer."""

    state = None

    def take(self, *_):
        with sqlite3.connect(self.state) as db:
            db.execute("drop table documents")
        db.close()
        return 200


def test_a_fault_beside_the_server_is_told_and_ends_the_command(tmp_path):
    with TableThief(tmp_path / "seen") as receiver:
        receiver.state = tmp_path / "book.db"

        def announce(text):
            hooks = text.split(",")[0].removeprefix("KuvarPay sandbox on ") + "/_sandbox/webhooks"
            made = httpx.post(hooks, json={"url": receiver.url}).json()
            httpx.post(f"{hooks}/{made['id']}/test").raise_for_status()

        with pytest.raises(SandboxEnded, match="OperationalError: no such table"):
            serve_forever(PLAN, port=0, state=receiver.state, announce=announce)


@pytest.mark.parametrize(
    "clock", [datetime(9000, 1, 2, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
def test_a_clock_beyond_the_bound_of_the_control_is_refused(clock):
    with pytest.raises(SandboxRefused, match="9000"):
        SandboxServer(PLAN, clock=clock)


def test_a_state_file_serves_one_sandbox_at_a_time(tmp_path):
    state = tmp_path / "book.db"
    with (
        SandboxServer(PLAN, state=state),
        pytest.raises(SandboxRefused, match=r"book\.db is in use by another sandbox"),
    ):
        SandboxServer(PLAN, state=state).start()
    with SandboxServer(PLAN, state=state) as again:
        assert httpx.get(f"{again.url}/_sandbox/clock").status_code == 200


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--state", "/proc/nope/x.db"], "/proc/nope/x.db"),
        (["--state", __file__ + "/x.db"], "x.db"),
        (["--orders-dir", "/proc/nope"], "/proc"),
        (["--start", "0001-01-01"], "0001-01-01"),
        (["--start", "9999-12-31"], "9999-12-31"),
        (["--days", "1000000"], "1000000"),
        (["--orders-per-day", "1000001"], "1000001"),
        (["--page-limit", "1001"], "1000"),
        (["--clock", "0001-01-01T00:00:00+14:00"], "+14:00"),
        (["--clock", "9999-12-31T23:59:59Z"], "9000"),
    ],
    ids=lambda value: " ".join(value[:1]) if isinstance(value, list) else "",
)
def test_flags_that_cannot_be_are_refused_in_a_sentence_with_exit_2(flags, said):
    small = ["--port", "0", "--days", "1", "--orders-per-day", "1"]
    refused = CliRunner().invoke(main, ["sandbox", *small, *flags])
    assert refused.exit_code == 2, refused.exception
    assert refused.stderr.startswith("recon: ")
    assert said in refused.stderr
