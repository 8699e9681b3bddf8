"""The warehouse made again from what is kept equals the live one, or says what is not as it was."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
import pytest
from night.exports import drop, order
from night.past import Past
from night.shop import FAR, HASTY, POLICY, START, Shop, open_shop, pulled_at

from assets.contracts.streams import all_contracts
from pipelines.faults import GatewayFault, StoreFault
from pipelines.gateway.manners import Manners, keep_manners
from pipelines.night import judge
from pipelines.night.frame import Frame, begin, frame
from pipelines.night.judge import reconcile
from pipelines.night.orders import take_in_orders
from pipelines.night.pull import pull
from pipelines.night.rebuild import Rebuilt, rebuild
from pipelines.night.validate import validate
from pipelines.partitions import DateRange
from pipelines.settings import Settings
from pipelines.warehouse.history import read_history
from pipelines.warehouse.verification import verify

DEPLOYMENT = Path(__file__).parents[2] / "pipelines" / "deploy"
WALL_CLOCK = {"started_at", "finished_at", "seen_at"}
RUN_RECORDS = {
    "ops.runs",
    "ops.turn",
    "ops.kept_sums",
    "ops.unasked",
    "ops.published",
    "ops.unpublished",
}


def framed(shop: Shop, day: date, run_id: str) -> Frame:
    dates = DateRange(day, day)
    return frame(shop.settings, run_id=run_id, kind="nightly", dates=dates, now=FAR, limits=HASTY)


def find_out(shop: Shop, **found: Any) -> None:
    """What a doctor would remember of the gateway."""
    manners = Manners(host=urlsplit(shop.server.url).netloc, business_id="", probed_at=FAR, **found)
    keep_manners(shop.settings.places, manners)


def live_through_everything(shop: Shop) -> None:
    """A backfill, then nights on each of which something else goes wrong or changes."""
    days = [START + timedelta(days=offset) for offset in range(4)]
    shop.misbehave(
        {"kind": "truncated", "path_contains": "/transactions", "times": 1},
        {"kind": "500", "path_contains": "/checkout-sessions", "times": 1},
    )
    new = (order("NEW-1", "1000.00", days[0]), order("NEW-2", "1.001", days[0]))
    drop(shop, f"extra-{days[0]}.csv", *new)
    shop.move_clock(pulled_at(days[1]))
    shop.close(days[0], days[1])
    shop.behave()
    shop.move_clock(pulled_at(days[2]))
    drop(shop, f"refused-{days[2]}.csv", "a line too short")
    drop(shop, f"corrected-{days[2]}.csv", order("NEW-1", "900.00", days[0], "refunded"))
    drop(shop, f"again-corrected-{days[2]}.csv", order("NEW-1", "800.00", days[0], "refunded"))
    os.utime(shop.inbox / f"corrected-{days[2]}.csv", ns=(1, 1))
    died = framed(shop, days[2], "died-after-its-pull")
    begin(died)
    take_in_orders(died)
    pull(died)
    shop.misbehave({"kind": "500", "after": 2})
    with pytest.raises(GatewayFault):
        shop.close(days[2])
    shop.behave()
    find_out(shop, page_size_proven=7, filters={"startDate": "ignored", "endDate": "ignored"})
    (shop.inbox / f"refused-{days[2]}.csv").unlink()
    judged = framed(shop, days[2], "died-when-judged")
    begin(judged)
    pull(judged)
    validate(judged, all_contracts())
    reconcile(judged)
    shop.policy = POLICY.replace('"1.0"', '"1.5"')
    shop.close(days[2], is_sweep=True)
    shop.move_clock(pulled_at(days[3]))
    last = framed(shop, days[3], "died-last")
    begin(last)
    pull(last)
    find_out(shop, page_size_proven=5)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a store that lived through everything; its gateway is gone."""
    root = tmp_path_factory.mktemp("lived")
    with open_shop(root, days=4, orders_per_day=4, clock=pulled_at(START)) as shop:
        live_through_everything(shop)
    return root / "data"


@pytest.fixture
def data(lived: Path, tmp_path: Path) -> Path:
    """A copy of it, with an empty inbox."""
    copy = tmp_path / "data"
    shutil.copytree(lived, copy)
    return copy


def settings_of(data: Path) -> Settings:
    return Settings(recon_data_dir=data, recon_config=data / "recon.toml")


def rebuilt(data: Path, told: Callable[[str], None] = lambda _: None) -> Rebuilt:
    return rebuild(settings_of(data), all_contracts(), tell=told)


def everything(file: Path) -> dict[str, list[str]]:
    """All rows of all tables, less which runs were tried and what this machine's clock said."""
    connection = duckdb.connect(str(file), read_only=True)
    try:
        found: dict[str, list[str]] = {}
        columns = connection.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_name) "
            "from duckdb_columns() where not internal group by all"
        ).fetchall()
        for table, names in columns:
            clock = WALL_CLOCK if table in ("ops.pulls", "ops.files") else set()
            kept = ", ".join(f'"{name}"' for name in names if name not in clock)
            rows = connection.execute(f"select {kept} from {table}").fetchall()
            found[table] = sorted(map(str, rows))
        return {table: rows for table, rows in found.items() if table not in RUN_RECORDS}
    finally:
        connection.close()


def files_of(data: Path) -> dict[str, bytes]:
    """Every file of the store but the lock."""
    return {
        str(path.relative_to(data)): path.read_bytes()
        for path in sorted(data.rglob("*"))
        if path.is_file() and path.name != "writer.lock"
    }


def published_digest(data: Path) -> list[Any]:
    connection = duckdb.connect(str(data / "published" / "finance.duckdb"), read_only=True)
    try:
        return connection.execute(
            "select snapshot_digest from ops.runs where snapshot_digest is not null "
            "order by started_at desc limit 1"
        ).fetchall()
    finally:
        connection.close()


def carry_over(data: Path) -> None:
    """Back the store up and restore it into an empty folder by the commands that operators read."""
    lines = (DEPLOYMENT / "README.md").read_text(encoding="utf-8").splitlines()
    take, restore = (
        shlex.split(line.replace("/var/lib/recon", str(data)))
        for line in lines
        if line.startswith("tar ")
    )
    subprocess.run(take, cwd=data.parent, check=True)
    shutil.rmtree(data)
    data.mkdir(mode=0o700)
    subprocess.run(restore, cwd=data.parent, check=True)


def test_the_rebuilt_warehouse_equals_the_live_one_table_by_table(data: Path) -> None:
    warehouse = data / "warehouse.duckdb"
    # Another file system says nothing of when an export was written.
    for kept in (data / "orders" / "archive").iterdir():
        os.utime(kept, ns=(1, 1))
    live, snapshot = everything(warehouse), published_digest(data)
    carry_over(data)
    assert not warehouse.exists()
    evidence = {name: kept for name, kept in files_of(data).items() if "finance" not in name}
    told: list[str] = []
    made = rebuilt(data, told.append)
    again = everything(warehouse)
    assert [table for table in live if again.get(table) != live[table]] == []
    assert again.keys() == live.keys()
    assert all(live[table] for table in ("raw.orders", "validated.quarantine", "ops.sweeps"))
    assert all(live[table] for table in ("raw.fee_quotes", "raw.currencies", "raw.networks"))
    assert all(live[table] for table in ("reconciled.closed_breaks", "reconciled.postings"))
    assert any("refused" in row for row in live["ops.files"])
    assert published_digest(data) == snapshot
    assert len((data / "actions" / "policies.jsonl").read_text().splitlines()) == 2
    assert not made.is_compared
    left = files_of(data)
    assert {name: left[name] for name in evidence} == evidence
    assert left.keys() - evidence.keys() == {"warehouse.duckdb", "published/finance.duckdb"}
    assert sum("went no further" in line for line in told) == 4
    assert made.snapshot_digest == snapshot[0][0]
    assert verify(settings_of(data).places).open_findings == []
    pulls = [
        one for one in read_history(data / "control" / "chain.jsonl").entries if one.kind == "pull"
    ]
    sizes = [(one.facts["manners"] or {}).get("page_size_proven") for one in pulls]
    assert sizes == [None, None, 7, 7, 7]


def test_a_rebuild_cut_short_leaves_the_store_and_the_next_names_what_was_changed(
    tmp_path: Path,
) -> None:
    with open_shop(tmp_path, days=2, orders_per_day=4, clock=pulled_at(START)) as shop:
        data = shop.root
        for name in ("first", "second"):
            died = framed(shop, START, name)
            begin(died)
            pull(died)
            validate(died, all_contracts())
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute("update raw.transactions set status = 'FAILED' where arrival = 1")
    # Killed after its last commit, before that was confirmed.
    chain = data / "control" / "chain.jsonl"
    chain.write_text(chain.read_text().rpartition('{"confirms"')[0])
    former = files_of(data)

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuilt(data, stop)
    assert files_of(data) == former
    made = rebuilt(data)
    (difference,) = made.differences
    assert difference.startswith("raw.transactions has other values in its ")
    kept = data / "warehouse.duckdb.before-rebuild"
    assert kept.read_bytes() == former["warehouse.duckdb"]
    assert made.set_aside == kept


def body_changed(data: Path) -> None:
    """One byte of an answer flipped, and every digest in the file made to fit again."""
    path = sorted((data / "landing" / "transactions").rglob("*.zst"))[0]
    with path.open("rb") as file, pa.CompressedInputStream(file, "zstd") as packed:
        content = packed.read()
    line, _, rest = content.partition(b"\n")
    head = json.loads(line)
    size = head["kept_bytes"]
    body = rest[:size].replace(b"COMPLETED", b"COMPLETEE", 1)
    head["received_sha256"] = head["kept_sha256"] = hashlib.sha256(body).hexdigest()
    del head["head_sha256"]
    text = json.dumps(head, separators=(",", ":")).encode()[:-1]
    line = text + b',"head_sha256":"' + hashlib.sha256(text).hexdigest().encode() + b'"}\n'
    with pa.CompressedOutputStream(str(path), "zstd") as packed:
        packed.write(line + body + rest[size:])


def segment_missing(data: Path) -> None:
    sorted((data / "landing" / "checkout_sessions").rglob("*.zst"))[-1].unlink()


def export_missing(data: Path) -> None:
    next((data / "orders" / "archive").glob("*-corrected-*.csv")).unlink()


def policy_changed(data: Path) -> None:
    path = data / "actions" / "policies.jsonl"
    path.write_text(path.read_text().replace("1.5", "1.6"))


def entry_changed(data: Path) -> None:
    """A count in the chain, with all digests after it made to fit again."""
    path = data / "control" / "chain.jsonl"
    previous, lines, is_done = "", [], False
    for line in map(json.loads, path.read_text().splitlines()):
        if "kind" in line:
            if line["kind"] == "validate" and not is_done:
                line["facts"]["checked"]["orders"] += 1
                is_done = True
            body = {name: value for name, value in line.items() if name != "digest"}
            body["previous"] = previous
            previous = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
            line = {**body, "digest": previous}
        lines.append(json.dumps(line, sort_keys=True))
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (body_changed, r"landing file transactions/.* its digest is another"),
        (segment_missing, r"landing file checkout_sessions/.* it is missing"),
        (export_missing, r"order archive does not hold .* its bytes are missing"),
        (policy_changed, r"policy \w+, under which a run was judged"),
        (entry_changed, r"Entry \d+ of the control chain \(validate of run run-001\).* checked"),
    ],
)
def test_evidence_that_is_not_as_it_was_is_named_and_nothing_changes(
    data: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(data)
    before = files_of(data)
    with pytest.raises(StoreFault, match=said):
        rebuilt(data)
    assert files_of(data) == before


def test_a_night_that_ran_out_of_memory_once_ends_and_can_be_had_again(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with past.open_shop(tmp_path, nights=2, clock=pulled_at(START + timedelta(days=2))) as shop:
        real = judge.judge_book
        judged: list[bool] = []

        def short_of_memory(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
            rows = real(connection)
            judged.append(len(judged) % 2 == 1)
            if not judged[-1]:
                raise duckdb.OutOfMemoryException("planted")
            return rows

        monkeypatch.setattr(judge, "judge_book", short_of_memory)
        shop.close(START + timedelta(days=2))
        assert judged == [False, True]
        assert [line for line in shop.told if "ran out of" in line] != []
        rebuilt = rebuild(shop.settings, all_contracts(), tell=lambda _: None)
        assert judged == [False, True] * 4
        assert (rebuilt.judged_anew, rebuilt.differences) == ((), ())
