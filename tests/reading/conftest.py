"""Published snapshots to read: a night of the sandbox, and small worlds with rarer breaks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from oracle.engine import judge
from oracle.world import World
from reading.known_book import publish_known_book

from assets.contracts.streams import all_contracts
from pipelines.cli.ask import ask
from pipelines.cli.explain import explain
from pipelines.cli.exporting import export
from pipelines.cli.quarantine import quarantine
from pipelines.faults import ReconFault
from pipelines.night.deliver import publish
from pipelines.night.frame import begin, frame
from pipelines.night.judge import build_marts, draw_up, reconcile
from pipelines.night.orders import take_in_orders
from pipelines.night.pull import pull
from pipelines.night.validate import validate
from pipelines.partitions import DateRange, cut_off
from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.settings import Places, Settings
from pipelines.warehouse.publication import PRIVATE_COLUMNS, PUBLISHED
from pipelines.warehouse.queries import READERS, build_stage, run_scripts
from pipelines.warehouse.store import connect

FIRST = date(2026, 10, 27)
LAST = date(2026, 10, 31)
COMMANDS = {"sql": ask, "explain": explain, "quarantine": quarantine, "export": export}
FAR = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Five days of four orders, pulled, judged and published by one night."""
    root = tmp_path_factory.mktemp("book")
    days = (LAST - FIRST).days + 1
    plan = SandboxPlan(seed=7, days=days, orders_per_day=4, start=FIRST)
    policy = root / "recon.toml"
    policy.write_text('[[fees]]\nfrom = 2026-01-01\npercent = "1.0"\ntolerance = "0.01"\n')
    settings = Settings(
        kuvarpay_api_key="rsp_test_sandbox", recon_data_dir=root / "data", recon_config=policy
    )
    clock = cut_off(LAST, settings.zone) + timedelta(hours=2)
    with SandboxServer(plan, clock=clock, orders_dir=settings.places.orders_inbox) as gateway:
        night = frame(
            settings.model_copy(update={"kuvarpay_base_url": gateway.url}),
            run_id="night",
            kind="backfill",
            dates=DateRange(FIRST, LAST),
            now=FAR,
        )
        begin(night)
        take_in_orders(night)
        pull(night)
    validate(night, all_contracts())
    reconcile(night)
    build_marts(night)
    draw_up(night)
    publish(night)
    return settings.places


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Places]:
    """Publish a world, after statements that add what no world has: actions, merged breaks."""

    def publish_world(world: World, *statements: str) -> Places:
        places = Places(tmp_path_factory.mktemp("world"))
        places.published.parent.mkdir(parents=True, exist_ok=True)
        connection = judge(world)
        build_stage(connection, "marts")
        for statement in statements:
            connection.execute(statement)
        # The history of what the statements made of the breaks: each has read so all along.
        connection.execute(
            "create or replace table reconciled.breaks_history as "
            "select *, null::timestamptz as recorded_to from reconciled.breaks"
        )
        write_snapshot(connection, places.published)
        return places

    return publish_world


@pytest.fixture(scope="session")
def known_book(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The book of `known_book`, whose answers are reckoned by hand."""
    places = Places(tmp_path_factory.mktemp("known"))
    publish_known_book(places)
    return places


def write_snapshot(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Copy the published tables of an open database into a file, without private columns."""
    connection.execute(f"attach '{path}' as fresh")
    for table in PUBLISHED:
        described = connection.execute(f"select * from {table} limit 0").description
        kept = ", ".join(name for name, *_ in described if name not in PRIVATE_COLUMNS)
        connection.execute(f"create schema if not exists fresh.{table.split('.')[0]}")
        connection.execute(f"create table fresh.{table} as select {kept} from {table}")
    home = connection.execute("select current_database()").fetchall()[0][0]
    connection.execute("use fresh")
    run_scripts(connection, READERS)
    connection.execute(f"use {home}")
    connection.execute("detach fresh")
    connection.close()


@pytest.fixture
def recon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Result]]:
    """Run a command over a store; the environment and the folder are the test's own."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    def run(places: Places, name: str, *arguments: str, given: str | bytes | None = None) -> Result:
        monkeypatch.setenv("RECON_DATA_DIR", str(places.root))
        command = COMMANDS[name]
        return CliRunner().invoke(command, arguments, input=given)

    return run


@pytest.fixture
def fault_of() -> Callable[[Result], ReconFault]:
    """The fault a command ended with; its sentence must be one line."""

    def read(result: Result) -> ReconFault:
        assert isinstance(result.exception, ReconFault), (result.exception, result.output)
        assert "\n" not in str(result.exception)
        return result.exception

    return read


@pytest.fixture
def store(book: Places, tmp_path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Places]]:
    """The working database of the book, copied, open for writing."""
    places = Places(tmp_path)
    shutil.copyfile(book.warehouse, places.warehouse)
    connection = connect(places.warehouse)
    yield connection, places
    connection.close()
