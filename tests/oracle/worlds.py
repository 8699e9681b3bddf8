"""Random worlds: the same seed plants the same book, with a policy and pulls around it.

What can be planted is told elsewhere; the makers of single rows are handed on from here, so that
a test needs one import.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from oracle.bill_plantings import BILL_PLANTINGS
from oracle.billed_sketch import BilledSketch
from oracle.makers import make_order, make_transaction, make_world
from oracle.plantings import PLANTINGS
from oracle.sketch import MICROSECOND, Sketch
from oracle.world import FeeSchedule, Policy, Window, World

__all__ = ["make_order", "make_transaction", "make_world", "random_billed_world", "random_world"]

FEWEST_ORDERS = 5
MOST_ORDERS = 25
FEWEST_BILL_STORIES = 4
MOST_BILL_STORIES = 12
ZONES = ("Africa/Lagos", "Africa/Cairo", "America/Sao_Paulo")
AnySketch = TypeVar("AnySketch", bound=Sketch)


def random_world(
    seed: int, *, zones: Sequence[str] = ZONES, calendars: Sequence[str | None] = (None,)
) -> World:
    """5 to 25 orders and what belongs to them, in no order, closed at a local midnight."""
    rng = Random(seed)
    sketch = opened(rng, Sketch, zones=zones, calendars=calendars)
    wanted = rng.randint(FEWEST_ORDERS, MOST_ORDERS - 3)
    while len(sketch.orders) < wanted:
        rng.choice(PLANTINGS)(sketch)
    return finished(sketch)


def random_billed_world(
    seed: int,
    *,
    zones: Sequence[str] = ZONES,
    calendars: Sequence[str | None] = (None,),
    order_stories: int = 3,
) -> World:
    """A world of subscriptions, and a few orders and payments that have nothing to do with them."""
    rng = Random(f"bills {seed}")
    sketch = opened(rng, BilledSketch, zones=zones, calendars=calendars)
    return billed_world(sketch, order_stories=order_stories)


def neighbour(world: World, seed: int, *, order_stories: int) -> World:
    """Another random world with subscriptions, closed when the given one is and judged as it is."""
    sketch = BilledSketch(
        Random(f"neighbour {seed} of {world.as_of} {len(world.orders)}"),
        zone=ZoneInfo(world.timezone),
        as_of=world.as_of,
        policy=world.policy,
    )
    return replace(billed_world(sketch, order_stories=order_stories), windows=world.windows)


def billed_world(sketch: BilledSketch, *, order_stories: int) -> World:
    """What comes of planting in an empty sketch."""
    rng = sketch.rng
    for _ in range(rng.randint(FEWEST_BILL_STORIES, MOST_BILL_STORIES)):
        rng.choice(BILL_PLANTINGS)(sketch)
    for _ in range(order_stories):
        rng.choice(PLANTINGS)(sketch)
    return _billed(sketch, rng)


def crowded_world(seed: int) -> World:
    """Every story of the shop and of its subscriptions, several times, in one book."""
    rng = Random(f"crowd {seed}")
    sketch = opened(rng, BilledSketch, zones=ZONES, calendars=(None, "NG"))
    stories = [*PLANTINGS * 4, *BILL_PLANTINGS * 2]
    rng.shuffle(stories)
    for story in stories:
        story(sketch)
    return _billed(sketch, rng)


def _billed(sketch: BilledSketch, rng: Random) -> World:
    # An invoice pulled in one order or another is the same invoice.
    invoices, attempts = list(sketch.invoices.values()), list(sketch.attempts.values())
    rng.shuffle(invoices)
    rng.shuffle(attempts)
    return replace(
        finished(sketch),
        subscriptions=tuple(sketch.subscriptions.values()),
        prices=tuple(sketch.prices.values()),
        invoices=tuple(invoices),
        attempts=tuple(attempts),
        authorizations={
            owner: tuple(versions) for owner, versions in sketch.authorizations.items()
        },
    )


def opened(
    rng: Random, kind: type[AnySketch], *, zones: Sequence[str], calendars: Sequence[str | None]
) -> AnySketch:
    """An empty sketch in one of the zones, to be closed at a midnight of the year."""
    zone = ZoneInfo(rng.choice(list(zones)))
    closed = date(2026, 3, 1) + timedelta(days=rng.randint(1, 200))
    as_of = datetime.combine(closed, time(0), zone).astimezone(UTC)
    policy = random_policy(rng, closed=closed, calendars=calendars)
    return kind(rng, zone=zone, as_of=as_of, policy=policy)


def finished(sketch: Sketch) -> World:
    orders = list(sketch.orders.values())
    transactions = list(sketch.transactions.items())
    sketch.rng.shuffle(orders)
    sketch.rng.shuffle(transactions)
    return World(
        as_of=sketch.as_of,
        timezone=sketch.zone.key,
        orders=tuple(orders),
        transactions={each: tuple(versions) for each, versions in transactions},
        sessions=tuple(sketch.sessions.values()),
        quarantined=tuple(sketch.quarantined),
        decisions=tuple(sketch.decisions),
        windows=random_windows(sketch),
        policy=sketch.policy,
    )


def random_policy(rng: Random, *, closed: date, calendars: Sequence[str | None]) -> Policy:
    early = FeeSchedule(
        from_date=closed - timedelta(days=25), percent=Decimal("1.0"), tolerance=Decimal("0.01")
    )
    recent = FeeSchedule(
        from_date=closed - timedelta(days=4), percent=Decimal("1.25"), tolerance=Decimal("0.05")
    )
    return Policy(
        gateway_hours=rng.choice((24, 24, 24, 12, 36)),
        orders_hours=rng.choice((24, 24, 24, 12, 36)),
        payout_days=rng.choice((3, 3, 2)),
        payout_calendar=rng.choice(list(calendars)),
        fees=rng.choice(((), (early,), (early, recent))),
    )


def random_windows(sketch: Sketch) -> tuple[Window, ...]:
    """One pull of everything, days of which one is incomplete, or a pull that begins too late."""
    rng, as_of = sketch.rng, sketch.as_of
    shape = rng.choice(("whole", "whole", "days", "days", "edge"))
    if shape == "whole":
        return (Window(start=as_of - timedelta(days=60), end=as_of),)
    if shape == "edge":
        placed_at = rng.choice([order.placed_at for order in sketch.orders.values()])
        start = placed_at - timedelta(hours=1) + rng.choice((timedelta(), MICROSECOND))
        return (Window(start=start, end=as_of),)
    bad = rng.randint(1, 6)
    days = [
        Window(
            start=as_of - timedelta(days=ago, hours=rng.randint(0, 2)),
            end=as_of - timedelta(days=ago - 1),
            complete=ago != bad,
        )
        for ago in range(60, 0, -1)
    ]
    if rng.random() < 0.3:
        days.append(Window(start=as_of - timedelta(days=bad), end=as_of - timedelta(days=bad - 1)))
    return tuple(days)
