"""Damage of every kind is named by `recon verify`, stops the next night, and can be accepted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from night.damages import (
    change_figure,
    change_report,
    contents,
    cut_chain,
    cut_wal,
    delete_wal,
    edit_chain,
    edit_rows,
    flip,
    flip_export,
    flip_landing,
    flip_record,
    flip_wal,
    lose_key,
    put_older_back,
    remove_export,
    remove_landing,
    remove_rows,
    remove_warehouse,
    replace_key,
    segment_of,
    spoil_published,
    spoil_warehouse,
)
from night.past import Past
from night.shop import FAR, START, Shop, pulled_at

from pipelines.cli import main
from pipelines.cli.running import run_range
from pipelines.faults import ChainBroken, ConfigurationFault
from pipelines.partitions import DateRange
from pipelines.settings import Places
from pipelines.warehouse.verification import verify
from pipelines.warehouse.verification.acceptance import accept

NEXT = START + timedelta(days=3)


@dataclass
class Stores:
    """What a shop looked like after its first night, when it crashed in its third, and after it."""

    shop: Shop
    folder: Path

    def put(self, name: str, root: Path) -> Shop:
        shutil.copytree(self.folder / name, root)
        return Shop(root, self.shop.server, runs=self.shop.runs)


class Crashing:
    """A connection that leaves a crash image behind when a commit still lies in the WAL."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, root: Path, images: Path) -> None:
        self._connection, self._root, self._images = connection, root, images

    def execute(self, statement: str, *rest: Any) -> Any:
        chain = self._root / "control" / "chain.jsonl"
        if statement == "checkpoint" and (self._root / "warehouse.duckdb.wal").exists():
            announced, _, last = chain.read_text().rstrip().rpartition("\n")
            if last.startswith('{"confirms"') and '"kind": "pull"' in announced.splitlines()[-1]:
                shutil.copytree(self._root, self._images / "crashed")
        return self._connection.execute(statement, *rest)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@pytest.fixture(scope="module")
def stores(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    images = tmp_path_factory.mktemp("images")
    plain, third = duckdb.connect, START + timedelta(days=2)
    shutil.copytree(past.store_after(1), images / "night-1")
    root = tmp_path_factory.mktemp("shop")
    with (
        past.open_shop(root, nights=2, clock=pulled_at(third)) as shop,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(
            duckdb, "connect", lambda *a, **k: Crashing(plain(*a, **k), shop.root, images)
        )
        shop.close(third)
        patch.undo()
        shutil.copytree(shop.root, images / "night-3")
        shop.move_clock(pulled_at(NEXT))
        yield Stores(shop, images)


@pytest.fixture(scope="module")
def undamaged(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The night after the third, closed by a store of which only the published file was lost."""
    shop = stores.put("night-3", tmp_path_factory.mktemp("undamaged") / "data")
    shop.settings.places.published.unlink()
    shop.close(NEXT)
    return shop


def test_a_lost_published_file_stops_no_night(undamaged: Shop) -> None:
    assert verify(undamaged.settings.places).open_findings == []


def open_breaks(shop: Shop) -> list[tuple[Any, ...]]:
    """Less LATE_PAYMENT, which only nights that looked at the right time can see."""
    return shop.ask(
        "select case_id, list_sort(list_filter(list_prepend(code, secondary_codes), "
        "lambda held: held <> 'LATE_PAYMENT')) as codes, money_impact from reconciled.breaks "
        "where state in ('open', 'reopened') and len(codes) > 0 order by case_id"
    )


AT_ONCE = (
    remove_landing,
    remove_export,
    edit_rows,
    remove_rows,
    remove_warehouse,
    spoil_warehouse,
    edit_chain,
    cut_chain,
    lose_key,
    replace_key,
)
BEFORE_PUBLISHING = (flip_landing, flip_export)
SEEN_TOO = {cut_chain: ["published/finance.duckdb"]}
"""What a chain without its end no longer knows."""
CASES = [
    *(("night-3", damage) for damage in AT_ONCE + BEFORE_PUBLISHING),
    *(("crashed", damage) for damage in (delete_wal, cut_wal, flip_wal)),
]


@pytest.mark.parametrize(("image", "damage"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_damage_is_named_and_the_next_night_refuses(
    stores: Stores, tmp_path: Path, image: str, damage: Callable[[Places], str]
) -> None:
    shop = stores.put(image, tmp_path / "data")
    places = shop.settings.places
    assert verify(places).open_findings == []
    said = damage(places)
    before = contents(places)

    found, *others = verify(places).open_findings

    assert said in found.what
    assert [one.where for one in others] == SEEN_TOO.get(damage, [])
    assert contents(places) == before
    with pytest.raises(ChainBroken) as refused:
        shop.close(NEXT)
    assert "recon verify" in refused.value.remedy
    assert contents(places)["published/finance.duckdb"] == before["published/finance.duckdb"]
    (mail,) = places.outbox.glob("*failure*.eml")
    assert "recon verify" in mail.read_text()


def older(stores: Stores, root: Path) -> Shop:
    """A store whose warehouse is that of two nights ago."""
    shop = stores.put("night-3", root)
    shutil.copy(stores.folder / "night-1" / "warehouse.duckdb", shop.settings.places.warehouse)
    return shop


def test_a_warehouse_put_back_is_told_from_a_lost_wal(stores: Stores, tmp_path: Path) -> None:
    places = older(stores, tmp_path / "data").settings.places

    (found,) = verify(places).open_findings

    assert found.what == (
        "warehouse.duckdb is an older file put back. It stands at commit 6 (the night of "
        "2026-09-01), the chain at 20. Missing: commits 7 to 20, the night of 2026-09-02, "
        "the night of 2026-09-03."
    )
    known = {path.name for path in (stores.folder / "night-1").rglob("archive/*.csv")}
    kept = {path.name for path in places.orders_archive.glob("*.csv")}
    assert {name for name in kept if f"orders/archive/{name}" in found.remedy} == kept - known
    assert known


def without_wal(stores: Stores, root: Path) -> Shop:
    shop = stores.put("crashed", root)
    delete_wal(shop.settings.places)
    return shop


def damaged_in_many_places(stores: Stores, root: Path) -> Shop:
    shop = stores.put("night-3", root)
    for damage in (flip_landing, flip_record, edit_chain, lose_key, change_figure):
        damage(shop.settings.places)
    return shop


@pytest.mark.parametrize("damaged", [older, without_wal, damaged_in_many_places])
def test_after_accepting_nights_publish_what_an_undamaged_store_does(
    stores: Stores,
    tmp_path: Path,
    undamaged: Shop,
    damaged: Callable[[Stores, Path], Shop],
) -> None:
    shop = damaged(stores, tmp_path / "data")
    places = shop.settings.places
    found = verify(places).open_findings
    accept(places, reason="the disk failed", by="Ada", at=FAR)
    assert verify(places).open_findings == []

    shop.close(NEXT)

    assert open_breaks(shop) == open_breaks(undamaged) != []
    after = verify(places)
    assert after.open_findings == []
    (kept,) = after.acceptances
    assert (kept.by, kept.reason) == ("Ada", "the disk failed")
    assert [one["what"] for one in kept.findings] == [one.what for one in found]
    log = (places.actions / "acceptances.jsonl").read_text()
    assert log.count("\n") == 1
    assert '"by": "Ada"' in log


def test_an_accepted_file_that_changes_again_is_a_new_finding(
    stores: Stores, tmp_path: Path
) -> None:
    places = stores.put("night-3", tmp_path / "data").settings.places
    flip_landing(places)
    accept(places, reason="as it is", by="Ada", at=FAR)
    assert verify(places).open_findings == []
    flip(segment_of(places), 10)
    (found,) = verify(places).open_findings
    assert found.where == segment_of(places).relative_to(places.landing).as_posix()


def test_accepting_a_whole_store_writes_nothing(stores: Stores, tmp_path: Path) -> None:
    places = stores.put("night-3", tmp_path / "data").settings.places
    before = contents(places)
    accept(places, reason="to be sure", by="Ada", at=FAR)
    assert contents(places) == before


def test_a_database_that_cannot_be_read_is_not_accepted(stores: Stores, tmp_path: Path) -> None:
    places = stores.put("night-3", tmp_path / "data").settings.places
    spoil_warehouse(places)
    before = contents(places)
    with pytest.raises(ChainBroken, match="no usable database"):
        accept(places, reason="as it is", by="Ada", at=FAR)
    assert contents(places) == before


@pytest.mark.parametrize("damage", [change_figure, change_report, put_older_back, spoil_published])
def test_a_published_file_that_is_not_the_one_published_is_named(
    stores: Stores, tmp_path: Path, damage: Callable[[Places], str]
) -> None:
    places = stores.put("night-3", tmp_path / "data").settings.places
    shutil.copy(
        stores.folder / "night-1" / "published" / "finance.duckdb", tmp_path / "older.duckdb"
    )
    said = damage(places)
    (found,) = verify(places).open_findings
    assert found.where == "published/finance.duckdb"
    assert said in found.what


def test_every_damage_is_found_and_not_only_the_first(stores: Stores, tmp_path: Path) -> None:
    places = stores.put("night-3", tmp_path / "data").settings.places
    planted = (
        edit_chain,
        remove_rows,
        edit_rows,
        lose_key,
        change_figure,
        flip_landing,
        flip_record,
        remove_export,
    )
    said = [damage(places) for damage in planted]
    found = [one.what for one in verify(places).open_findings]
    assert len(found) == len(said)
    assert [words for words in said if not any(words in what for what in found)] == []


def test_the_command_says_it_line_by_line_and_keeps_who_and_why(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = stores.put("night-3", tmp_path / "data").settings.places
    monkeypatch.setenv("RECON_DATA_DIR", str(places.root))

    def recon(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["verify", *words])
        return result.exit_code, result.output

    status, told = recon()
    assert status == 0
    assert [line[:5] for line in told.splitlines()[:9]] == ["yes  "] * 9
    said = flip_landing(places)
    status, told = recon()
    assert status == 1
    (line,) = [line for line in told.splitlines() if line.startswith("no ")]
    assert line.startswith(f"no   every landing file is as it was written: {said}")
    assert recon("--accept", " ")[0] == 2
    assert recon("--by", "Ada")[0] == 2
    assert recon()[0] == 1
    status, told = recon("--accept", "the backup has it too", "--by", "Ada")
    assert status == 0
    status, told = recon()
    assert status == 0
    assert "by Ada: the backup has it too" in told
    assert f"accepted: {said}" in told


def test_a_store_that_never_was_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFault, match="nothing to verify"):
        verify(Places(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


def test_a_night_that_is_refused_before_it_begins_is_mailed(stores: Stores, tmp_path: Path) -> None:
    shop = older(stores, tmp_path / "data")
    with pytest.raises(ChainBroken, match="commits are missing"):
        run_range(shop.settings, DateRange(NEXT, NEXT), kind="nightly", now=lambda: FAR)
    assert len(list(shop.settings.places.outbox.glob("*failure*.eml"))) == 1
