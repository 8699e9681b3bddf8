"""What a night of 100,000 new facts costs on a short and on a long history.

The history is written into `raw` by queries: orders, sessions and payments one for one, all of them
settled, closed in one run. The night after it is a real one: exports, pull from a sandbox that
holds that day alone, judgement, publication, report. Each size runs in a process of its own.
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
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from serving import sandbox_at

from assets.contracts.streams import all_contracts
from pipelines.gateway.manners import keep_manners
from pipelines.gateway.probing import probe
from pipelines.night import whole
from pipelines.night.frame import Frame, Store, begin, frame
from pipelines.partitions import DateRange, cut_off
from pipelines.settings import Settings
from pipelines.warehouse.queries import first_row

SIZES = (100_000, 1_000_000)
FACTS = 100_000
DAY = date(2026, 10, 30)
HISTORY_DAYS = 240
PORT = 8877
URL = f"http://127.0.0.1:{PORT}"
KEY = "rsp_test_bench"
TARGET_RATIO = 1.3
PULL_AND_RECONCILE = ("take_in_orders", "pull", "validate", "check_claims", "reconcile")
STEPS = ("begin", *PULL_AND_RECONCILE, "build_marts", "draw_up", "publish", "deliver")

_TRANSACTIONS = """
insert into raw.transactions by name
select
    n + 1 as arrival,
    md5(n::varchar) as content_digest,
    $as_of::timestamptz as recorded_from,
    'history' as run_id,
    'bench' as source,
    'trxn_' || n as transaction_id,
    'CHECKOUT' as type,
    'ref_' || n as reference,
    'cs_' || n as checkout_session_id,
    'COMPLETED' as status,
    'COMPLETED' as payout_status,
    '1' as exchange_rate,
    (100 + n % 9000)::varchar as fiat_amount,
    'NGN' as fiat_currency,
    (100 + n % 9000)::varchar as crypto_expected,
    (100 + n % 9000)::varchar as crypto_received,
    'USDT' as crypto_currency,
    'TRON' as network,
    '1' as fee_amount,
    created_at::varchar as created_at,
    created_at::varchar as updated_at,
    (created_at + to_hours(1))::varchar as expires_at
from (
    select n, $first::timestamptz + to_seconds(n * $seconds // $rows) as created_at
    from range($rows) as numbers(n)
)
"""

_SESSIONS = """
insert into raw.checkout_sessions by name
select
    arrival,
    content_digest,
    recorded_from,
    run_id,
    source,
    checkout_session_id as session_id,
    fiat_amount as amount,
    fiat_currency as currency,
    'COMPLETED' as status,
    created_at,
    updated_at,
    expires_at
from raw.transactions
"""

_ORDERS = """
insert into raw.orders by name
select
    'export-' || (n * $days // $rows) as file_digest,
    n as source_row,
    $as_of::timestamptz as recorded_from,
    'PAST-' || n as order_id,
    'fulfilled' as status,
    (100 + n % 9000)::varchar as amount,
    'NGN' as currency,
    placed_at::varchar as placed_at,
    placed_at::varchar as paid_at,
    ['cs_' || n] as session_ids
from (
    select n, $first::timestamptz + to_seconds(n * $seconds // $rows) as placed_at
    from range($rows) as numbers(n)
)
"""

_FILES = """
insert into ops.files by name
select
    file_digest,
    'orders-' || ($first::date + day) || '.csv' as name,
    'generic' as layout,
    'accepted' as state,
    $first::date + day as exported_date,
    day + 1 as arrival,
    rows as rows_received,
    rows as rows_accepted,
    0 as rows_repeated,
    0 as rows_quarantined,
    $as_of::timestamptz as recorded_from,
    'history' as run_id,
    now() as seen_at
from (
    select file_digest, count(*) as rows, split_part(file_digest, '-', 2)::integer as day
    from raw.orders
    group by file_digest
)
"""


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
    first = DAY - timedelta(days=HISTORY_DAYS)
    with tempfile.TemporaryDirectory() as folder, _sandbox(Path(folder) / "exports"):
        settings = Settings(
            _env_file=None,
            kuvarpay_api_key=KEY,
            kuvarpay_base_url=URL,
            recon_data_dir=Path(folder) / "store",
            recon_orders_dir=Path(folder) / "exports",
            recon_first_date=first,
        )
        began = time.perf_counter()
        past = _frame(settings, "history", DateRange(first, DAY - timedelta(days=1)))
        keep_manners(settings.places, probe(past.gateway))
        _write_history(past, first, size)
        seconds: dict[str, float] = {"history_s": time.perf_counter() - began}
        with _timed(seconds):
            whole.run_night(_frame(settings, "night", DateRange(DAY, DAY)), all_contracts())
        seconds["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(seconds))


def _frame(settings: Settings, run_id: str, dates: DateRange) -> Frame:
    return frame(settings, run_id=run_id, kind="nightly", dates=dates, now=datetime.now(UTC))


def _write_history(past: Frame, first: date, size: int) -> None:
    """Take in the history unchecked, then compute, close and publish it as a night does."""
    known: dict[str, Any] = {
        "as_of": cut_off(past.dates.last, past.settings.zone),
        "first": datetime(first.year, first.month, first.day, 6, tzinfo=UTC),
        "seconds": (HISTORY_DAYS - 10) * 86_400,
        "days": HISTORY_DAYS,
        "rows": size,
    }
    with past.alone():
        begin(past)
        with past.store() as store:
            store.chain.commit(store.connection, "pull", lambda: _insert(store, known))
        whole.validate(past, all_contracts())
        whole.reconcile(past)
        whole.build_marts(past)
        whole.draw_up(past)
        whole.publish(past)


def _insert(store: Store, known: dict[str, Any]) -> dict[str, Any]:
    for query in (_TRANSACTIONS, _SESSIONS, _ORDERS, _FILES):
        named = {name: value for name, value in known.items() if f"${name}" in query}
        store.connection.execute(query, named)
    newest = first_row(store.connection, "select max(arrival) from raw.transactions")
    for stream in ("transactions", "checkout_sessions"):
        store.connection.execute(f"insert into ops.checked values ('{stream}', ?)", newest)
    store.connection.execute("insert into ops.checked_files select file_digest from ops.files")
    return {"run": "history"}


@contextmanager
def _timed(seconds: dict[str, float]) -> Iterator[None]:
    """Add up the seconds of each step of a night by its name."""
    honest = {step: getattr(whole, step) for step in STEPS}

    def timed(step: str) -> Any:
        def run(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return honest[step](*given, **named)
            finally:
                seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - began

        return run

    for step in STEPS:
        setattr(whole, step, timed(step))
    try:
        yield
    finally:
        for step, function in honest.items():
            setattr(whole, step, function)


def _sandbox(exports: Path) -> AbstractContextManager[None]:
    clock = datetime.combine(DAY + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=2)
    book = ["--start", DAY.isoformat(), "--days", "1", "--clock", clock.isoformat()]
    book += ["--orders-per-day", str(FACTS // 3), "--orders-dir", str(exports)]
    return sandbox_at(PORT, *book, "--page-limit", "500")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
