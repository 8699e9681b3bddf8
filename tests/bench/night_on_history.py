"""What a night of 100,000 new facts costs on a short and on a long history.

Orders, sessions and payments stand one for one in the history, closed in one run. The night after
it is a real one: exports, pull from a sandbox that holds that day alone, judgement, publication and
report. Each size runs in a process of its own.
`python tests/bench/night_on_history.py 1000000 10000000` takes other sizes; the ratio is that of
the last to the first, for the steps that pull and reconcile, and for all of them.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from long_history import (
    DAY,
    PULL_AND_RECONCILE,
    STEPS,
    day_after,
    frame_of,
    steps_timed,
    write_history,
)

from assets.contracts.streams import all_contracts
from pipelines.night import whole
from pipelines.partitions import DateRange

SIZES = (100_000, 1_000_000)
FACTS = 100_000
TARGET_RATIO = 1.3


def main(sizes: tuple[int, ...]) -> None:
    """One history after the other."""
    told = [_told(size) for size in sizes]
    for size, seconds in zip(sizes, told, strict=True):
        for step in (*STEPS, "memory_mb", "history_s"):
            print(f"bench night_on_{size}_{step} value={seconds[step]:.1f} unit=s target=none")
    for name, steps, target in (
        ("pull_and_reconcile", PULL_AND_RECONCILE, TARGET_RATIO),
        ("whole_night", STEPS, "none"),
    ):
        first, last = (sum(found[step] for step in steps) for found in (told[0], told[-1]))
        print(f"bench {name}_on_long_history value={last / first:.2f} unit=ratio target={target}")


def _told(size: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def measure(size: int) -> None:
    """Write a history, close it, and time each step of the night after it."""
    with tempfile.TemporaryDirectory() as folder, day_after(Path(folder), FACTS) as settings:
        began = time.perf_counter()
        write_history(settings, size)
        seconds: dict[str, float] = {"history_s": time.perf_counter() - began}
        with steps_timed(seconds):
            whole.run_night(frame_of(settings, "night", DateRange(DAY, DAY)), all_contracts())
        seconds["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(seconds))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
