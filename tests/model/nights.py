"""Forty-five business dates over a model world: which nights run, and what each of them does.

A night takes the product's own steps as far as they say what the store holds: begin, pull,
validate, close. Judging and publishing, which the pull does not ask, belong to the whole nights.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from model.gateway import Manners, Stage, served
from model.payments import MINUTE, Payment, draw_payments

from assets.contracts.streams import all_contracts
from pipelines.gateway.client import Limits
from pipelines.night.frame import Frame, begin, frame
from pipelines.night.judge import check_claims, require_claims
from pipelines.night.pull import pull
from pipelines.night.validate import validate
from pipelines.night.whole import run_night
from pipelines.partitions import DateRange, cut_off, start_of
from pipelines.settings import Settings
from pipelines.warehouse import closing
from pipelines.warehouse.queries import first_row

START = date(2026, 9, 1)
ZONE = ZoneInfo("Africa/Lagos")
DATES = 45
LIMITS = Limits(tries=2, backoff_first_seconds=0.01, backoff_most_seconds=0.02)


@dataclass(frozen=True)
class Calendar:
    """What happens on the night of each date: nothing, a pull that dies, or a closing."""

    missed: frozenset[int]
    dying: int
    whole: frozenset[int]


@dataclass(frozen=True)
class Night:
    """From when to when a night pulled."""

    place: int
    pulled_from: int
    pulled_until: int
    is_complete: bool


@dataclass
class Plan:
    """One model world and the nights over it."""

    seed: int
    count: int
    manners: Manners
    skew: int
    payments: Sequence[Payment] = field(repr=False)
    calendar: Calendar


def plan(seed: int, count: int, manners: Manners) -> Plan:
    """The gateway's clock is up to four minutes ahead of or behind ours."""
    skew = (0, 4 * MINUTE, -4 * MINUTE)[seed % 3]
    payments = draw_payments(
        seed, count, begin=milliseconds(start_of(START, ZONE)), end=end_of(DATES - 1), skew=skew
    )
    return Plan(seed, count, manners, skew, payments, _calendar(seed))


def _calendar(seed: int) -> Calendar:
    """Outages of one, two and three nights, and between them a night that dies."""
    chance = random.Random(seed)
    first, second, third = (chance.randrange(begin, begin + 5) for begin in (5, 16, 30))
    outages = chance.sample((1, 2, 3), 3)
    missed = {
        begin + night
        for begin, nights in zip((first, second, third), outages, strict=True)
        for night in range(nights)
    }
    return Calendar(frozenset(missed), chance.randrange(25, 29), frozenset({0}))


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def end_of(place: int) -> int:
    """The cut-off of a date."""
    return milliseconds(cut_off(START + timedelta(days=place), ZONE))


def settings_of(root: Path, url: str) -> Settings:
    return Settings(
        kuvarpay_base_url=url,
        kuvarpay_api_key="rsp_test_key",
        recon_data_dir=root / "data",
        recon_config=root / "recon.toml",
        recon_orders_dir=root / "inbox",
    )


def close_all(planned: Plan, root: Path, *, further: int = 0) -> tuple[list[Night], Settings]:
    """Every night of the calendar, and further ones; the store lies in `root`."""
    root.mkdir(exist_ok=True)
    (root / "recon.toml").touch()
    with on_stage(planned) as (stage, url):
        settings = settings_of(root, url)
        nights = [
            _night(planned, stage, settings, place=place)
            for place in range(DATES + further)
            if place not in planned.calendar.missed
        ]
    return nights, settings


@contextmanager
def on_stage(planned: Plan) -> Iterator[tuple[Stage, str]]:
    """The world before its first date, served."""
    stage = Stage(
        planned.payments, planned.manners, now=milliseconds(start_of(START, ZONE)) - 10 * MINUTE
    )
    with served(stage) as url:
        yield stage, url


def night_begins_at(planned: Plan, place: int) -> int:
    """From eleven minutes to two hours after the cut-off; ten are the safety lag."""
    return end_of(place) + random.Random(planned.seed * 1000 + place).randrange(
        11 * MINUTE, 120 * MINUTE
    )


def _night(planned: Plan, stage: Stage, settings: Settings, *, place: int) -> Night:
    stage.open_for_a_night(night_begins_at(planned, place))
    day = START + timedelta(days=place)
    framed = frame(
        settings,
        run_id=f"night-{place:02}",
        kind="nightly",
        dates=DateRange(day, day),
        now=datetime.fromtimestamp(stage.now // 1000, UTC),
        limits=LIMITS,
    )
    pulled_from = stage.now
    if place in planned.calendar.whole:
        run_night(framed, all_contracts())
        return Night(place, pulled_from, stage.now, _is_complete(framed))
    with framed.alone():
        begin(framed)
        pulled = pull(framed)
        if place != planned.calendar.dying:
            validate(framed, all_contracts())
            if place == DATES - 1:
                require_claims(check_claims(framed, "validated"))
            _close(framed)
    return Night(place, pulled_from, stage.now, not pulled.incomplete)


def _close(framed: Frame) -> None:
    """As `publish` closes a run, without the snapshot."""
    with framed.store() as store:
        store.chain.commit(
            store.connection, "closing", lambda: closing.close(store.connection, store.run)
        )


def _is_complete(framed: Frame) -> bool:
    """Whether every window that the run pulled was shown complete."""
    with framed.store() as store:
        query = "select bool_and(complete) from ops.pulls where run_id = ?"
        row = first_row(store.connection, query, [framed.run_id])
    return row is not None and bool(row[0])
