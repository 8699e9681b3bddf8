"""Two libraries that compare tables, over two Parquet files that have one key.

Belongs here: one comparison in a process of its own: seconds, peak memory, keys that differ.
Stays out: the files.
`python tests/comparing.py fastrecon LEFT RIGHT`; datacompy needs an older Polars than this project
and gets an environment of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

KEY = "session_id"
DATACOMPY = "datacompy==1.1.0"


def compared_by(library: str, left: Path, right: Path) -> tuple[float, float, int]:
    """Seconds, peak memory in MB, and keys in one file only or with another amount."""
    command = [sys.executable, __file__]
    if library == "datacompy":
        uv = Path(sys.executable).with_name("uv")
        command = [
            str(uv),
            "run",
            "--quiet",
            "--no-project",
            "--isolated",
            "--with",
            DATACOMPY,
            "python",
            __file__,
        ]
    done = subprocess.run(
        [*command, library, str(left), str(right)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, peak, found = done.stdout.split()[-3:]
    return float(seconds), float(peak), int(found)


def _fastrecon(left: str, right: str) -> tuple[float, int]:
    from fastrecon import ParquetFile, compare  # type: ignore[import-not-found,import-untyped,unused-ignore]

    began = time.perf_counter()
    told = compare(ParquetFile(path=left), ParquetFile(path=right), keys=[KEY])
    seconds = time.perf_counter() - began
    if told.error:
        raise SystemExit(told.error)
    return seconds, int(told.missing_in_left + told.missing_in_right + told.changed_rows)


def _datacompy(left: str, right: str) -> tuple[float, int]:
    import polars
    from datacompy import PolarsCompare  # type: ignore[import-not-found,import-untyped,unused-ignore]

    began = time.perf_counter()
    told = PolarsCompare(polars.read_parquet(left), polars.read_parquet(right), join_columns=KEY)
    differing = len(told.intersect_rows) - told.count_matching_rows()
    seconds = time.perf_counter() - began
    return seconds, len(told.df1_unq_rows) + len(told.df2_unq_rows) + int(differing)


if __name__ == "__main__":
    took, found = {"fastrecon": _fastrecon, "datacompy": _datacompy}[sys.argv[1]](*sys.argv[2:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{took:.2f} {peak:.0f} {found}")
