"""What a report costs: a day of 2,000 breaks in all forms and mailed, a quiet day as a command.

The mails go to a real server on loopback: that of the day, then that of its work list as well. Each
is measured in a process of its own, from the figures on; the command as whoever types it waits.
`worked` is processor time of the first, and memory that of the largest process. What PDF and
workbook of an ordinary day add to a night is told by the last two lines.
"""

from __future__ import annotations

import os
import resource
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

BREAKS = 2_000
USAGE = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def main() -> None:
    """One measurement after the other."""
    for what in ("busy", "quiet", "forms"):
        subprocess.run([sys.executable, __file__, what], check=True)


def busy() -> None:
    """All forms of the daily report and of the work list, and both mails with PDF and workbook."""
    figures = _busy_day(BREAKS)
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Sink
    from reporting.declared import busy_report

    from reports.files import ALL_FORMS, rendered_form
    from reports.kinds import REPORTS
    from reports.mail import compose_report, delivery_key
    from reports.outbox import Outbox, SmtpSettings

    server = Controller(Sink(), hostname="127.0.0.1", port=8879)
    server.start()
    smtp = SmtpSettings(scheme="smtp", host="127.0.0.1", port=8879)
    owners = busy_report(REPORTS["exceptions"], 1, rows=20)
    day = [figures, owners | {"breaks": figures["breaks"], "minor_units": {"RWF": 0}}]
    before, began = _worked(), time.perf_counter()
    done = []
    with tempfile.TemporaryDirectory() as folder:
        for one in day:
            forms = {form: rendered_form(one, form) for form in ALL_FORMS}
            attached = {form: forms[form] for form in ("csv", "pdf", "xlsx")}
            mail = compose_report(one, sender=None, recipients=[], attached=attached)
            sent = Outbox(Path(folder)).deliver(mail, key=delivery_key(mail), smtp=smtp)
            assert sent.state == "sent", sent.detail
            done.append((time.perf_counter() - began, _worked() - before))
    server.stop()
    peak = max(resource.getrusage(who).ru_maxrss for who in USAGE) / 1024
    print(f"bench report_of_2000_breaks value={done[0][0]:.1f} unit=s target=8")
    print(f"bench report_of_2000_breaks_and_work_list value={done[1][0]:.1f} unit=s target=8")
    print(f"bench report_of_2000_breaks_worked value={done[0][1]:.1f} unit=s target=none")
    print(f"bench report_of_2000_breaks_memory value={peak:.0f} unit=MB target=600")


def quiet() -> None:
    """`recon report daily` in all forms, of a store that holds a quiet day and nothing else."""
    import duckdb

    from reports.figures import figures_as_json, quiet_day

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "published").mkdir(mode=0o700)
        with duckdb.connect(f"{folder}/published/finance.duckdb") as connection:
            connection.execute("create schema delivered")
            connection.execute(
                "create table delivered.reports (name varchar, business_date date, "
                "as_of timestamptz, digest varchar, figures varchar)"
            )
            connection.execute(
                "insert into delivered.reports values ('daily', '2026-11-21', "
                "'2026-11-21T23:00:00Z', '', ?)",
                [figures_as_json(quiet_day())],
            )
        command = [str(Path(sys.executable).with_name("recon")), "report", "daily"]
        command += ["--date", "2026-11-21", "--format", "html,pdf,xlsx,csv,json,txt"]
        began = time.perf_counter()
        environment = os.environ | {"RECON_DATA_DIR": folder}
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        print(
            f"bench report_of_a_quiet_day value={time.perf_counter() - began:.1f} unit=s target=5"
        )


def forms() -> None:
    """Processor time of PDF and workbook of an ordinary day, their libraries' import included."""
    figures = _busy_day(12)
    from reports.files import rendered_form

    rendered_form(figures, "html")
    for form in ("pdf", "xlsx"):
        began = time.process_time()
        rendered_form(figures, form)
        seconds = time.process_time() - began
        print(f"bench report_as_{form} value={seconds:.2f} unit=s target=none")


def _worked() -> float:
    """Processor time of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in USAGE]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _busy_day(breaks: int) -> Any:
    makers = runpy.run_path(str(ROOT / "tests" / "reports" / "conftest.py"))
    return makers["busy_day"](1, breaks=breaks, days=30)


if __name__ == "__main__":
    measured = {"busy": busy, "quiet": quiet, "forms": forms}
    measured[sys.argv[1]]() if sys.argv[1:] else main()
