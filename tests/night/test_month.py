"""The close pack of a month: only of one that is closed to its last date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from night.past import Past
from night.shop import pulled_at

from assets.contracts.streams import all_contracts
from pipelines.faults import ConfigurationFault
from pipelines.night import whole
from pipelines.night.frame import Frame
from pipelines.night.judge import draw_up_reports
from pipelines.night.month import file_month, last_date_of
from pipelines.night.rebuild import rebuild
from pipelines.night.stored import published_figures
from pipelines.settings import Settings
from pipelines.warehouse.history import read_history


@pytest.mark.parametrize(
    ("month", "last"),
    [
        (date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_month_ends_on_its_last_date(month: date, last: date) -> None:
    assert last_date_of(month) == last


def test_a_month_that_is_not_closed_has_no_pack_and_says_what_to_close(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFault, match="September 2026 has no close pack yet") as refused:
        file_month(Settings(recon_data_dir=tmp_path), date(2026, 9, 1))
    assert "recon nightly --date 2026-09-30" in refused.value.remedy


@pytest.mark.parametrize(
    ("closed", "ended", "sentence", "remedy"),
    [
        (
            ["2026-09-28"],
            "2026-09-28",
            "2026-09-30 is not closed",
            "recon nightly --date 2026-09-30",
        ),
        (
            ["2026-09-28", "2026-09-29", "2026-10-01"],
            "2026-10-01",
            "no closing ended on 2026-09-30, and a later date is closed",
            "recon report month --date 2026-09-29",
        ),
        (
            ["2026-08-31", "2026-10-01"],
            "2026-10-01",
            "and a later date is closed",
            "see marts.daily_close",
        ),
        (
            ["2026-09-28", "2026-10-01"],
            "2026-09-30",
            "2026-09-30 was closed after the book had passed it",
            "recon report month --date 2026-09-28",
        ),
    ],
)
def test_a_pack_that_is_missing_says_how_the_month_is_had(
    tmp_path: Path, closed: list[str], ended: str, sentence: str, remedy: str
) -> None:
    settings = Settings(recon_data_dir=tmp_path)
    settings.places.published.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(settings.places.published) as store:
        store.execute("create schema delivered")
        store.execute(
            "create table delivered.reports as select 'month' as name, '{}' as figures, "
            "unnest(?::date[]) as business_date, now() as as_of",
            [closed],
        )
        store.execute("create schema ops")
        store.execute("create table ops.closings as select ?::date as last_date", [ended])

    with pytest.raises(ConfigurationFault, match=sentence) as refused:
        published_figures(settings, "month", date(2026, 9, 30))

    assert remedy in refused.value.remedy


def test_the_night_that_catches_up_files_the_pack_of_the_month_that_ended_each_time_it_closes(
    past: Past, tmp_path: Path
) -> None:
    with past.open_shop(tmp_path, nights=2, clock=pulled_at(date(2026, 10, 1))) as shop:
        unknown = shop.inbox / "orders-of-no-layout.csv"
        unknown.write_text("nothing,known\n1,2\n", encoding="utf-8")
        night = shop.close(date(2026, 10, 1))
        pack = shop.root / "reports" / "2026-09" / "month.html"
        filed = pack.read_text(encoding="utf-8")

        assert pack in night.delivered.files
        assert "closed late, by the night of 2026-10-01" in filed
        assert file_month(shop.settings, date(2026, 9, 1)).page.read_text("utf-8") == filed

        unknown.unlink()
        again = shop.close(date(2026, 10, 1))
        redrawn = published_figures(shop.settings, "month", date(2026, 9, 30))

        assert [night.published.outcome, again.published.outcome] == ["red", "green"]
        assert redrawn["changes"] == [{"figure": "verdict", "old": "red", "new": "green"}]
        assert pack in again.delivered.files
        assert pack.read_text(encoding="utf-8") != filed


def all_in_one_commit(frame: Frame) -> None:
    """How former versions drew packs up."""
    draw_up_reports(frame, with_packs=True)


@pytest.mark.parametrize("is_of_former_version", [False, True])
def test_a_rebuild_draws_the_packs_of_such_a_night_too(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_of_former_version: bool
) -> None:
    if is_of_former_version:
        monkeypatch.setattr(whole, "draw_up", all_in_one_commit)
    ends = [date(2026, 9, 30), date(2026, 10, 31)]
    with past.open_shop(tmp_path, nights=2, clock=pulled_at(date(2026, 11, 2))) as shop:
        shop.close(date(2026, 11, 1))
        shop.close(date(2026, 11, 2))
        drawn = [published_figures(shop.settings, "month", end) for end in ends]
        closed, opened = (
            {row["currency"]: row[f"{line}_amount"] for row in pack["movements"]}
            for pack, line in zip(drawn, ("closing", "opening"), strict=True)
        )
        assert closed
        assert opened == closed

        rebuilt = rebuild(shop.settings, all_contracts(), tell=lambda _: None)

        entries = read_history(shop.settings.places.control / "chain.jsonl").entries
        in_one = any(entry.facts.get("late_packs") for entry in entries)
        packs = [entry.facts["month_end"] for entry in entries if entry.kind == "pack"]
        each = [] if is_of_former_version else ["2026-09-30", "2026-10-31"]
        assert (in_one, packs) == (is_of_former_version, each)
        assert (rebuilt.judged_anew, rebuilt.differences) == ((), ())
        assert [published_figures(shop.settings, "month", end) for end in ends] == drawn
