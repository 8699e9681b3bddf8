"""The payments of a model world as plain data: when each becomes visible and how it changes.

Everything is drawn from one seed and nothing is ever decided later, so that two pullers can be
shown the same world. Instants are whole milliseconds since 1970; `at` is real time, what a row
says of itself is the gateway's clock. Stays out: serving (`gateway`) and pulling (`nights`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
CHANGES_LAST = 12 * DAY
COINS = (("USDT", "TRON"), ("USDC", "BSC"), ("BTC", "BITCOIN"))
OVERHANG = 3 * DAY
NIGHT_HOURS = 4 * HOUR


class State(NamedTuple):
    """What of a payment changes."""

    status: str
    payout_status: str | None
    received: str
    refund_amount: str
    refund_tx_hash: str | None


class Version(NamedTuple):
    """A state, since when it is shown, and the `updatedAt` that stands beside it."""

    at: int
    state: State
    updated_at: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One object of the gateway; the first version begins when the row becomes visible."""

    number: int
    created_at: int
    amount: str
    coins: str
    coin: str
    network: str
    fee: str
    has_session: bool
    is_short: bool
    versions: tuple[Version, ...]

    @property
    def name(self) -> str:
        return f"trx_{self.number:06d}"

    @property
    def visible_at(self) -> int:
        return self.versions[0].at

    @property
    def expires_at(self) -> int:
        return self.created_at + HOUR

    def told(self, version: Version) -> str:
        """The row as the gateway writes it."""
        state = version.state
        session = f'"cs_{self.number:06d}"' if self.has_session else "null"
        return (
            f'{{"id":"{self.name}","type":"CHECKOUT","reference":"RS-{self.number:06d}",'
            f'"description":"Order {self.number}","checkoutSessionId":{session},'
            f'"status":"{state.status}","payoutStatus":{_quoted(state.payout_status)},'
            f'"amount":{self.amount},"currency":"NGN","expectedAmount":{self.coins},'
            f'"actualAmount":{state.received},"cryptoCurrency":"{self.coin}",'
            f'"fromNetwork":"{self.network}","exchangeRate":1600.5,"fees":{self.fee},'
            f'"paymentTolerance":2,"refundAmount":{state.refund_amount},'
            f'"refundTxHash":{_quoted(state.refund_tx_hash)},"createdAt":"{stamp(self.created_at)}",'
            f'"updatedAt":"{stamp(version.updated_at)}","expiresAt":"{stamp(self.expires_at)}"}}'
        )

    def told_short(self, version: Version) -> str:
        """The row as a list of the older form writes it: no fee, nothing of what was received."""
        return (
            f'{{"id":"{self.name}","reference":"RS-{self.number:06d}",'
            f'"status":"{version.state.status.lower()}","fromCurrency":"{self.coin}",'
            f'"fromAmount":{self.coins},"toCurrency":"NGN","toAmount":{self.amount},'
            f'"createdAt":"{stamp(self.created_at)}","updatedAt":"{stamp(version.updated_at)}"}}'
        )


def stamp(at: int) -> str:
    """An instant as the gateway writes it."""
    moment = datetime.fromtimestamp(at // SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % SECOND:03d}Z"


def _quoted(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


def draw_payments(seed: int, count: int, *, begin: int, end: int, skew: int) -> list[Payment]:
    """So many payments created from `begin` to a little after `end`; `skew` is the gateway's."""
    chance = random.Random(seed)
    moments = sorted(_moment(chance, begin, end + OVERHANG) for _ in range(count))
    _tie(moments, chance, midnight=begin)
    return [_draw(chance, number, moment, skew) for number, moment in enumerate(moments)]


def _moment(chance: random.Random, begin: int, end: int) -> int:
    """Half of all payments begin while a night may pull, so that lists move under its walks."""
    moment = chance.randrange(begin, end)
    if chance.random() < 0.5:
        return moment
    return moment - (moment - begin) % DAY + chance.randrange(NIGHT_HOURS)


def _tie(moments: list[int], chance: random.Random, *, midnight: int) -> None:
    """Equal instants: neighbours, two batches longer than a page, and the edges of days."""
    for place in range(1, len(moments)):
        if chance.random() < 0.1:
            moments[place] = moments[place - 1]
        elif chance.random() < 0.01:
            days = (moments[place] - midnight) // DAY
            moments[place] = midnight + days * DAY + chance.choice((0, DAY - 1))
    batch = min(150, len(moments) // 20)
    for share in (3, 2):
        first = len(moments) // share
        moments[first : first + batch] = [moments[first]] * batch


def _draw(chance: random.Random, number: int, moment: int, skew: int) -> Payment:
    amount = chance.randrange(1_000, 900_000)
    coins = Decimal(amount * 6).scaleb(-4)
    story = list(_story(chance, coins, number))
    coin, network = chance.choice(COINS)
    return Payment(
        number=number,
        created_at=moment + skew,
        amount=f"{amount}.{chance.randrange(100):02d}",
        coins=str(coins),
        coin=coin,
        network=network,
        fee=f"{amount // 100}.5",
        has_session=number % 50 == 0,
        is_short=number % 4 == 0,
        versions=_versions(chance, moment, skew, story),
    )


def _visibility_delay(chance: random.Random) -> int:
    """Most rows show at once, many some minutes late, and some are back-dated."""
    luck = chance.random()
    if luck < 0.70:
        return chance.randrange(2 * SECOND)
    if luck < 0.96:
        return chance.randrange(5 * MINUTE)
    if luck < 0.99:
        return chance.randrange(HOUR, 20 * HOUR)
    return chance.randrange(DAY, 9 * DAY)


class _Change(NamedTuple):
    after: int
    state: State


def _versions(
    chance: random.Random, moment: int, skew: int, story: list[_Change]
) -> tuple[Version, ...]:
    visible_at = moment + _visibility_delay(chance)
    grain = chance.choices((1, SECOND, MINUTE), (80, 10, 10))[0]
    keeps_stamp_on_payout = chance.random() < 0.4
    shown: list[Version] = []
    updated_at, former = moment + skew, story[0].state
    for change in story:
        at, state = moment + change.after, change.state
        is_payout_only = state._replace(payout_status=former.payout_status) == former
        if not (is_payout_only and keeps_stamp_on_payout):
            updated_at = max(updated_at, (at + skew) // grain * grain)
        former = state
        if at <= visible_at:
            shown = [Version(visible_at, state, updated_at)]
        else:
            shown.append(Version(at, state, updated_at))
    return tuple(shown)


def _story(chance: random.Random, coins: Decimal, number: int) -> Iterator[_Change]:
    """One of the ways a payment may go; no change comes later than twelve days, but one kind."""
    pending = State("PENDING", "PENDING", "0", "0", None)
    yield _Change(0, pending)
    early = chance.randrange(MINUTE, 50 * MINUTE)
    way = chance.choices(
        ("paid", "expired", "short", "failed", "over", "late payout", "reversed"),
        (68, 12, 6, 6, 4, 2, 2),
    )[0]
    if way == "expired":
        yield from _expired(chance, pending, str(coins))
        return
    if way == "failed":
        word = chance.choice(("FAILED", "CANCELLED"))
        yield _Change(early, pending._replace(status=word))
        return
    yield _Change(early, pending._replace(status="PROCESSING", received=str(coins)))
    if way == "short":
        yield from _short(chance, pending, coins, number)
        return
    excess = f"{chance.randrange(20, 90)}.25"
    done = pending._replace(status="COMPLETED", received=str(coins))
    if way == "over":
        done = done._replace(received=str(coins + 900), refund_amount=excess)
    at = early + chance.choice((MINUTE, 20 * MINUTE, HOUR, chance.randrange(DAY, 5 * DAY)))
    yield _Change(at, done)
    yield from _paid_out(chance, done, at, way=way, number=number)


def _expired(chance: random.Random, pending: State, coins: str) -> Iterator[_Change]:
    """Expired without money is settled; a fifth of these are paid late all the same."""
    yield _Change(HOUR, pending._replace(status="EXPIRED"))
    if chance.random() < 0.2:
        late = chance.randrange(DAY, CHANGES_LAST - HOUR)
        yield _Change(late, pending._replace(status="PROCESSING", received=coins))
        done = pending._replace(status="COMPLETED", received=coins, payout_status="COMPLETED")
        yield _Change(late + 30 * MINUTE, done)


def _short(chance: random.Random, pending: State, coins: Decimal, number: int) -> Iterator[_Change]:
    part = str(coins / 2)
    short = pending._replace(status="UNDERPAID", received=part)
    yield _Change(55 * MINUTE, short)
    if chance.random() < 0.5:
        yield _Change(HOUR, short._replace(status="EXPIRED"))
        refunded = short._replace(
            status="REFUNDED", refund_amount=part, refund_tx_hash=f"0xrefund{number}"
        )
        yield _Change(chance.randrange(DAY, CHANGES_LAST), refunded)
    else:
        done = pending._replace(status="COMPLETED", received=str(coins))
        at = chance.randrange(HOUR, 3 * DAY)
        yield _Change(at, done)
        yield _Change(
            at + chance.randrange(HOUR, 8 * DAY), done._replace(payout_status="COMPLETED")
        )


def _paid_out(
    chance: random.Random, done: State, at: int, *, way: str, number: int
) -> Iterator[_Change]:
    """The second machine; 40 ms may lie between its first step and what came before."""
    if way == "late payout":
        failed_at = at + chance.randrange(HOUR, 5 * DAY)
        yield _Change(failed_at, done._replace(payout_status="FAILED"))
        again = chance.randrange(15 * DAY, 25 * DAY)
        yield _Change(again, done._replace(payout_status="PROCESSING"))
        yield _Change(again + HOUR, done._replace(payout_status="COMPLETED"))
        return
    at += chance.choice((40, HOUR))
    yield _Change(at, done._replace(payout_status="PROCESSING"))
    at += chance.choice((HOUR, 3 * HOUR, chance.randrange(DAY, 4 * DAY)))
    out = done._replace(payout_status="COMPLETED")
    yield _Change(at, out)
    if way == "over":
        at += chance.randrange(HOUR, 2 * DAY)
        yield _Change(at, out._replace(refund_tx_hash=f"0xexcess{number}"))
    if way == "reversed":
        at = chance.randrange(at + MINUTE, max(at + HOUR, CHANGES_LAST))
        returned = out._replace(
            status="REFUNDED", refund_amount=done.received, refund_tx_hash=f"0xback{number}"
        )
        yield _Change(at, returned)
