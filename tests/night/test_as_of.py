"""Any past night can be asked again, and judged again, with what was known then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from night.people import recon
from night.shop import START, ZONE, Shop, open_shop, pulled_at

from pipelines.faults import ConfigurationFault
from pipelines.night.bygone import book_known_at
from pipelines.partitions import instant_meant
from pipelines.policy import load_policy
from pipelines.reading.exceptions import Wanted, exceptions_in
from pipelines.reading.snapshot import open_snapshot
from pipelines.reading.story import stories_in, stories_of
from pipelines.reading.telling import as_document
from pipelines.warehouse.basis import write_basis, write_minor_units
from pipelines.warehouse.forgetting import KNOWN_SINCE
from pipelines.warehouse.queries import SCHEMA, build_stage, columns_of, run_scripts, script

FIRST, LAST = 3, 5


def breaks(shop: Shop, source: str = "reconciled.breaks") -> list[tuple[Any, ...]]:
    return sorted(shop.ask(f"select * from {source}"), key=str)


def stories(shop: Shop) -> dict[str, str]:
    """What a break of each code, and an order, tell as they stand."""
    asked = [
        row[0] for row in shop.ask("select min(break_id) from reconciled.breaks group by code")
    ]
    asked += shop.ask("select min(order_id) from validated.orders")[0]
    places = shop.settings.places
    return {one: as_document(stories_of(places, one)) for one in asked}


@pytest.fixture(scope="module")
def explained() -> dict[datetime, dict[str, str]]:
    """The stories of the last night but one, told when it was the latest; by its as-of."""
    return {}


@pytest.fixture(scope="module")
def told(
    tmp_path_factory: pytest.TempPathFactory, explained: dict[datetime, dict[str, str]]
) -> Iterator[tuple[Shop, dict[datetime, Any]]]:
    """A shop after three closings, and the breaks that each of them published, by as-of."""
    nights: dict[datetime, Any] = {}
    root = tmp_path_factory.mktemp("as-of")
    with open_shop(root, days=LAST + 1, orders_per_day=12, clock=pulled_at(START)) as shop:
        for first, last in [(0, FIRST), *((day, day) for day in range(FIRST + 1, LAST + 1))]:
            shop.move_clock(pulled_at(START + timedelta(days=last)))
            shop.close(START + timedelta(days=first), START + timedelta(days=last))
            nights[shop.closings[-1]] = breaks(shop)
            if first == LAST - 1:
                explained[shop.closings[-1]] = stories(shop)
        yield shop, nights


def test_the_breaks_of_a_past_night_are_those_it_published(
    told: tuple[Shop, dict[datetime, Any]],
) -> None:
    shop, nights = told
    for as_of, published in nights.items():
        assert breaks(shop, f"reconciled.breaks_as_of('{as_of.isoformat()}')") == published
    changed = {len(published) for published in nights.values()}
    assert len(changed) > 1
    states = shop.ask("select distinct state from reconciled.breaks_history")
    assert {("open",), ("auto_resolved",)} <= set(states)


def test_between_two_closings_the_earlier_one_speaks_and_before_the_first_none(
    told: tuple[Shop, dict[datetime, Any]],
) -> None:
    shop, nights = told
    first, second = list(nights)[:2]
    just_before = (second - timedelta(microseconds=1)).isoformat()
    assert breaks(shop, f"reconciled.breaks_as_of('{just_before}')") == nights[first]
    before_all = (first - timedelta(microseconds=1)).isoformat()
    assert breaks(shop, f"reconciled.breaks_as_of('{before_all}')") == []


def test_a_version_is_written_only_when_more_than_its_age_changed(
    told: tuple[Shop, dict[datetime, Any]],
) -> None:
    shop, _ = told
    versions = shop.ask(
        "select * exclude (first_seen_date, last_seen_date, age_days, recorded_from, recorded_to) "
        "from reconciled.breaks_history order by break_id, recorded_from"
    )
    assert [one for one, next_one in pairwise(versions) if one == next_one] == []
    assert shop.ask(
        "select count(*) > count(distinct break_id) from reconciled.breaks_history"
    ) == [(True,)]


def test_the_list_of_breaks_can_be_had_as_of_a_past_date(
    told: tuple[Shop, dict[datetime, Any]],
) -> None:
    shop, nights = told
    for as_of, published in nights.items():
        date_meant = (as_of - timedelta(hours=1)).astimezone(ZONE).date().isoformat()
        wanted = Wanted(as_of=instant_meant(date_meant, ZONE))
        with open_snapshot(shop.settings.places.published) as snapshot:
            listed = exceptions_in(snapshot, wanted)
        still_open = {row[0] for row in published if "open" in row or "reopened" in row}
        assert {row["break_id"] for row in listed} == still_open


def test_a_past_night_explains_a_break_of_each_code_as_it_did_then(
    told: tuple[Shop, dict[datetime, Any]], explained: dict[datetime, dict[str, str]]
) -> None:
    shop, _ = told
    ((as_of, then),) = explained.items()
    instant = as_of + timedelta(hours=23)
    with book_known_at(shop.settings, instant, tell=lambda _: None) as book:
        again = {asked: as_document(stories_in(book, asked)) for asked in then}
    assert again == then
    now = {asked: as_document(stories_of(shop.settings.places, asked)) for asked in then}
    assert all(now[asked] != then[asked] for asked in then)


def test_what_is_unknown_at_a_past_instant_is_said_in_one_sentence(
    told: tuple[Shop, dict[datetime, Any]],
) -> None:
    shop, nights = told
    unknown = recon(shop, "explain", "no-such-id", "--as-of", max(nights).isoformat())
    assert (unknown.exit_code, unknown.output.count("\n")) == (2, 1)
    date = (START - timedelta(days=9)).isoformat()
    before = recon(shop, "explain", "no-such-id", "--as-of", date)
    assert (before.exit_code, "No date was closed by" in before.output) == (2, True)


def test_the_report_of_a_past_night_is_given_again_as_that_night_gave_it(
    told: tuple[Shop, dict[datetime, Any]],
) -> None:
    shop, nights = told
    first, second = list(nights)[:2]
    day = (second - timedelta(hours=1)).astimezone(ZONE).date().isoformat()
    file = shop.root / "reports" / day / "daily.html"
    then = file.read_bytes()
    file.unlink()
    asked = (second + timedelta(hours=1)).isoformat()
    assert recon(shop, "report", "daily", "--as-of", asked).output.strip() == str(file)
    assert file.read_bytes() == then
    too_early = recon(shop, "report", "daily", "--date", day, "--as-of", first.isoformat())
    assert (too_early.exit_code, f"for {day} as of" in too_early.output) == (2, True)
    assert recon(shop, "report", "daily").exit_code == 2


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "2026-09-01T10:00:00"])
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationFault, match="is no instant") as refused:
        instant_meant(text, ZONE)
    assert "2026-01-31T23:00:00Z" in refused.value.remedy


def known_at(shop: Shop, as_of: datetime) -> duckdb.DuckDBPyConnection:
    """A database in memory with the facts known at an instant, judged again from nothing else."""
    book = duckdb.connect()
    book.execute("set TimeZone = 'UTC'")
    book.execute(script("macros"))
    run_scripts(book, SCHEMA)
    book.execute(f"attach '{shop.settings.places.warehouse}' as kept (read_only)")
    tables = book.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = 'memory' and (schema_name in ('raw', 'ops') "
        "or table_name = 'quarantine')"
    ).fetchall()
    for (table,) in tables:
        since = KNOWN_SINCE.get(table, "recorded_from")
        if since in columns_of(book, table):
            book.execute(
                f"insert into {table} by name select * from kept.{table} where {since} <= ?",
                [as_of],
            )
    book.execute("detach kept")
    write_minor_units(book)
    policy = load_policy(shop.settings.recon_config)
    write_basis(book, policy, as_of=as_of, zone=ZONE, first_date=START)
    build_stage(book, "validated")
    build_stage(book, "reconciled")
    return book


def test_a_past_night_judged_again_with_what_was_known_then_says_the_same(
    told: tuple[Shop, dict[datetime, Any]],
) -> None:
    shop, nights = told
    lasting = "break_id, code, secondary_codes, money_impact, detail, evidence, age_days, severity"
    for as_of in nights:
        with known_at(shop, as_of) as book:
            again = book.execute(f"select {lasting} from reconciled.breaks order by all").fetchall()
        then = shop.ask(
            f"select {lasting} from reconciled.breaks_as_of('{as_of.isoformat()}') "
            "where holds order by all"
        )
        assert again == then
