"""Commands that work on one store at the same time, some of them killed, and readers beside them.

Belongs here: starting them with offsets from a seed, and what readers saw.
Stays out: what must be true afterwards.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import duckdb

ROOT = Path(__file__).parents[2]
READERS = 8
READ_SECONDS = 0.5
"""Between two reads of one reader: reading without a pause would starve the nights."""
OFFSET_SECONDS = 4.0
KILLED = 0.05
LONGEST_SECONDS = 300.0
TORN = """
select
    (select count(*) from validated.orders)
    - (select count(distinct order_id) from validated.orders)
    + (select count(*) from validated.transactions)
    - (select count(distinct transaction_id) from validated.transactions)
    + (
        select count(*) from reconciled.breaks
        where state in ('open', 'assigned', 'waiting', 'reopened')
    )
    - (select coalesce(sum(open_breaks), 0) from marts.daily_close)
"""
"""0 of a snapshot that is whole: no row twice, and the mart counts the breaks that are there."""


@dataclass
class Crowd:
    """One round: how each command ended, and what the readers saw."""

    exits: list[int] = field(default_factory=list)
    waited: int = 0
    killed: int = 0
    reads: int = 0
    torn: list[str] = field(default_factory=list)


def crowd(
    commands: Sequence[Sequence[str]],
    environment: Mapping[str, str],
    published: Path,
    *,
    seed: int,
) -> Crowd:
    """Start all commands within seconds, kill one in twenty, and read as fast as can be."""
    chance = random.Random(seed)
    done, over = Crowd(), Event()
    readers = [Thread(target=_read, args=(published, done, over)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        started = []
        for command in chance.sample(list(commands), len(commands)):
            time.sleep(chance.uniform(0, OFFSET_SECONDS / len(commands)))
            started.append(_start(command, environment))
        doomed = [one for one in started if chance.random() < KILLED]
        for one in doomed:
            time.sleep(chance.uniform(0.5, 3.0))
            one.kill()
        for one in started:
            said, _ = one.communicate(timeout=LONGEST_SECONDS)
            done.exits.append(one.returncode)
            done.waited += "waiting for another run" in said
        done.killed = len(doomed)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    return done


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines", *command],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _read(published: Path, done: Crowd, over: Event) -> None:
    while not over.wait(READ_SECONDS):
        try:
            with duckdb.connect(str(published), read_only=True) as connection:
                (off,) = connection.execute(TORN).fetchall()[0]
        except duckdb.Error as refused:
            done.torn.append(str(refused))
        else:
            done.reads += 1
            if off:
                done.torn.append(f"off by {off}")
