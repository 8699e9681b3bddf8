"""What happened in order of time, and when we came to know it.

Belongs here: one sentence an event. Facts carry the instant the shop or the gateway gives them;
what was taken in or judged carries the as-of of the night that did it.
Stays out: queries, and the layout on a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.partitions import cut_off

Row = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One thing that happened: `kind` is happened, taken in, judged or decided."""

    at: str
    kind: str
    subject: str
    sentence: str


_KINDS = ("happened", "taken in", "judged", "decided")


def timeline_of(told: Mapping[str, Sequence[Row]], basis: Row, *, own: Row | None) -> list[Event]:
    """Every event of a case, oldest first; of one instant, facts before what was made of them."""
    events = [
        *_of_orders(told["orders"]),
        *_of_sessions(told["sessions"]),
        *_of_transactions(told["transactions"]),
        *_of_subscriptions(told["subscriptions"]),
        *_of_authorizations(told["authorizations"]),
        *_of_invoices(told["invoices"]),
        *_of_attempts(told["attempts"]),
        *_of_refused_rows(told["refused_rows"]),
        *_of_breaks(told["breaks"], basis),
        *_of_actions(told["actions"]),
    ]
    judged = [*told["links"], *told["bills"]] if own is None else []
    if len({row["case_id"] for row in judged}) == 1 and not told["breaks"]:
        status = judged[0]["match_status"]
        events.append(Event(basis["as_of"], "judged", "", f"Judged {status}; no break."))
    return sorted(
        events, key=lambda event: (datetime.fromisoformat(event.at), _KINDS.index(event.kind))
    )


def instant_shown(at: str) -> str:
    """An instant to the second, without its zone: every instant here is in UTC."""
    return at[:19].replace("T", " ")


def _of_orders(orders: Sequence[Row]) -> Iterator[Event]:
    for order in orders:
        name = order["order_id"]
        money = f"{order['currency']} {order['amount']}"
        yield Event(order["placed_at"], "happened", name, f"Order {name} is placed for {money}.")
        if order["paid_at"]:
            yield Event(
                order["paid_at"], "happened", name, f"The shop counts order {name} as paid."
            )
        if order["recorded_from"]:
            yield Event(
                order["recorded_from"],
                "taken in",
                name,
                f"Order {name} is taken in as {order['status']} from {order['source_file']} "
                f"line {order['source_row']}, exported {order['exported_date']}.",
            )


def _of_sessions(sessions: Sequence[Row]) -> Iterator[Event]:
    for session in sessions:
        name = session["session_id"]
        asks = _joined(
            _amount(session["currency"], session["amount"]), _coin(session), _until(session)
        )
        opens = f"Checkout session {name} opens{': ' + asks if asks else ''}."
        if session["created_at"]:
            yield Event(session["created_at"], "happened", name, opens)
        yield Event(
            session["first_seen_at"],
            "taken in",
            name,
            f"Checkout session {name} is first taken in; by now it is {session['status']} "
            f"(version {session['version']}).",
        )


def _of_transactions(transactions: Sequence[Row]) -> Iterator[Event]:
    for transaction in transactions:
        name, versions = transaction["transaction_id"], transaction["versions"]
        newest = versions[-1]
        asks = _joined(
            _amount(newest["fiat_currency"], newest["fiat_amount"]),
            f"expects {newest['crypto_expected']} {_coin(newest)}"
            if newest["crypto_expected"]
            else "",
            _until(newest),
        )
        yield Event(newest["created_at"], "happened", name, f"Transaction {name} opens: {asks}.")
        yield from _versions("Transaction", name, versions, says=_first_of_transaction)


def _first_of_transaction(version: Row) -> str:
    received = version["crypto_received"]
    return _joined(
        version["status"],
        f"received {received} {version['crypto_currency'] or ''}".strip() if received else "",
        f"payout {version['payout_status']}" if version["payout_status"] else "",
    )


def _of_subscriptions(subscriptions: Sequence[Row]) -> Iterator[Event]:
    for subscription in subscriptions:
        name, versions = subscription["subscription_id"], subscription["versions"]
        newest = versions[-1]
        if newest["created_at"]:
            begins = f"Subscription {name} begins, on price {_shown(newest['price_id'])}."
            yield Event(newest["created_at"], "happened", name, begins)
        if newest["canceled_at"]:
            ends = f"Subscription {name} is cancelled."
            yield Event(newest["canceled_at"], "happened", name, ends)
        yield from _versions("Subscription", name, versions, says=_first_of_subscription)


def _first_of_subscription(version: Row) -> str:
    start, end = version["current_period_start_at"], version["current_period_end_at"]
    period = f"period {instant_shown(start)} to {instant_shown(end)}" if start and end else ""
    return _joined(version["status"], version["billing_mode"], period)


def _of_authorizations(authorizations: Sequence[Row]) -> Iterator[Event]:
    for authorization in authorizations:
        name, versions = authorization["authorization_id"], authorization["versions"]
        newest = versions[-1]
        for at, what in (("created_at", "is noted"), ("revoked_at", "is revoked")):
            if newest[at]:
                yield Event(newest[at], "happened", name, f"Authorization {name} {what}.")
        yield from _versions("Authorization", name, versions, says=_first_of_authorization)


def _first_of_authorization(version: Row) -> str:
    allowance, spent = version["allowance_units"], version["spent_units"]
    return _joined(
        version["status"],
        f"allowance {allowance}" if allowance else "",
        f"spent {spent}" if spent else "",
        _until(version),
    )


def _of_invoices(invoices: Sequence[Row]) -> Iterator[Event]:
    for invoice in invoices:
        name, versions = invoice["invoice_id"], invoice["versions"]
        newest = versions[-1]
        asks = _amount(newest["currency"], newest["amount"])
        opens = f"Invoice {name} of subscription {newest['subscription_id']} is made: {asks}."
        yield Event(newest["created_at"], "happened", name, opens)
        for at, what in (("due_at", "is due"), ("paid_at", "is paid"), ("voided_at", "is voided")):
            if newest[at]:
                yield Event(newest[at], "happened", name, f"Invoice {name} {what}.")
        yield from _versions("Invoice", name, versions, says=lambda version: version["status"])


def _of_attempts(attempts: Sequence[Row]) -> Iterator[Event]:
    for attempt in attempts:
        name = attempt["charge_attempt_id"]
        invoice = attempt["invoice_id"] or attempt["listed_under_invoice_id"]
        says = _joined(
            attempt["status"],
            _failure(attempt),
            _amount(attempt["currency"], attempt["amount"]),
            f"hash {attempt['tx_hash']}" if attempt["tx_hash"] else "",
        )
        tried = f"Charge attempt {name} on invoice {invoice}: {says}."
        yield Event(attempt["attempted_at"] or attempt["created_at"], "happened", name, tried)
        yield Event(
            attempt["first_seen_at"],
            "taken in",
            name,
            f"Charge attempt {name} is first taken in; by now it is {attempt['status']} "
            f"(version {attempt['version']}).",
        )


def _failure(attempt: Row) -> str:
    """Why it failed in the gateway's word, and whether it may be tried again."""
    means = {"soft": "soft, it may be tried again", "hard": "hard, a person must act first"}
    kind = attempt["failure_class"]
    if kind is None:
        return attempt["error_code"] or ""
    return f"{attempt['error_code'] or 'no reason given'} ({means.get(kind, 'of no known class')})"


def _versions(
    kind: str, name: str, versions: Sequence[Row], *, says: Callable[[Row], str]
) -> Iterator[Event]:
    """What was taken in: all that matters of the first version, the changes of a later one."""
    for version in versions:
        told = says(version) if version["version"] == 1 else _changed(version)
        changed_at = (
            f" (changed {instant_shown(version['updated_at'])})" if version["updated_at"] else ""
        )
        late = " when a newer one was known" if version["is_outdated"] else ""
        yield Event(
            version["recorded_from"],
            "taken in",
            name,
            f"{kind} {name} version {version['version']} is taken in{late}: "
            f"{told or 'nothing that is judged changed'}{changed_at}.",
        )


def _changed(version: Row) -> str:
    return "; ".join(
        f"{change['field']} {_shown(change['before'])} \N{RIGHTWARDS ARROW} "
        f"{_shown(change['after'])}"
        for change in version["changed"]
    )


def _of_refused_rows(rows: Sequence[Row]) -> Iterator[Event]:
    for row in rows:
        yield Event(
            row["seen_at"],
            "taken in",
            row["key"] or "",
            f"A row is refused: {row['source']} line {row['source_row']}: {row['reason']}",
        )


def _of_breaks(breaks: Sequence[Row], basis: Row) -> Iterator[Event]:
    for row in breaks:
        name = row["break_id"]
        first = cut_off(date.fromisoformat(row["first_seen_date"]), ZoneInfo(basis["timezone"]))
        yield Event(
            first.isoformat().replace("+00:00", "Z"),
            "judged",
            name,
            f"Break {name} is first seen, closing {row['first_seen_date']}.",
        )
        merged = row["evidence"].get("merged_into")
        into = f", merged into {merged}" if merged else ""
        codes = ", ".join(code["code"] for code in row["codes"])
        yield Event(
            row["recorded_from"], "judged", name, f"Break {name} is {row['state']}{into}: {codes}."
        )


def _of_actions(actions: Sequence[Row]) -> Iterator[Event]:
    for action in actions:
        yield Event(
            action["effective_at"],
            "decided",
            action["break_id"] or action["case_id"] or "",
            f"{action['decided_by']} decides {action['verb']}: {action['reason']}",
        )


def _amount(currency: str | None, amount: str | None) -> str:
    return f"{currency or ''} {amount}".strip() if amount else ""


def _coin(row: Row) -> str:
    coin, network = row["crypto_currency"], row["network"]
    return f"{coin} on {network}" if coin and network else coin or network or ""


def _until(row: Row) -> str:
    return f"until {instant_shown(row['expires_at'])}" if row["expires_at"] else ""


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)
