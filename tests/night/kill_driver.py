"""Runs nights that are killed: forks a child that dies at a named point, or under strace.

Called as a script: it imports everything once, then forks for each night, because a fork is cheap
and an import is not. A point is named by what is about to happen: the step of the night, the
effect, and the kind of file or the table. Points are told by an audit hook on what Python itself
reports, by `os.fsync`, and by the statements sent to the database; the product has no hook for
this. A child that strace is to kill waits until it is traced.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import altair
import duckdb

from assets.contracts.streams import all_contracts
from pipelines.gateway.client import Limits
from pipelines.night.frame import frame
from pipelines.night.rebuild import rebuild
from pipelines.night.whole import run_night
from pipelines.partitions import DateRange
from pipelines.settings import Settings
from pipelines.warehouse.basis import rule_version
from pipelines.warehouse.queries import STAGES, tables_of
from reports.render import environment

# Imported late by the product, and by every child anew if not here.
for late in ("css_inline", "jinja2", "pandera.polars", "polars", "vl_convert"):
    importlib.import_module(late)

EFFECTS = {"os.rename": "rename", "os.remove": "remove", "os.truncate": "cut", "os.link": "link"}
WRITES = os.O_WRONLY | os.O_RDWR
CALLS = "write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink"
STATEMENT = re.compile(
    r"\s*(?:begin|commit|checkpoint|attach|detach|create or replace table \S+)", re.IGNORECASE
)
STEPS = {("whole.py", "_run_steps"), ("whole.py", "run_night"), ("rebuild.py", "rebuild")}
PR_SET_PTRACER = 0x59616D61
ANYBODY = -1


class Points:
    """Names every point of a night, and kills the process at one of them."""

    def __init__(self, data: Path, at: str | None) -> None:
        self.at = at
        self.names: list[str] = []
        self._times: dict[str, int] = {}
        self._data = str(data)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and self._writes(arguments):
            self._file("open for writing", str(arguments[0]))
        elif event in EFFECTS:
            self._file(EFFECTS[event], str(arguments[0]))

    def statement(self, text: str) -> None:
        found = STATEMENT.match(text)
        if found:
            self._step(found[0].strip().lower())

    def sync(self, descriptor: int) -> None:
        self._file("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink()))

    def _file(self, effect: str, path: str) -> None:
        if path.startswith(self._data):
            self._step(f"{effect} {kind_of(path.removeprefix(self._data))}")

    def _step(self, effect: str) -> None:
        name = f"{step_of_the_night()}: {effect}"
        self._times[name] = self._times.get(name, 0) + 1
        if self._times[name] > 1:
            name += f", time {self._times[name]}"
        if name == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    @staticmethod
    def _writes(arguments: tuple[Any, ...]) -> bool:
        flags = arguments[2] if len(arguments) > 2 else 0
        return isinstance(flags, int) and bool(flags & WRITES)


def kind_of(path: str) -> str:
    """A path below the data directory less what differs from run to run."""
    path = re.sub(r"/killed(-again)?(?=/|$)", "/RUN", path.lstrip("/") or ".")
    path = re.sub(r"\d{4}-\d\d-\d\d", "DATE", path)
    path = re.sub(r"[0-9a-f]{12,}", "DIGEST", path)
    path = re.sub(r"/reading-[a-z0-9_]{8}", "/reading-PART", path)
    return re.sub(r"(/\.[^/]+)[.-][a-z0-9_]{8}(\.part)?$", r"\1.PART", path)


def step_of_the_night() -> str:
    """The step of a night or a rebuild, read off the stack; before and after all, the lock."""
    one = sys._getframe()
    while one.f_back is not None:
        caller = one.f_back.f_code
        if (Path(caller.co_filename).name, caller.co_name) in STEPS:
            name = one.f_code.co_name
            return {"enter_context": "lock", "__exit__": "unlock"}.get(name, name)
        one = one.f_back
    return "outside"


class Watched:
    """A connection whose statements are points."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, points: Points) -> None:
        self._connection = connection
        self._points = points

    def execute(self, *arguments: Any) -> Any:
        self._points.statement(str(arguments[0]))
        return self._connection.execute(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def watch(points: Points) -> None:
    """Let everything durable that this process does be a point."""
    connect, sync = duckdb.connect, os.fsync

    def syncing(descriptor: int) -> None:
        points.sync(descriptor)
        sync(descriptor)

    def connecting(*arguments: Any, **named: Any) -> Any:
        connection = connect(*arguments, **named)
        # One thread does all, so that its calls come in one order.
        connection.execute("set threads = 1")
        return Watched(connection, points)

    duckdb.connect = connecting  # type: ignore[assignment]
    os.fsync = syncing  # type: ignore[assignment]
    sys.addaudithook(points)


def run(job: dict[str, Any]) -> None:
    """Run the night, or the rebuild, in this process."""
    settings = Settings(
        kuvarpay_base_url=job["url"],
        kuvarpay_api_key="rsp_test_key",
        recon_data_dir=Path(job["data"]),
        recon_config=Path(job["policy"]),
        recon_orders_dir=Path(job["inbox"]),
    )
    if job["is_rebuild"]:
        rebuild(settings, all_contracts(), tell=str)
        return
    day = date.fromisoformat(job["day"])
    run_night(
        frame(
            settings,
            run_id=job["run_id"],
            kind="nightly",
            dates=DateRange(day, day),
            now=datetime(2030, 1, 1, tzinfo=UTC),
            limits=Limits(tries=2, backoff_first_seconds=0.01),
        ),
        all_contracts(),
    )


def child(job: dict[str, Any], told: int) -> None:
    """What the child does: watch its points, wait to be traced if it is, and run the night."""
    points = Points(Path(job["data"]), job["at"])
    watch(points)
    if job["strace"]:
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
    run(job)
    os.write(told, json.dumps(points.names).encode())


def forked(job: dict[str, Any]) -> tuple[int, list[str]]:
    """Exit status (negative for a signal) of a night in a child, and the points it passed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        status = 1
        try:
            child(job, writing)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    tracer = traced(pid, job["strace"]) if job["strace"] else None
    with os.fdopen(reading) as told:
        names = told.read()
    _, ended = os.waitpid(pid, 0)
    if tracer is not None:
        tracer.wait(timeout=60)
    return os.waitstatus_to_exitcode(ended), json.loads(names or "[]")


def traced(pid: int, options: dict[str, Any]) -> subprocess.Popen[str]:
    """strace, attached to a stopped child that goes on from here: to its own thread alone.

    Followed, the process that reads order exports would be killed at the same number of a call.
    """
    os.waitpid(pid, os.WUNTRACED)
    words = ["strace", "-y", "-e", f"trace={CALLS}", "-o", options["log"], "-p", str(pid)]
    if options["when"] is not None:
        words += ["-e", f"inject={options['only']}:signal=KILL:when={options['when']}"]
    tracer = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    if "attached" not in said:
        os.kill(pid, signal.SIGKILL)
        raise RuntimeError(f"strace cannot trace a night here: {said}")
    os.kill(pid, signal.SIGCONT)
    return tracer


def prepare() -> None:
    """Work out once what every child would else: versions, contracts, templates, the order of
    tables. Nothing here may start a thread: a forked child has none of them.
    """
    rule_version()
    all_contracts()
    templates = environment()
    for name in templates.list_templates(extensions=["j2"]):
        templates.get_template(name)
    altair.Chart(altair.InlineData(values=[])).mark_bar().encode(x="date:O").to_dict()
    for stage in STAGES[1:]:
        tables_of(stage)


def main() -> None:
    """Read jobs as JSON lines, answer each with one line."""
    prepare()
    for line in sys.stdin:
        status, names = forked(json.loads(line))
        print(json.dumps({"status": status, "points": names}), flush=True)


if __name__ == "__main__":
    main()
