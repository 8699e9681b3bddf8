"""How long judging a whole book takes, beside a bare full outer join that writes the same pairs.

Both read the same validated tables, orders and payments one for one, of which one in fifty each has
no counterpart, another amount, a second payment, or no key and only its amount and time. The join
knows one key and no rule: it finds no duplicate, no code and no proof. Sides take turns; each runs
in a process of its own. Two libraries compare the rows that have one key each, from Parquet, and
write nothing. `python tests/bench/judging.py 5000000 2GB` takes one size and one limit of memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from comparing import compared_by

from pipelines.policy import Policy
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.judgement import judge_book
from pipelines.warehouse.queries import SCHEMA, build_stage, first_row, run_scripts, script

ROWS = 1_000_000
LIMITS = ("6GB", "2GB")
ROUNDS = 2
TARGET_RATIO = 8.0
AS_OF = datetime(2026, 10, 1, tzinfo=UTC)
FIRST = date(2026, 1, 1)

_ORDERS = """
insert into validated.orders by name
select
    'ORDER-' || n as order_id,
    'paid' as status,
    (100 + n % 9000 + case when n % 50 = 1 then 1 else 0 end)::decimal(38, 18) as amount,
    'NGN' as currency,
    placed_at,
    placed_at as paid_at,
    case when n % 50 = 3 then [] else ['cs_' || n] end as session_ids,
    [] as further_refs,
    placed_at::date as business_date
from (
    select
        n,
        timestamptz '2026-01-02 00:00:00+00' + to_seconds(n * 20_000_000 // $rows) as placed_at
    from range($rows) as numbers(n)
)
where n % 50 <> 0
"""

_TRANSACTIONS = """
create or replace temp table made as
select
    'trx_' || n || '_' || copy as transaction_id,
    1.0::decimal(38, 18) as exchange_rate,
    case when n % 50 = 3 then null else 'cs_' || n end as checkout_session_id,
    'COMPLETED' as status,
    'COMPLETED' as payout_status,
    (100 + n % 9000)::decimal(38, 18) as fiat_amount,
    'NGN' as fiat_currency,
    (100 + n % 9000)::decimal(38, 18) as crypto_expected,
    (100 + n % 9000)::decimal(38, 18) as crypto_received,
    'USDT' as crypto_currency,
    'TRON' as network,
    (1 + n % 90)::decimal(38, 18) as fee_amount,
    created_at,
    created_at as updated_at,
    created_at + to_hours(1) as expires_at,
    created_at::date as business_date,
    created_at as first_seen_at,
    1 as version,
    created_at as recorded_from,
    false as is_outdated,
    'bench' as source
from (
    select
        n,
        unnest(case when n % 50 = 4 then [1, 2] else [1] end) as copy,
        timestamptz '2026-01-02 00:05:00+00' + to_seconds(n * 20_000_000 // $rows) as created_at
    from range($rows) as numbers(n)
)
where n % 50 <> 2
"""

_JOIN = """
create or replace table joined as
select
    orders.order_id,
    transactions.transaction_id,
    orders.amount as expected,
    transactions.fiat_amount as received,
    coalesce(transactions.fiat_amount, 0) - coalesce(orders.amount, 0) as difference,
    coalesce(orders.business_date, transactions.business_date) as business_date
from (select *, session_ids[1] as session_id from validated.orders) as orders
full outer join validated.transactions as transactions
    on orders.session_id = transactions.checkout_session_id
"""

_LISTS = {
    "orders": """
        select session_ids[1] as session_id, amount, currency
        from validated.orders
        where len(session_ids) > 0
    """,
    "transactions": """
        select checkout_session_id as session_id, fiat_amount as amount, fiat_currency as currency
        from validated.transactions
        where transaction_id like '%_1' and checkout_session_id is not null
    """,
}
"""Both sides with one row a key: neither library compares two payments with one order."""


def main(sizes: tuple[int, ...], limits: tuple[str, ...]) -> None:
    """Make one book a size, then take turns."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "book.duckdb"
            _made(file, size)
            best = min(float(_told("join", file, LIMITS[0])[0]) for _ in range(ROUNDS))
            for number, limit in enumerate(limits):
                rounds = ROUNDS if number == 0 else 1
                told = min((_told("judge", file, limit) for _ in range(rounds)), key=_seconds)
                seconds, peak, pairs = map(float, told)
                target = TARGET_RATIO if size == ROWS and number == 0 else "none"
                print(f"bench judging_pairs_{limit} value={pairs:.0f} unit=rows target=none")
                print(f"bench judging_seconds_{limit} value={seconds:.1f} unit=s target=none")
                print(
                    f"bench judging_beside_join_{limit} value={seconds / best:.1f} unit=ratio "
                    f"target={target}"
                )
                print(f"bench judging_memory_{limit} value={peak:.0f} unit=MB target=none")
            print(f"bench join_seconds value={best:.1f} unit=s target=none")
            _compare(file, best)


def _compare(file: Path, join_seconds: float) -> None:
    """What libraries for comparing tables take for the keys of the same book, and find."""
    lists = {side: file.with_name(f"{side}.parquet") for side in _LISTS}
    with _connect(file, LIMITS[0]) as connection:
        for side, query in _LISTS.items():
            connection.execute(f"copy ({query}) to '{lists[side]}'")
    for library in ("fastrecon", "datacompy"):
        seconds, peak, found = compared_by(library, *lists.values())
        print(f"bench {library}_seconds value={seconds:.1f} unit=s target=none")
        print(
            f"bench {library}_beside_join value={seconds / join_seconds:.1f} unit=ratio target=none"
        )
        print(f"bench {library}_memory value={peak:.0f} unit=MB target=none")
        print(f"bench {library}_found value={found} unit=keys target=none")


def _seconds(told: list[str]) -> float:
    return float(told[0])


def _told(side: str, file: Path, limit: str) -> list[str]:
    command = [sys.executable, __file__, "--side", side, str(file), limit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.split()


def _connect(file: Path, limit: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        file, config={"memory_limit": limit, "temp_directory": f"{file}.spilled"}
    )
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute(script("macros"))
    return connection


def _made(file: Path, size: int) -> None:
    """A store whose validated tables hold the book; nothing of it was pulled."""
    with _connect(file, LIMITS[0]) as connection:
        run_scripts(connection, SCHEMA)
        write_basis(connection, Policy(), as_of=AS_OF, zone=ZoneInfo("UTC"), first_date=FIRST)
        build_stage(connection, "validated")
        connection.execute("insert into validated.minor_units values ('NGN', 2)")
        connection.execute(_ORDERS, {"rows": size})
        connection.execute(_TRANSACTIONS, {"rows": size})
        for table in ("validated.transactions", "validated.transactions_history"):
            kept = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
            made = [row[0] for row in connection.execute("describe made").fetchall()]
            names = ", ".join(name for name in made if name in kept)
            connection.execute(f"insert into {table} by name select {names} from made")


def _side(side: str, file: Path, limit: str) -> None:
    """One side once: seconds, peak memory in MB, pairs written."""
    with _connect(file, limit) as connection:
        began = time.perf_counter()
        connection.execute("begin")
        if side == "join":
            connection.execute(_JOIN)
        else:
            judge_book(connection, whole=True)
        connection.execute("commit")
        seconds = time.perf_counter() - began
        table = "joined" if side == "join" else "reconciled.matches"
        pairs = (first_row(connection, f"select count(*) from {table}") or (0,))[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.2f} {peak:.0f} {pairs}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--side"]:
        _side(sys.argv[2], Path(sys.argv[3]), sys.argv[4])
    else:
        main(
            tuple(int(word) for word in sys.argv[1:] if word.isdigit()) or (ROWS,),
            tuple(word for word in sys.argv[1:] if not word.isdigit()) or LIMITS,
        )
