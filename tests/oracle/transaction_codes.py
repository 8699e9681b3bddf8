"""Section 4, the codes about a transaction alone: 3, 4, 12 to 16, 18, 19.

Each function answers for one transaction: its own impact, or None where the code does not hold.
Codes that need an order stay out, except that (c) of REFUND_DUE is told which payments it counts.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from oracle.ages import long_expired, older_than_payout_sla
from oracle.cases import Case
from oracle.world import FeeSchedule, TransactionVersion, World

ZERO = Decimal(0)
DIGITS_OF_UNKNOWN_COINS = 18


def transaction_codes(
    case: Case, world: World, *, returnable: frozenset[str] = frozenset()
) -> dict[str, Decimal]:
    """Code → its exact impact, added over the transactions in the case's currency.

    `returnable` are the ids of the payments that (c) of REFUND_DUE counts.
    """
    sums: dict[str, Decimal] = {}
    for transaction in case.transactions:
        found = {code: judge(transaction, world) for code, judge in JUDGES.items()}
        found["REFUND_DUE"] = refund_due(
            transaction, world, is_returnable=transaction.transaction_id in returnable
        )
        for code, impact in found.items():
            if impact is not None:
                counts = transaction.fiat_currency == case.currency
                sums[code] = sums.get(code, ZERO) + (impact if counts else ZERO)
    return sums


def tolerance(transaction: TransactionVersion, world: World) -> Decimal:
    """In percent: the transaction's, else its session's, else 0."""
    session = world.session(transaction.checkout_session_id)
    if transaction.tolerance_percent is not None:
        return transaction.tolerance_percent
    if session is not None and session.tolerance_percent is not None:
        return session.tolerance_percent
    return ZERO


def falls_short(transaction: TransactionVersion, world: World) -> bool:
    """A < E(1 - t/100)."""
    expected = transaction.crypto_expected
    if expected is None:
        return False
    return transaction.coins < expected * (1 - tolerance(transaction, world) / 100)


def exceeds(transaction: TransactionVersion, world: World) -> bool:
    """A > E(1 + t/100)."""
    expected = transaction.crypto_expected
    if expected is None:
        return False
    return transaction.coins > expected * (1 + tolerance(transaction, world) / 100)


def fiat_value(coins: Decimal, transaction: TransactionVersion) -> Decimal:
    return coins * (transaction.exchange_rate or ZERO)


def gap(transaction: TransactionVersion) -> Decimal:
    """The fiat value of A - E."""
    return fiat_value(transaction.coins - (transaction.crypto_expected or ZERO), transaction)


def wrong_asset(transaction: TransactionVersion, world: World) -> Decimal | None:
    named, received = coins_named(transaction, world)
    return ZERO if transaction.coins > 0 and named and received and named != received else None


def wrong_network(transaction: TransactionVersion, world: World) -> Decimal | None:
    session = world.session(transaction.checkout_session_id)
    coin, received = coins_named(transaction, world)
    if session is None or not coin or coin != received or transaction.coins <= 0:
        return None
    if not session.network or not transaction.network:
        return None
    return ZERO if session.network.upper() != transaction.network.upper() else None


def coins_named(transaction: TransactionVersion, world: World) -> tuple[str, str]:
    """The session's coin and the transaction's, upper-cased, empty where unknown."""
    session = world.session(transaction.checkout_session_id)
    named = session.crypto_currency if session else None
    return (named or "").upper(), (transaction.crypto_currency or "").upper()


def refund_due(
    transaction: TransactionVersion, world: World, *, is_returnable: bool
) -> Decimal | None:
    if transaction.refund_tx_hash:
        return None
    amounts = []
    unpaid = transaction.status in ("FAILED", "CANCELLED", "EXPIRED")
    stuck = not transaction.is_closed and long_expired(transaction, world)
    if transaction.coins > 0 and (unpaid or stuck):
        amounts.append(fiat_value(transaction.coins, transaction))
    if transaction.is_completed and exceeds(transaction, world):
        amounts.append(gap(transaction))
    if is_returnable:
        amounts.append(transaction.fiat_amount)
    return sum(amounts, ZERO) if amounts else None


def payout_failed(transaction: TransactionVersion, _: World) -> Decimal | None:
    failed = transaction.is_completed and transaction.payout_status == "FAILED"
    return -net(transaction) if failed else None


def payout_overdue(transaction: TransactionVersion, world: World) -> Decimal | None:
    awaited = transaction.is_completed and transaction.payout_status not in ("COMPLETED", "FAILED")
    return -net(transaction) if awaited and older_than_payout_sla(transaction, world) else None


def net(transaction: TransactionVersion) -> Decimal:
    return transaction.fiat_amount - (transaction.fee_amount or ZERO)


def underpaid(transaction: TransactionVersion, world: World) -> Decimal | None:
    short = transaction.is_closed and transaction.coins > 0 and falls_short(transaction, world)
    return gap(transaction) if short else None


def overpaid(transaction: TransactionVersion, world: World) -> Decimal | None:
    return gap(transaction) if transaction.is_completed and exceeds(transaction, world) else None


def fee_variance(transaction: TransactionVersion, world: World) -> Decimal | None:
    schedule = schedule_in_force(transaction, world)
    if schedule is None or transaction.fee_amount is None or not transaction.is_completed:
        return None
    expected = round_money(
        transaction.fiat_amount * schedule.percent / 100, transaction.fiat_currency, world
    )
    variance = expected - transaction.fee_amount
    return variance if abs(variance) > schedule.tolerance else None


def schedule_in_force(transaction: TransactionVersion, world: World) -> FeeSchedule | None:
    business_date = world.local_date(transaction.created_at)
    begun = [each for each in world.policy.fees if each.from_date <= business_date]
    return max(begun, key=lambda each: each.from_date, default=None)


def late_payment(transaction: TransactionVersion, world: World) -> Decimal | None:
    """A version held after expiry still showed no money, and a later one shows some."""
    if not transaction.is_completed:
        return None
    expired_empty = False
    for version in world.transactions[transaction.transaction_id]:
        if expired_empty and version.coins > 0:
            return ZERO
        expired_empty = expired_empty or was_empty_at_expiry(version)
    return None


def was_empty_at_expiry(version: TransactionVersion) -> bool:
    """No amount told is not an amount of 0: what no night saw is not claimed."""
    if version.expires_at is None or version.crypto_received is None:
        return False
    seen_at = max(version.updated_at, version.recorded_from)
    return version.crypto_received == 0 and seen_at >= version.expires_at


def round_money(amount: Decimal, currency: str, world: World) -> Decimal:
    """To the currency's minor unit, half away from zero; coins nobody knows have 18 digits."""
    unit = Decimal(1).scaleb(-world.minor_units.get(currency, DIGITS_OF_UNKNOWN_COINS))
    return amount.quantize(unit, rounding=ROUND_HALF_UP) + ZERO


JUDGES: dict[str, Callable[[TransactionVersion, World], Decimal | None]] = {
    "WRONG_ASSET_RECEIVED": wrong_asset,
    "NETWORK_MISMATCH": wrong_network,
    "PAYOUT_FAILED": payout_failed,
    "PAYOUT_OVERDUE": payout_overdue,
    "UNDERPAID": underpaid,
    "OVERPAID": overpaid,
    "FEE_VARIANCE": fee_variance,
    "LATE_PAYMENT": late_payment,
}
