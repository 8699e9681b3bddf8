"""Fee quotes asked for between two nights: rows of their own, and nothing else moves."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from night.shop import FAR, HASTY, POLICY, START, Shop, open_shop, pulled_at
from sql.received import RECEIVED

from assets.contracts.streams import all_contracts
from pipelines.faults import ClaimBroken, ConfigurationFault, GatewayFault
from pipelines.night.frame import begin, frame
from pipelines.night.progress import Unobserved
from pipelines.night.quotes import Quoted, ask_for_quotes
from pipelines.night.rebuild import rebuild
from pipelines.night.validate import Contract
from pipelines.partitions import DateRange
from pipelines.warehouse import verification
from pipelines.warehouse.figures import DRAWN
from pipelines.warehouse.store import writer_lock

ROOT = Path(__file__).parents[2]
NEXT = START + timedelta(days=1)
NOON = pulled_at(START) + timedelta(hours=10)
NAMED = POLICY + '[[quotes]]\ncurrency = "USDT"\nnetwork = "TRON"\n'
NOWHERE = NAMED.replace("TRON", "NOWHERE")
HELD = "select count(*) from raw.fee_quotes"
ENDS = "select kind, outcome from ops.runs order by started_at"


def ask(
    shop: Shop,
    at: datetime = NOON,
    told: Any = lambda _: None,
    *,
    contracts: Mapping[str, Contract] | None = None,
) -> Quoted:
    return ask_for_quotes(
        shop.settings,
        contracts or all_contracts(),
        now=lambda: at,
        tell=told,
        observer=Unobserved(),
        limits=HASTY,
    )


def findings(shop: Shop) -> list[str]:
    found = verification.verify(shop.settings.places)
    return [finding.what for finding in found.open_findings]


def rebuilt_otherwise(shop: Shop) -> tuple[str, ...]:
    made = rebuild(shop.settings, all_contracts(), tell=lambda _: None)
    assert made.is_compared
    return made.differences


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Before its first night; its policy names one pair."""
    with open_shop(tmp_path, days=2, orders_per_day=3, clock=pulled_at(START)) as opened:
        opened.policy = NAMED
        yield opened


@dataclass
class Twins:
    """One store in two copies: in the first, quotes were asked for between its two nights."""

    asking: Shop
    silent: Shop


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    root = tmp_path_factory.mktemp("twins")
    with open_shop(root, days=2, orders_per_day=5, clock=pulled_at(START)) as asking:
        asking.policy = NAMED
        ask(asking, pulled_at(START) - timedelta(hours=6))
        asking.policy = POLICY
        asking.close(START)
        silent = Shop(shutil.copytree(asking.root, root / "silent"), asking.server, runs=1)
        asking.move_clock(NOON)
        ask(asking, NOON)
        # After the cut-off of the date that the next night closes.
        ask(asking, pulled_at(NEXT) - timedelta(hours=1))
        asking.move_clock(pulled_at(NEXT))
        asking.close(NEXT)
        silent.close(NEXT)
        yield Twins(asking, silent)


def test_each_asking_and_each_night_has_its_own_row_of_every_pair(twins: Twins) -> None:
    rows = twins.asking.ask(
        "select string_split(quote_id, '/')[4], count(*), count(distinct quote_id), max(version) "
        "from validated.fee_quotes group by 1 order by 1"
    )
    pairs = rows[1][1]
    assert pairs > 1
    assert [row[0] for row in rows] == [
        "2026-09-01T19:00:00.000001+00:00",
        "2026-09-01T23:00:00+00:00",
        "2026-09-02T11:00:00.000001+00:00",
        "2026-09-02T23:00:00+00:00",
        "2026-09-03T00:00:00.000001+00:00",
    ]
    assert [row[1:] for row in rows[:3]] == [(1, 1, 1), (pairs, pairs, 1), (pairs, pairs, 1)]
    assert twins.asking.ask(
        "select stream, rows_received, complete, window_from from ops.pulls "
        "where run_id in (select run_id from ops.runs where kind = 'quotes') order by as_of"
    ) == [("fee_quotes", rows[place][1], True, None) for place in (0, 2, 4)]
    assert twins.asking.ask(ENDS) == [
        ("quotes", "answered"),
        ("nightly", "green"),
        ("quotes", "answered"),
        ("quotes", "answered"),
        ("nightly", "green"),
    ]


def everything_but_quotes(shop: Shop) -> dict[str, list[str]]:
    """Every table but those of runs and reports, less the rows of quotes."""
    with duckdb.connect(str(shop.settings.places.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
            "where schema_name in ('raw', 'validated', 'reconciled', 'marts') "
            "and table_name <> 'fee_quotes' and not internal group by all"
        ).fetchall()
        found: dict[str, list[str]] = {}
        for table, columns in tables:
            kept = ", ".join(
                f'"{name}"' for name in columns if name not in ("source", "fetched_at")
            )
            rows = connection.execute(f"select {kept} from {table}").fetchall()
            found[table] = sorted(str(row) for row in rows if "fee_quotes" not in row)
        return found


def reports(shop: Shop) -> list[Any]:
    """The stored reports, less the rows of quotes and the digests that go over them."""
    told = []
    for (text,) in shop.ask("select figures from delivered.reports order by business_date, name"):
        figures = json.loads(text)
        for section in ("rows", "windows", "freshness"):
            rows = figures.get(section, [])
            figures[section] = [row for row in rows if "fee_quotes" not in row.values()]
        figures["quotes"] = []
        control = figures["control"]
        del control["snapshot_digest"]
        control["control_totals"] = [
            one for one in control["control_totals"] if one["table"] != "reconciled.proof"
        ]
        told.append(figures)
    return told


def test_no_table_and_no_report_moves_but_the_quotes(twins: Twins) -> None:
    asked, unasked = everything_but_quotes(twins.asking), everything_but_quotes(twins.silent)
    assert len(asked) > 60
    assert [table for table in unasked if asked.get(table) != unasked[table]] == []
    assert len(reports(twins.asking)) == 2 * len(DRAWN)
    assert reports(twins.asking) == reports(twins.silent)


@pytest.mark.parametrize(
    "query",
    [
        "select window_from, window_to, is_closed from ops.pulls where window_to is not null",
        "select closing_no, first_date, last_date, as_of from ops.closings",
        "select quote_id, fee_amount from validated.fee_quotes where quote_id like '%T23:00:%'",
    ],
    ids=["windows covered", "closings", "quotes of the nights"],
)
def test_what_the_nights_did_is_the_same(query: str, twins: Twins) -> None:
    asked, unasked = twins.asking.ask(query, working=True), twins.silent.ask(query, working=True)
    assert sorted(asked) == sorted(unasked) != []


def test_the_store_verifies_and_can_be_had_again(twins: Twins) -> None:
    assert findings(twins.asking) == []
    assert rebuilt_otherwise(twins.asking) == ()


def test_a_fee_is_shown_with_the_one_before_and_what_moved(shop: Shop) -> None:
    fees, rows = [], []
    for hours in range(4):
        shop.move_clock(pulled_at(START) + timedelta(hours=hours))
        quoted = ask(shop, NOON + timedelta(hours=hours))
        (row,) = (dict(zip(quoted.columns, row, strict=True)) for row in quoted.rows)
        fees.append(row["fee"])
        rows.append(row)
    moved = [f"{Decimal(new) - Decimal(old):+f}" for old, new in pairwise(fees)]
    assert {each[0] for each in moved} == {"+", "-"}
    assert [row["change"] for row in rows] == ["first quote", *moved]
    assert [row["former_fee"] for row in rows] == ["", *fees[:-1]]
    assert shop.ask(HELD, working=True) == [(4,)]


def test_a_bad_quote_stands_in_quarantine_and_the_others_are_kept(shop: Shop) -> None:
    shop.policy = NAMED + NAMED.removeprefix(POLICY) + 'amount = "1000000000000"\n'
    quoted = ask(shop)
    assert quoted.refused == 1
    assert [row[5][:13] for row in quoted.rows] == ["first quote", "in quarantine"]
    assert shop.ask("select stream, key[:9] from validated.quarantine", working=True) == [
        ("fee_quotes", "USDT/TRON")
    ]
    assert shop.ask("select count(*) from validated.fee_quotes", working=True) == [(1,)]
    assert (findings(shop), rebuilt_otherwise(shop)) == ([], ())


def test_a_pair_that_the_gateway_does_not_quote_is_told(shop: Shop) -> None:
    shop.policy = NAMED + NOWHERE.removeprefix(POLICY)
    quoted = ask(shop)
    assert (len(quoted.rows), quoted.unanswered) == (1, "1 of 2 pairs are not quoted")


def test_a_gateway_that_fails_leaves_nothing_and_a_run_that_says_so(shop: Shop) -> None:
    shop.misbehave({"kind": "500", "path_contains": "/optimal-transfer-fee"})
    with pytest.raises(GatewayFault):
        ask(shop)
    assert shop.ask(HELD, working=True) == [(0,)]
    assert shop.ask(ENDS, working=True) == [("quotes", "failed")]
    shop.behave()
    ask(shop)
    assert shop.ask(HELD, working=True) == [(1,)]


def test_a_contract_that_sleeps_leaves_nothing_and_a_run_that_says_so(shop: Shop) -> None:
    awake = all_contracts()["fee_quotes"]
    asleep = replace(awake, known_bad=RECEIVED["fee_quotes"][0])
    with pytest.raises(ClaimBroken):
        ask(shop, contracts={"fee_quotes": asleep})
    assert shop.ask(HELD, working=True) == [(0,)]
    assert shop.ask(ENDS, working=True) == [("quotes", "failed")]


def test_quotes_that_were_had_do_not_end_in_silence(shop: Shop) -> None:
    for hours, policy in enumerate((NOWHERE, NAMED, NOWHERE)):
        shop.policy = policy
        ask(shop, NOON + timedelta(hours=hours))
    said = shop.ask("select complete, reason from ops.pulls order by as_of", working=True)
    assert said == [
        (True, "1 of 1 pairs are not quoted"),
        (True, ""),
        (False, "1 of 1 pairs are not quoted"),
    ]


def test_another_gateway_than_the_store_s_is_not_asked(shop: Shop) -> None:
    ask(shop)
    settings = shop.settings.model_copy(update={"kuvarpay_business_id": "another"})
    with pytest.raises(ConfigurationFault, match="This store belongs to gateway"):
        ask_for_quotes(
            settings,
            all_contracts(),
            now=lambda: NOON,
            tell=lambda _: None,
            observer=Unobserved(),
        )
    assert shop.ask(ENDS, working=True) == [("quotes", "answered")]


def test_a_running_night_is_waited_for(shop: Shop) -> None:
    ask(shop)
    told: list[str] = []
    with (shop.settings.places.control / "writer.lock").open("a") as night:
        fcntl.flock(night, fcntl.LOCK_EX)

        def release(line: str) -> None:
            told.append(line)
            fcntl.flock(night, fcntl.LOCK_UN)

        ask(shop, NOON + timedelta(hours=1), release)
    assert told == ["waiting for another run on this store to end"]
    assert shop.ask(HELD, working=True) == [(2,)]


KILLED = """
import os, signal, sys
from datetime import datetime
from assets.contracts.streams import all_contracts
from pipelines.night.progress import Unobserved
from pipelines.night.quotes import ask_for_quotes
from pipelines.settings import load_settings

event, ending, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
def hook(name, arguments):
    global left
    writes = name != "open" or isinstance(arguments[2], int) and arguments[2] & os.O_APPEND
    if name == event and writes and str(arguments[0]).endswith(ending):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
ask_for_quotes(load_settings(), all_contracts(), now=lambda: datetime.fromisoformat(sys.argv[4]),
    tell=print, observer=Unobserved())
"""


@pytest.mark.parametrize(
    ("event", "ending", "time", "kept"),
    [
        pytest.param("os.rename", ".part", 1, 0, id="the answers are about to be landed"),
        pytest.param("open", "chain.jsonl", 2, 1, id="the commit is about to be confirmed"),
    ],
)
def test_a_kill_leaves_all_answers_or_none_and_no_lock(
    event: str, ending: str, time: int, kept: int, shop: Shop
) -> None:
    settings = shop.settings
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, event, ending, str(time), NOON.isoformat()],
        cwd=ROOT,
        env={
            "KUVARPAY_BASE_URL": settings.kuvarpay_base_url,
            "KUVARPAY_API_KEY": "rsp_test_key",
            "RECON_DATA_DIR": str(shop.root),
            "RECON_CONFIG": str(settings.recon_config),
            "POLARS_MAX_THREADS": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    with writer_lock(settings.places, wait_seconds=0):
        assert findings(shop) == []
    ask(shop, NOON + timedelta(hours=1))
    assert shop.ask(HELD, working=True) == [(kept + 1,)]
    dates = DateRange(START, START)
    begin(frame(settings, run_id="night", kind="nightly", dates=dates, now=FAR))
    assert shop.ask(ENDS, working=True) == [
        ("quotes", "answered" if kept else "failed"),
        ("quotes", "answered"),
        ("nightly", "running"),
    ]
