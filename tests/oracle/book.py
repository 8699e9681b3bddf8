"""Section 1, known at: a book with its history, and the world that it was at an earlier instant.

Every fact carries the as-of of the run that took it in, versions in the order in which they came.
What a world means is reckoned elsewhere; here nothing is judged.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from oracle.bills import AuthorizationVersion, ChargeAttempt, Invoice, Price, Subscription
from oracle.world import (
    MINOR_UNITS,
    Decision,
    Order,
    Policy,
    QuarantinedOrder,
    Session,
    Sweep,
    TransactionVersion,
    Window,
    World,
)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Known(Generic[Row]):
    """A fact and when it was known: from an as-of on, and before the as-of that ended it.

    A newer version of the same row ends the older one without being told.
    """

    row: Row
    recorded_from: datetime
    recorded_to: datetime | None = None

    def at(self, as_of: datetime) -> bool:
        ended = self.recorded_to is not None and self.recorded_to <= as_of
        return self.recorded_from <= as_of and not ended


@dataclass(frozen=True, kw_only=True)
class Book:
    """Everything ever taken in. `closings` are the as-ofs of the runs that judged it.

    A person's decision is known from the as-of that the book had when it was made; a refused order
    row until the export that mended it; a pull from the as-of of its run.
    """

    closings: tuple[datetime, ...]
    timezone: str = "Africa/Lagos"
    first_date: date | None = None
    orders: tuple[Known[Order], ...] = ()
    transactions: tuple[TransactionVersion, ...] = ()
    sessions: tuple[Known[Session], ...] = ()
    quarantined: tuple[Known[QuarantinedOrder], ...] = ()
    decisions: tuple[Known[Decision], ...] = ()
    windows: tuple[Known[Window], ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    policies: tuple[Known[Policy], ...] = ()
    subscriptions: tuple[Known[Subscription], ...] = ()
    prices: tuple[Known[Price], ...] = ()
    invoices: tuple[Known[Invoice], ...] = ()
    attempts: tuple[Known[ChargeAttempt], ...] = ()
    authorizations: tuple[AuthorizationVersion, ...] = ()
    minor_units: Mapping[str, int] = field(default_factory=lambda: dict(MINOR_UNITS))

    def known_at(self, instant: datetime) -> World:
        """What the last run not after the instant judged; before the first there is no book."""
        as_of = max(each for each in self.closings if each <= instant)
        policies = known(self.policies, as_of)
        return World(
            as_of=as_of,
            timezone=self.timezone,
            first_date=self.first_date,
            orders=newest(known(self.orders, as_of), lambda row: row.order_id),
            transactions=versions(self.transactions, as_of, lambda row: row.transaction_id),
            sessions=newest(known(self.sessions, as_of), lambda row: row.session_id),
            quarantined=known(self.quarantined, as_of),
            decisions=known(self.decisions, as_of),
            windows=known(self.windows, as_of),
            sweeps=tuple(sweep for sweep in self.sweeps if sweep.as_of <= as_of),
            first_seen={
                "subscriptions": first_seen(self.subscriptions, lambda row: row.subscription_id),
                "prices": first_seen(self.prices, lambda row: row.price_id),
                "subscription_invoices": first_seen(self.invoices, lambda row: row.invoice_id),
                "charge_attempts": first_seen(self.attempts, lambda row: row.charge_attempt_id),
            },
            policy=policies[-1] if policies else Policy(),
            subscriptions=newest(known(self.subscriptions, as_of), lambda row: row.subscription_id),
            prices=newest(known(self.prices, as_of), lambda row: row.price_id),
            invoices=newest(known(self.invoices, as_of), lambda row: row.invoice_id),
            attempts=newest(known(self.attempts, as_of), lambda row: row.charge_attempt_id),
            authorizations=versions(self.authorizations, as_of, lambda row: row.subscription_id),
            minor_units=self.minor_units,
        )


def known(facts: Iterable[Known[Row]], as_of: datetime) -> tuple[Row, ...]:
    return tuple(fact.row for fact in facts if fact.at(as_of))


def newest(rows: Iterable[Row], key: Callable[[Row], str]) -> tuple[Row, ...]:
    """The last version of every row."""
    return tuple({key(row): row for row in rows}.values())


def first_seen(facts: Iterable[Known[Row]], key: Callable[[Row], str]) -> dict[str, datetime]:
    """What came in later than some instant was not known before it: no need to leave it out."""
    seen: dict[str, datetime] = {}
    for fact in facts:
        seen.setdefault(key(fact.row), fact.recorded_from)
    return seen


AnyVersion = TypeVar("AnyVersion", TransactionVersion, AuthorizationVersion)


def versions(
    rows: Iterable[AnyVersion], as_of: datetime, key: Callable[[AnyVersion], str]
) -> dict[str, tuple[AnyVersion, ...]]:
    """All versions taken in by then, those superseded at one and the same as-of among them."""
    held: dict[str, tuple[AnyVersion, ...]] = {}
    for row in rows:
        if row.recorded_from <= as_of:
            held[key(row)] = (*held.get(key(row), ()), row)
    return held


def chronicle(world: World, closings: Sequence[datetime]) -> Book:
    """A book of the world in which each row came in with the first closing after its date."""

    def taken_in(dated: datetime) -> datetime:
        return min((each for each in closings if each > dated), default=world.as_of)

    return Book(
        closings=(*closings, world.as_of),
        timezone=world.timezone,
        first_date=world.first_date,
        orders=tuple(Known(each, taken_in(each.placed_at)) for each in world.orders),
        transactions=tuple(each for held in world.transactions.values() for each in held),
        sessions=tuple(Known(each, closings[0]) for each in world.sessions),
        quarantined=tuple(Known(each, closings[0]) for each in world.quarantined),
        decisions=tuple(Known(each, world.as_of) for each in world.decisions),
        windows=tuple(
            Known(each, min(filter(each.end.__le__, closings), default=world.as_of))
            for each in world.windows
        ),
        sweeps=world.sweeps,
        policies=(Known(world.policy, closings[0]),),
        subscriptions=tuple(Known(each, taken_in(each.created_at)) for each in world.subscriptions),
        prices=tuple(Known(each, closings[0]) for each in world.prices),
        invoices=tuple(Known(each, taken_in(each.created_at)) for each in world.invoices),
        attempts=tuple(Known(each, taken_in(each.created_at)) for each in world.attempts),
        authorizations=tuple(each for held in world.authorizations.values() for each in held),
        minor_units=world.minor_units,
    )
