"""A long history for benches: orders, sessions and payments one for one, all of them settled.

Belongs here: writing it into `raw` by queries, and closing it in one run as a night does.
Beside it a sandbox that holds the day after it alone, and the seconds of each step of its night.
Stays out: what is made of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from serving import sandbox_at

from assets.contracts.streams import all_contracts
from pipelines.gateway.manners import keep_manners
from pipelines.gateway.probing import probe
from pipelines.night import whole
from pipelines.night.frame import Frame, Store, begin, frame
from pipelines.night.judge import JUDGED_STAGES
from pipelines.partitions import DateRange, cut_off
from pipelines.settings import Settings
from pipelines.warehouse.parts import note_asked
from pipelines.warehouse.queries import first_row

DAY = date(2026, 10, 30)
"""The business date after the history."""

HISTORY_DAYS = 240
FIRST = DAY - timedelta(days=HISTORY_DAYS)
PAST = DateRange(FIRST, DAY - timedelta(days=1))

PORT = 8877
RECORDS_AN_ORDER = 3
"""The order, its session and its payment."""

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


@contextmanager
def day_after(folder: Path, facts: int) -> Iterator[Settings]:
    """Settings of an empty store whose gateway and exports hold that day: about so many facts."""
    clock = datetime.combine(DAY + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=2)
    exports = folder / "exports"
    book = ["--start", DAY.isoformat(), "--days", "1", "--clock", clock.isoformat()]
    book += ["--orders-per-day", str(facts // RECORDS_AN_ORDER), "--orders-dir", str(exports)]
    with sandbox_at(PORT, *book, "--page-limit", "500"):
        settings = Settings(
            _env_file=None,
            kuvarpay_api_key="rsp_test_bench",
            kuvarpay_base_url=f"http://127.0.0.1:{PORT}",
            recon_data_dir=folder / "store",
            recon_orders_dir=exports,
            recon_first_date=FIRST,
        )
        keep_manners(settings.places, probe(frame_of(settings, "probe", PAST).gateway))
        yield settings


def frame_of(settings: Settings, run_id: str, dates: DateRange) -> Frame:
    """A run over some dates, seen now."""
    return frame(settings, run_id=run_id, kind="nightly", dates=dates, now=datetime.now(UTC))


def write_history(settings: Settings, size: int) -> None:
    """Take in a history unchecked, then compute, close and publish it as a night does.

    Its claims count as asked: of all rows they would cost more than the rest, and a night asks them
    of its own.
    """
    past = frame_of(settings, "history", PAST)
    known: dict[str, Any] = {
        "as_of": cut_off(past.dates.last, past.settings.zone),
        "first": datetime(FIRST.year, FIRST.month, FIRST.day, 6, tzinfo=UTC),
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
        with past.store() as store:
            for stage in JUDGED_STAGES:
                note_asked(store.connection, stage)
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
def steps_timed(seconds: dict[str, float]) -> Iterator[None]:
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
