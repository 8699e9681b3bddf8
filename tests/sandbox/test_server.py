"""Starting and stopping: loopback only, clear refusals, clean ends."""

import os
import signal
import socket
import threading
from datetime import date, datetime

import httpx
import pytest

from pipelines.sandbox import Manners, SandboxPlan, SandboxRefused, SandboxServer, serve_forever

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
