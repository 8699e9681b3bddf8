"""A rebuild crosses an accepted loss only when the evidence is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from night.damages import edit_chain, edit_rows, flip_landing, lose_key, segment_of
from night.past import Past
from night.shop import FAR, HASTY, START, Shop, pulled_at

from assets.contracts.streams import all_contracts
from pipelines.faults import ChainBroken
from pipelines.night.frame import begin, frame
from pipelines.night.orders import take_in_orders
from pipelines.night.pull import pull
from pipelines.night.rebuild import Rebuilt, rebuild
from pipelines.night.validate import validate
from pipelines.partitions import DateRange
from pipelines.settings import Places
from pipelines.warehouse.history import read_history
from pipelines.warehouse.verification import verify
from pipelines.warehouse.verification.acceptance import accept

NEXT = START + timedelta(days=2)


@pytest.fixture(scope="module")
def lived(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A store of one night, the gateway ready to go on: every rebuild closes it again."""
    root = tmp_path_factory.mktemp("crossing")
    with past.open_shop(root, nights=1, clock=pulled_at(NEXT)) as shop:
        yield shop


@pytest.fixture
def shop(lived: Shop, tmp_path: Path) -> Shop:
    """A copy of it."""
    shutil.copytree(lived.root, tmp_path / "data")
    return Shop(tmp_path / "data", lived.server, runs=lived.runs)


def accepted(shop: Shop) -> None:
    accept(shop.settings.places, reason="the disk failed", by="Ada", at=FAR)


def validated_only(shop: Shop, day: date) -> None:
    """A night that died before it judged."""
    dates = DateRange(day, day)
    died = frame(shop.settings, run_id="died", kind="nightly", dates=dates, now=FAR, limits=HASTY)
    begin(died)
    take_in_orders(died)
    pull(died)
    validate(died, all_contracts())


def rebuilt(shop: Shop) -> Rebuilt:
    return rebuild(shop.settings, all_contracts(), tell=lambda _: None)


def kinds(shop: Shop) -> list[str]:
    return [one.kind for one in read_history(shop.root / "control" / "chain.jsonl").entries]


def test_what_was_given_up_is_passed_over_what_was_made_good_is_crossed_and_readers_get_a_file(
    past: Past, lived: Shop, tmp_path: Path
) -> None:
    shop = Shop(shutil.copytree(past.store_after(2), tmp_path / "data"), lived.server, runs=2)
    places = shop.settings.places
    shutil.copy(past.store_after(1) / "warehouse.duckdb", places.warehouse)
    segment = segment_of(places)
    kept = segment.read_bytes()
    flip_landing(places)
    places.published.unlink()
    accepted(shop)
    segment.write_bytes(kept)
    validated_only(shop, NEXT)
    former = kinds(shop)
    made = rebuilt(shop)
    assert (made.is_compared, made.differences, made.is_published_anew) == (True, (), True)
    assert made.entries < len(former)
    assert kinds(shop) == [*former, "rebuild"]
    assert verify(places).open_findings == []
    again = rebuilt(shop)
    assert (again.differences, again.is_published_anew) == ((), False)
    shop.close(NEXT)
    assert verify(places).open_findings == []


def test_a_store_that_was_begun_anew_is_rebuilt_from_there(shop: Shop) -> None:
    shop.settings.places.warehouse.unlink()
    accepted(shop)
    made = rebuilt(shop)
    assert (made.entries, made.runs, made.differences) == (1, 0, ())


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (flip_landing, "The landing file transactions/"),
        (edit_chain, "Line 4 of the control chain"),
        (lose_key, "control/email.key is not the key"),
        (
            edit_rows,
            r"accepts a store as it stood \(the disk failed\).*content of raw.transactions",
        ),
    ],
)
def test_a_loss_that_was_accepted_and_is_not_made_good_ends_it(
    shop: Shop, damage: Callable[[Places], str], said: str
) -> None:
    damage(shop.settings.places)
    accepted(shop)
    warehouse = shop.settings.places.warehouse.read_bytes()
    with pytest.raises(ChainBroken, match=said) as refused:
        rebuilt(shop)
    assert "cannot cross a loss" in refused.value.remedy
    assert shop.settings.places.warehouse.read_bytes() == warehouse
