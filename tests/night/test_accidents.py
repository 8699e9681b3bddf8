"""What goes wrong between two steps must not go wrong for ever after."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from night.past import Past
from night.shop import FAR, HASTY, START, Shop, pulled_at

from assets.contracts.streams import all_contracts
from pipelines.faults import ClaimBroken, StoreBusy, StoreFault
from pipelines.night.deliver import publish
from pipelines.night.frame import Frame, begin, frame
from pipelines.night.judge import draw_up
from pipelines.night.orders import take_in_orders
from pipelines.night.pull import pull
from pipelines.night.validate import validate
from pipelines.night.whole import Night
from pipelines.partitions import DateRange
from pipelines.warehouse.store import writer_lock
from pipelines.warehouse.verification import verify


@pytest.fixture(scope="module")
def lived(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A store of one night; the gateway has gone on for two days."""
    root = tmp_path_factory.mktemp("accidents")
    with past.open_shop(root, nights=1, clock=pulled_at(START + timedelta(days=2))) as opened:
        yield opened


@pytest.fixture
def shop(lived: Shop, tmp_path: Path) -> Shop:
    """A copy of it."""
    shutil.copytree(lived.root, tmp_path / "data")
    return Shop(tmp_path / "data", lived.server, runs=lived.runs)


@pytest.fixture
def second(past: Past, lived: Shop, tmp_path: Path) -> Shop:
    """The store one night later."""
    shutil.copytree(past.store_after(2), tmp_path / "data")
    return Shop(tmp_path / "data", lived.server, runs=2)


def framed(shop: Shop, day: date, run_id: str) -> Frame:
    return frame(
        shop.settings,
        run_id=run_id,
        kind="nightly",
        dates=DateRange(day, day),
        now=FAR,
        limits=HASTY,
    )


@contextmanager
def working(shop: Shop) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(shop.settings.places.warehouse))
    try:
        yield connection
    finally:
        connection.close()


def spoil(connection: duckdb.DuckDBPyConnection, column: str, value: str, *, back: int) -> None:
    """Put a value that is none into the row that came so many before the last."""
    connection.execute(
        f"update raw.transactions set {column} = ? "
        "where arrival = (select max(arrival) - ? from raw.transactions)",
        [value, back],
    )


def pulled_only(shop: Shop, day: date) -> None:
    """A night that died after its pull."""
    night = framed(shop, day, "died")
    begin(night)
    take_in_orders(night)
    pull(night)


MALFORMED = (
    ("fiat_amount", "1,000.00"),
    ("fiat_amount", "\u0661\u0662"),
    ("fiat_amount", "999999999999999"),
    ("created_at", "yesterday"),
    ("exchange_rate", "1e3"),
    ("tolerance_percent", "-1"),
)


@dataclass(frozen=True)
class Survived:
    """Nights that died, and the two that closed after them: `shops` as each of these left it."""

    nights: list[Night]
    shops: list[Shop]


@pytest.fixture(scope="module")
def survived(lived: Shop, tmp_path_factory: pytest.TempPathFactory) -> Survived:
    """A night dies after its pull and an older date is closed, then one dies when validated."""
    root = tmp_path_factory.mktemp("survived")
    shop = Shop(shutil.copytree(lived.root, root / "data"), lived.server, runs=lived.runs)
    found = Survived([], [])

    def close(day: date) -> None:
        found.nights.append(shop.close(day))
        kept = shutil.copytree(shop.root, root / f"night-{len(found.nights)}")
        found.shops.append(Shop(kept, shop.server, runs=shop.runs))

    pulled_only(shop, START + timedelta(days=2))
    with working(shop) as connection:
        for back, (column, value) in enumerate(MALFORMED):
            spoil(connection, column, value, back=back)
    close(START + timedelta(days=1))
    shop.move_clock(pulled_at(START + timedelta(days=3)))
    pulled_only(shop, START + timedelta(days=2))
    with working(shop) as connection:
        spoil(connection, "fiat_currency", "naira", back=0)
    validate(framed(shop, START + timedelta(days=2), "died"), all_contracts())
    close(START + timedelta(days=3))
    return found


def test_malformed_rows_are_quarantined_even_when_the_night_that_brought_them_died(
    survived: Survived,
) -> None:
    night, shop = survived.nights[0], survived.shops[0]
    assert night.published.outcome == "red"
    assert shop.ask("select count(*) from validated.quarantine") == [(len(MALFORMED),)]
    reasons = shop.ask("select reason from validated.quarantine")
    for column, _ in MALFORMED:
        assert any(column in reason for (reason,) in reasons), column


def test_an_older_date_can_be_closed_after_a_later_one_died(survived: Survived) -> None:
    assert [
        shop.ask("select max(business_date) from delivered.reports") for shop in survived.shops
    ] == [[(START + timedelta(days=1),)], [(START + timedelta(days=3),)]]


def test_what_a_dead_night_quarantined_turns_the_next_one_red(survived: Survived) -> None:
    assert survived.nights[1].published.outcome == "red"
    (reason,) = survived.nights[1].published.reasons
    assert "naira" in reason


def test_publishing_again_posts_nothing_and_another_run_may_not_publish(second: Shop) -> None:
    day = START + timedelta(days=1)
    postings = "select count(*) from reconciled.postings"
    before = second.ask(postings, working=True)
    last = framed(second, day, f"run-{second.runs:03}")
    draw_up(last)
    publish(last)
    assert second.ask(postings, working=True) == before
    with pytest.raises(ClaimBroken):
        publish(replace(last, run_id="somebody else"))
    pulled_only(second, day + timedelta(days=1))
    assert verify(second.settings.places).open_findings == []


def test_a_night_waits_for_the_one_that_runs_and_says_so(shop: Shop) -> None:
    places = shop.settings.places
    script = (
        "import fcntl, sys, time\n"
        f"handle = open({str(places.control / 'writer.lock')!r}, 'a')\n"
        "fcntl.flock(handle, fcntl.LOCK_EX)\n"
        "print('backfill of May', file=handle, flush=True)\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        told: list[str] = []
        with (
            pytest.raises(StoreBusy),
            writer_lock(places, wait_seconds=0.5, on_wait=told.append),
        ):
            pass
        other.kill()
    assert told == ["waiting for another run on this store to end: backfill of May"]
    begin(framed(shop, START + timedelta(days=1), "next"))


def test_a_lost_digest_key_is_noticed(shop: Shop) -> None:
    (shop.settings.places.control / "email.key").unlink()
    with pytest.raises(StoreFault, match=r"email\.key"):
        shop.close(START + timedelta(days=1))


@pytest.mark.parametrize("damage", ["older file", "deleted", "edited chain", "cut chain"])
def test_a_store_that_is_not_the_one_left_behind_is_refused(
    past: Past, second: Shop, damage: str
) -> None:
    places = second.settings.places
    chain = places.control / "chain.jsonl"
    if damage == "older file":
        shutil.copy(past.store_after(1) / "warehouse.duckdb", places.warehouse)
    elif damage == "deleted":
        places.warehouse.unlink()
    elif damage == "edited chain":
        chain.write_text(chain.read_text().replace('"rows": ', '"rows": 1', 1))
    else:
        chain.write_text("\n".join(chain.read_text().splitlines()[:-4]) + "\n")
    published = places.published.read_bytes()
    with pytest.raises(StoreFault):
        second.close(START + timedelta(days=2))
    assert places.published.read_bytes() == published
