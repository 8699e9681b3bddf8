"""A night mails its report once, to a real mail server, and says so when the server refuses."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from night.shop import FAR, HASTY, START, open_shop

from assets.contracts.streams import all_contracts
from pipelines.night.frame import frame
from pipelines.night.mailing import deliver_failure, mail_report, settle_outbox, unsettled_lines
from pipelines.night.whole import Night, run_night
from pipelines.partitions import DateRange
from pipelines.settings import Settings
from reports.figures import quiet_day


class Box:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = "250 OK"
        self.refused = ""

    async def handle_RCPT(  # noqa: N802
        self,
        server: Any,  # noqa: ARG002
        session: Any,  # noqa: ARG002
        envelope: Any,
        address: str,
        options: Any,  # noqa: ARG002
    ) -> str:
        if address == self.refused:
            return "550 nobody"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002
        if self.answer.startswith("250"):
            self.mails.append(envelope.content)
        return self.answer


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    kept = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    yield kept, port
    server.stop()


def night_over(settings: Settings, run_id: str) -> Night:
    return run_night(
        frame(
            settings,
            run_id=run_id,
            kind="nightly",
            dates=DateRange(START, START),
            now=FAR,
            limits=HASTY,
        ),
        all_contracts(),
    )


def test_a_report_reaches_the_mail_server_once(tmp_path: Path, box: tuple[Box, int]) -> None:
    kept, port = box
    with open_shop(tmp_path, days=1, orders_per_day=5) as shop:
        settings = shop.settings.model_copy(
            update={
                "recon_smtp_url": f"smtp://127.0.0.1:{port}",
                "recon_mail_from": "recon@shop.example",
                "recon_mail_to": "cfo@shop.example",
            }
        )
        kept.answer = "451 try later"
        refused = night_over(settings, "one")
        assert refused.delivered.mail == "failed"
        kept.answer = "250 OK"
        assert night_over(settings, "two").delivered.mail == "sent"
        assert night_over(settings, "three").delivered.deliveries[0].repeated
        states = shop.ask("select state from ops.deliveries")
    assert len(kept.mails) == 1
    assert START.isoformat().encode() in kept.mails[0]
    assert states == [("sent",)]


ROUTES = """
[[reports.route]]
name = "finance"
to = ["cfo@shop.example", "Ada <ada@shop.example>"]
attach = ["csv", "html"]

[[reports.route]]
name = "alarm"
to = "oncall@shop.example"
attach = []
when = "red"
"""
RED = {"verdict": {"state": "red", "reasons": ["A window is open."]}}


def routed(folder: Path, port: int) -> Settings:
    (folder / "recon.toml").write_text(ROUTES, encoding="utf-8")
    return Settings(
        recon_data_dir=folder / "data",
        recon_config=folder / "recon.toml",
        recon_smtp_url=f"smtp://127.0.0.1:{port}",
        recon_mail_from="recon@shop.example",
    )


def mailed(settings: Settings, **change: Any) -> list[tuple[str, str, list[str]]]:
    """Mail a quiet day with these changes; route, state and lines told."""
    told: list[str] = []
    dates = DateRange(START, START)
    night = frame(settings, run_id="one", kind="nightly", dates=dates, now=FAR, tell=told.append)
    done = mail_report(night, quiet_day(START.isoformat()) | change)
    settle_outbox(night, done)
    return [(one.key.split(".")[1].split("-")[0], one.state, told) for one in done]


def test_each_route_gets_its_report_in_its_forms(tmp_path: Path, box: tuple[Box, int]) -> None:
    kept, port = box

    done = mailed(routed(tmp_path, port))

    assert [one[:2] for one in done] == [("finance", "sent")]
    (mail,) = map(email.message_from_bytes, kept.mails)
    assert mail["To"] == "cfo@shop.example, Ada <ada@shop.example>"
    files = [part.get_filename() for part in mail.walk() if part.get_filename()]
    day = START.isoformat()
    assert files == [f"breaks-{day}.csv", f"daily-{day}.html"]


def test_a_route_for_red_nights_hears_of_red_ones_and_of_their_mending(
    tmp_path: Path, box: tuple[Box, int]
) -> None:
    kept, port = box
    settings = routed(tmp_path, port)

    nights = [mailed(settings, **change) for change in ({}, RED, RED, {}, {})]

    assert [[one[0] for one in night] for night in nights] == [
        ["finance"], ["finance", "alarm"], ["finance", "alarm"], ["finance", "alarm"],
        ["finance", "alarm"],
    ]  # fmt: skip
    day = START.isoformat()
    alarms = [mail for mail in map(email.message_from_bytes, kept.mails) if "oncall" in mail["To"]]
    assert [mail["Subject"] for mail in alarms] == [
        f"RED {day}: no breaks, 1 control red",
        f"{day} corrected: all clear",
    ]
    assert len(kept.mails) == 5
    # What is attached to a correction tells the changes that its body tells.
    parts = {one.get_filename(): one for one in email.message_from_bytes(kept.mails[1]).walk()}
    for file in (f"daily-{day}.html", f"daily-changes-{day}.txt"):
        assert b"verdict reasons" in parts[file].get_payload(decode=True)


def test_a_reader_who_is_refused_is_named_to_whoever_looks(
    tmp_path: Path, box: tuple[Box, int]
) -> None:
    kept, port = box
    kept.refused = "ada@shop.example"
    settings = routed(tmp_path, port)

    ((_, state, told),) = mailed(settings)

    assert state == "sent"
    assert "refused: ada@shop.example (550 nobody)" in told[0]
    assert [line.partition("was ")[2] for line in unsettled_lines(settings)] == [
        "refused for ada@shop.example (550 nobody)"
    ]


def test_a_failed_night_is_told_to_everybody_who_waits_for_a_report(
    tmp_path: Path, box: tuple[Box, int]
) -> None:
    kept, port = box
    words = {"run_id": "one", "business_date": START.isoformat(), "failed": "x", "remedy": "y"}

    assert deliver_failure(routed(tmp_path, port), **words).state == "sent"

    (mail,) = map(email.message_from_bytes, kept.mails)
    assert [address.split("@")[0] for address in mail["To"].split(", ")] == [
        "cfo", "Ada <ada", "oncall",
    ]  # fmt: skip
