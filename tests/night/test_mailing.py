"""A night mails its report once, to a real mail server, and says so when the server refuses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from night.shop import FAR, HASTY, START, open_shop

from assets.contracts.streams import all_contracts
from pipelines.night.frame import frame
from pipelines.night.whole import Night, run_night
from pipelines.partitions import DateRange
from pipelines.settings import Settings


class Box:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = "250 OK"

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
        assert refused.delivered.delivery.state == "failed"
        kept.answer = "250 OK"
        assert night_over(settings, "two").delivered.delivery.state == "sent"
        assert night_over(settings, "three").delivered.delivery.repeated
        states = shop.ask("select state from ops.deliveries")
    assert len(kept.mails) == 1
    assert START.isoformat().encode() in kept.mails[0]
    assert states == [("sent",)]
