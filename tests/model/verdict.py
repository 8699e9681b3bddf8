"""The store against the world: which rows are wrong, missing or doubled, and what was invented.

The truth of a row is what the world showed at some moment of the last pull; where nothing changed
during it, that is one version. Stays out: how the rows got there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from model.payments import Payment, Version

Row = tuple[Any, ...]

CURRENT = """
    select transaction_id, type, reference, description, checkout_session_id, fiat_amount,
        fiat_currency, crypto_expected, crypto_currency, network, exchange_rate, fee_amount,
        tolerance_percent, epoch_ms(created_at), epoch_ms(expires_at), status, payout_status,
        crypto_received, refund_amount, refund_tx_hash, epoch_ms(updated_at)
    from validated.transactions
"""
HISTORY = """
    select transaction_id, version, status, payout_status, crypto_received, refund_amount,
        refund_tx_hash, epoch_ms(updated_at)
    from validated.transactions_history
    order by transaction_id, version
"""
REFUSED = "select key, reason from validated.quarantine"


@dataclass
class Verdict:
    """Names of payments by what is the matter with them."""

    judged: int
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, list[str]]:
        """What is the matter, by kind; empty when the store is the world."""
        kinds = ("wrong", "missing", "doubled", "surplus", "disordered", "refused")
        return {kind: names for kind in kinds if (names := getattr(self, kind))}

    @property
    def share_at_fault(self) -> Decimal:
        """Wrong and missing ones in percent of those judged."""
        return Decimal(100 * (len(self.wrong) + len(self.missing))) / self.judged


def judge(
    payments: Sequence[Payment], rows: Iterable[Row], *, cut_off: int, since: int, until: int
) -> Verdict:
    """Current rows against what was visible and created in time, from `since` to `until`."""
    due = {
        payment.name: payment
        for payment in payments
        if payment.created_at < cut_off and payment.visible_at <= since
    }
    known = {payment.name: payment for payment in payments}
    verdict = Verdict(judged=len(due))
    counts: Counter[str] = Counter()
    for row in rows:
        name = row[0]
        counts[name] += 1
        payment = known.get(name)
        if payment is None:
            verdict.surplus.append(name)
        elif row not in {row_of(payment, version) for version in _shown(payment, since, until)}:
            verdict.wrong.append(name)
    verdict.missing = [name for name in due if name not in counts]
    verdict.doubled = [name for name, count in counts.items() if count > 1]
    return verdict


def judge_store(
    warehouse: Path, payments: Sequence[Payment], *, cut_off: int, since: int, until: int
) -> Verdict:
    """The validated tables against the world, versions and quarantine included."""
    connection = duckdb.connect(str(warehouse), read_only=True)
    try:
        rows = connection.execute(CURRENT).fetchall()
        history = connection.execute(HISTORY).fetchall()
        refused = connection.execute(REFUSED).fetchall()
    finally:
        connection.close()
    verdict = judge(payments, rows, cut_off=cut_off, since=since, until=until)
    verdict.disordered = disordered(payments, history)
    verdict.refused = [f"{key}: {reason}" for key, reason in refused]
    return verdict


def _shown(payment: Payment, since: int, until: int) -> list[Version]:
    """The versions that were to be seen at some moment from `since` to `until`."""
    shown = [version for version in payment.versions if version.at <= until]
    first = max((place for place, version in enumerate(shown) if version.at <= since), default=0)
    return shown[first:]


def row_of(payment: Payment, version: Version) -> Row:
    return (
        payment.name,
        "CHECKOUT",
        f"RS-{payment.number:06d}",
        f"Order {payment.number}",
        f"cs_{payment.number:06d}" if payment.has_session else None,
        Decimal(payment.amount),
        "NGN",
        Decimal(payment.coins),
        payment.coin,
        payment.network,
        Decimal("1600.5"),
        Decimal(payment.fee),
        Decimal(2),
        payment.created_at,
        payment.expires_at,
        *changing(version),
    )


def changing(version: Version) -> Row:
    state = version.state
    return (
        state.status,
        state.payout_status,
        Decimal(state.received),
        Decimal(state.refund_amount),
        state.refund_tx_hash,
        version.updated_at,
    )


def disordered(payments: Sequence[Payment], history: Iterable[Row]) -> list[str]:
    """Payments of which a version is held that the world never had, or not after the one before."""
    known = {payment.name: payment for payment in payments}
    reached: dict[str, int] = {}
    found = set()
    for name, number, *values in history:
        if name not in known:
            continue
        begin = reached.get(name, 0)
        later = known[name].versions[begin:]
        places = [at for at, version in enumerate(later) if changing(version) == tuple(values)]
        if not places:
            found.add(f"{name} version {number}")
            continue
        reached[name] = begin + places[0] + 1
    return sorted(found)
