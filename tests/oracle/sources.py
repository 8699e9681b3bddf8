"""What the sources themselves do not show: dates without orders, refused rows, gaps in the pull.

Each excuses a side that stands alone. Which code or status follows from it stays out.
"""

from datetime import date, datetime, timedelta

from oracle.links import known_ids_in
from oracle.world import Order, TransactionVersion, World


def stale_dates(world: World) -> frozenset[date]:
    """Business dates with COMPLETED checkout payments on which no accepted order was placed."""
    ordered = {world.local_date(order.placed_at) for order in world.judged_orders()}
    paid = {
        world.local_date(transaction.created_at)
        for transaction in world.judged_transactions()
        if transaction.is_completed and is_checkout(transaction, world)
    }
    return frozenset(paid - ordered)


def is_checkout(transaction: TransactionVersion, world: World) -> bool:
    """An order should stand behind it, since nothing else does; whatever its type says."""
    return not is_billed(transaction, world)


def is_billed(transaction: TransactionVersion, world: World) -> bool:
    """An invoice, a payment link or a subscription stands behind it, not an order.

    A subscription is known by the transaction's type, or by an attempt with its hash.
    """
    return bool(
        transaction.invoice_id
        or transaction.payment_link_id
        or transaction.type.upper() == "SUBSCRIPTION"
        or is_charge(transaction, world)
    )


def is_charge(transaction: TransactionVersion, world: World) -> bool:
    """Its deposit is the very transfer by which a subscription was charged."""
    hashes = {attempt.tx_hash for attempt in world.judged_attempts() if attempt.tx_hash}
    return transaction.deposit_tx_hash in hashes


def is_named_in_quarantine(transaction: TransactionVersion, world: World) -> bool:
    """An id of this payment, or one it describes, stands in an order row that was refused."""
    known = {each for row in world.quarantined for each in row.known_ids if each}
    own = {
        transaction.external_id,
        transaction.checkout_session_id,
        transaction.transaction_id,
        transaction.reference,
    }
    return bool(own & known) or bool(known_ids_in(transaction, known))


def is_shown_complete(order: Order, world: World) -> bool:
    """Complete windows cover everything from 1 h before the order was placed to the as-of."""
    return covered(order.placed_at - timedelta(hours=1), world)


def covered(start: datetime, world: World) -> bool:
    reached = start
    for window in sorted(world.windows, key=lambda each: each.start):
        if window.complete and window.start <= reached:
            reached = max(reached, window.end)
    return reached >= world.as_of
