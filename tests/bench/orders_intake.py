"""How long taking in a million order rows takes, beside DuckDB reading the same file into a table.

The file comes with its .sha256, so it need not stand still first. The night looks at the inbox,
checks the digest, parses in its worker, judges every row, archives the bytes and appends
the rows in one commit; DuckDB then reads the file with every option said and every type named, and
checkpoints. Memory is that of the night and its worker together, sampled; what both share counts
once (proportional set size).
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import psutil

# A script's own folder leads its path; the project's has to be there for `assets`.
sys.path.insert(0, str(Path(__file__).parents[2]))

from pipelines.night.frame import begin, frame
from pipelines.night.orders import take_in_orders
from pipelines.orders.layouts.layout import ORDER_COLUMNS
from pipelines.partitions import DateRange
from pipelines.settings import Settings

ROWS = 1_000_000
DAY = date(2026, 10, 1)
TARGET_RATIO = 4.0
TARGET_BYTES = 1_000_000_000
ROUNDS = 3
_TYPES = {
    **dict.fromkeys(ORDER_COLUMNS, "VARCHAR"),
    "amount": "DECIMAL(38, 18)",
    "placed_at": "TIMESTAMPTZ",
    "paid_at": "TIMESTAMPTZ",
}
_READ = """
create table orders as
select * from read_csv(
    ?, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    new_line = '\\n', strict_mode = true, null_padding = false, columns = {columns}
)
"""


def main() -> None:
    """The best of some rounds a side, taken in turns: a busy machine then hurts both alike.

    Each side of each round has a process of its own, so that none inherits the other's memory.
    """
    if len(sys.argv) > 1:
        side = {"night": _night, "duckdb": _duckdb}[sys.argv[1]]
        print(*side(Path(sys.argv[2])))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"orders {DAY}.csv"
        _write(file)
        rounds = [(_alone("night", file), _alone("duckdb", file)) for _ in range(ROUNDS)]
    night = min(seconds for (seconds, _), _ in rounds)
    peer = min(seconds for _, (seconds, _) in rounds)
    peak = max(held for (_, held), _ in rounds)
    print(f"bench duckdb_read value={peer:.2f} unit=s target=none")
    print(f"bench orders_intake value={night:.2f} unit=s target=none")
    print(
        f"bench orders_intake_of_duckdb value={night / peer:.2f} unit=ratio target={TARGET_RATIO}"
    )
    print(
        f"bench orders_intake_memory value={peak / 1e6:.0f} unit=MB target={TARGET_BYTES / 1e6:.0f}"
    )


def _alone(side: str, file: Path) -> tuple[float, float]:
    """Seconds and bytes of one side in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, side, str(file)], check=True, capture_output=True, text=True
    )
    seconds, held = told.stdout.split()
    return float(seconds), float(held)


def _write(file: Path) -> None:
    dice = random.Random(7)
    lagos = timezone(timedelta(hours=1))
    first = datetime(2026, 1, 1, tzinfo=lagos)
    with file.open("w", encoding="utf-8") as out:
        out.write(",".join(ORDER_COLUMNS) + "\n")
        for row in range(ROWS):
            placed = first + timedelta(seconds=row * 20)
            paid = (placed + timedelta(minutes=7)).isoformat() if row % 3 else ""
            out.write(
                f"KP-{row:08},{('awaiting', 'paid', 'fulfilled')[row % 3]},"
                f"{dice.randint(100, 9_999_999)}.{row % 100:02},NGN,{placed.isoformat()},{paid},"
                f"cs_{dice.getrandbits(128):032x},trxn_{row:010x},"
                f"c{dice.randint(1, 200_000)}@shop.example\n"
            )


def _night(file: Path) -> tuple[float, int]:
    """Seconds and bytes of memory of taking the file in, into a fresh store."""
    with tempfile.TemporaryDirectory(dir=file.parent) as store:
        inbox = Path(store) / "inbox"
        inbox.mkdir()
        os.link(file, inbox / file.name)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        (inbox / f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n", encoding="utf-8")
        settings = Settings(
            _env_file=None,
            kuvarpay_base_url="http://127.0.0.1:9",
            kuvarpay_api_key="rsp_test_bench",
            recon_data_dir=Path(store) / "data",
            recon_orders_dir=inbox,
        )
        night = frame(
            settings,
            run_id="bench",
            kind="nightly",
            dates=DateRange(DAY, DAY),
            now=datetime(2030, 1, 1, tzinfo=UTC),
        )
        with night.alone():
            begin(night)
            with _memory_watched() as held:
                began = time.perf_counter()
                taken = take_in_orders(night)
                seconds = time.perf_counter() - began
        if taken.rows_received != ROWS or taken.rows_quarantined:
            raise SystemExit(f"the night took in {taken}")
    return seconds, max(held)


def _duckdb(file: Path) -> tuple[float, int]:
    with tempfile.TemporaryDirectory(dir=file.parent) as store:
        began = time.perf_counter()
        with duckdb.connect(str(Path(store) / "peer.duckdb")) as connection:
            connection.execute(_READ.format(columns=_TYPES), [str(file)])
            connection.execute("checkpoint")
        return time.perf_counter() - began, 0


@contextmanager
def _memory_watched() -> Iterator[list[int]]:
    """Samples of what this process and its children hold, above what it held before."""
    process = psutil.Process()
    held = [0]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.05):
            total = 0
            for one in (process, *process.children(recursive=True)):
                try:
                    total += one.memory_full_info().pss
                except psutil.NoSuchProcess:
                    continue
            held.append(total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield held
    finally:
        is_over.set()
        watcher.join()


if __name__ == "__main__":
    main()
