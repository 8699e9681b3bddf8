"""Delivers a mail in forked children that die at a named point; called as a script.

A point is what Python itself reports is about to happen: a file renamed into the outbox, or bytes
said to the mail server. It imports once and forks for each delivery, as a fork is cheap. Reads one
job a line and answers with the points that were passed and how the outbox stands. `at` is the
number of a point, or null for none.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from reports.figures import quiet_day
from reports.mail import compose_report, delivery_key, delivery_subject
from reports.outbox import Former, Outbox
from reports.smtp import SmtpSettings

EVENTS = ("os.rename", "smtplib.connect", "smtplib.send")


class Points:
    """Counts the points of a delivery, and kills the process at one of them."""

    def __init__(self, at: int | None) -> None:
        self._at = at
        self.passed = 0

    def __call__(self, event: str, _: tuple[Any, ...]) -> None:
        if event in EVENTS:
            if self.passed == self._at:
                os.kill(os.getpid(), signal.SIGKILL)
            self.passed += 1


def deliver(job: dict[str, Any], points: Points) -> str:
    """One night's delivery, as the pipeline does it: post, then try again what failed before."""
    figures = quiet_day(f"2026-11-{job['night']:02d}")
    smtp = SmtpSettings(
        scheme="smtp",
        host="127.0.0.1",
        port=job["port"],
        user="recon" if job["manner"] == "login refused" else "",
        password="pa55" if job["manner"] == "login refused" else "",
        answer_seconds=0.25,
        talk_seconds=2.0,
    )

    def compose(former: Former | None) -> Any:
        return compose_report(
            figures,
            sender="recon@shop.test",
            recipients=["first@shop.test", "second@shop.test"],
            attached={},
            follows=former.delivery.key if former else "",
        )

    outbox = Outbox(Path(job["folder"]) / "outbox")
    sys.addaudithook(points)
    subject = delivery_subject(figures, "")
    posted = outbox.post(subject, figures, compose, key_of=delivery_key, smtp=smtp)
    outbox.retry(smtp, without=[posted.key])
    left = [[one.state, list(one.refused)] for one in outbox.all().values()]
    return json.dumps({"passed": points.passed, "left": left})


def main() -> None:
    """One child a job; a killed one answers with nothing."""
    compose_report(quiet_day(), sender=None, recipients=[])  # what is imported late
    for line in sys.stdin:
        job = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            os.write(writer, deliver(job, Points(job["at"])).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as answers:
            told = answers.read()
        os.waitpid(child, 0)
        print(told or "null", flush=True)


if __name__ == "__main__":
    main()
