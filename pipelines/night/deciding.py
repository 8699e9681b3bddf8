"""What may be decided, asked of the published database: on breaks, on suggestions, on pairs.

Each question gives decisions that say what stood there, or refuses all of them with a sentence.

Belongs here: the states that a verb may start from, the limit of write-offs, what is known of a
pair. Stays out: writing decisions down (`acting`), the file that people edit (`importing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.faults import ConfigurationFault
from pipelines.reading.exceptions import OPEN, amount_text, exceptions_on, pair_of, pairs_waiting
from pipelines.warehouse.decisions import Decision

LONGEST = 1000
_OVER = ("resolved", "written_off")
_LOOK = "See `recon exceptions list --state all`."
_LOOK_AT_PAIRS = "See `recon matches list`."
Row = Mapping[str, Any]
Limits = Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a person wants done with one break, and why."""

    verb: str
    break_id: str
    reason: str
    by: str
    assignee: str | None = None
    request_key: str | None = None


def on_breaks(
    published: duckdb.DuckDBPyConnection, asked: Sequence[Asked], *, limits: Limits
) -> list[Decision]:
    """Decisions on breaks, all of them or none."""
    rows = {
        row["break_id"]: row for row in exceptions_on(published, [one.break_id for one in asked])
    }
    faults = [fault_of(one, rows.get(one.break_id), limits=limits) for one in asked]
    found = [fault for fault in faults if fault]
    if found:
        more = f" {len(found) - 1} more cannot be either." if found[1:] else ""
        raise ConfigurationFault(f"{found[0]}{more} Nothing was done.", _LOOK)
    return [decision_of(one, rows[one.break_id]) for one in asked]


def fault_of(asked: Asked, row: Row | None, *, limits: Limits) -> str | None:
    """Why that cannot be done with the break as it stands; None when it can."""
    name, verb = asked.break_id, asked.verb
    if row is None:
        return f"There is no break {name}."
    state = row["state"]
    if verb == "reopen" and state not in _OVER:
        return f"Break {name} is {_worded(state)}; only a resolved or written off one is reopened."
    if verb not in ("note", "reopen") and state not in OPEN:
        return f"Break {name} is {_worded(state)} and not open any more."
    if verb == "assign" and not asked.assignee:
        return f"Break {name} is to be assigned, and to whom is not said."
    if verb != "assign" and asked.assignee:
        return f"Break {name} has a name to assign it to, and {_worded(verb)} assigns nothing."
    return _beyond(row, limits) if verb == "write_off" else None


def _beyond(row: Row, limits: Limits) -> str | None:
    """Why so much cannot be written off; both ends of the limit are within it."""
    name, currency, impact = row["break_id"], row["currency"], row["money_impact"]
    if currency not in limits:
        in_what = f"in {currency}" if currency else "of a break without money"
        return f"Break {name} cannot be written off: recon.toml has no [write_off] limit {in_what}."
    if abs(impact) > limits[currency]:
        return (
            f"Break {name} is worth {currency} {amount_text(impact, currency)}, and recon.toml "
            f"allows {currency} {amount_text(limits[currency], currency)} to be written off."
        )
    return None


def decision_of(asked: Asked, row: Row) -> Decision:
    """The decision on a break, with what stands there now."""
    return Decision(
        verb=asked.verb,
        reason=asked.reason,
        decided_by=asked.by,
        assignee=asked.assignee,
        request_key=asked.request_key,
        break_id=row["break_id"],
        case_id=row["case_id"],
        order_id=row["order_id"],
        transaction_id=row["transaction_id"],
        code=row["code"],
        currency=row["currency"],
        amount=row["money_impact"],
    )


def on_cases(
    published: duckdb.DuckDBPyConnection,
    case_ids: Sequence[str],
    *,
    verb: str,
    reason: str,
    by: str,
) -> list[Decision]:
    """Accept or reject what is suggested; of an ambiguous case every pair can only be rejected."""
    wanted = list(dict.fromkeys(case_ids))
    pairs = pairs_waiting(published, wanted)
    for case_id in wanted:
        statuses = {pair["match_status"] for pair in pairs if pair["case_id"] == case_id}
        if not statuses:
            raise ConfigurationFault(
                f"No pair is suggested in a case {case_id}. Nothing was done.", _LOOK_AT_PAIRS
            )
        if verb == "accept" and statuses != {"SUGGESTED"}:
            raise ConfigurationFault(
                f"Case {case_id} is ambiguous: which belongs to which is not said by accepting it.",
                "Use `recon matches link ORDER_ID TRANSACTION_ID` for each pair that belongs "
                "together.",
            )
    return [_pair_decision(pair, verb=verb, reason=reason, by=by) for pair in pairs]


def on_pair(
    published: duckdb.DuckDBPyConnection,
    order_id: str,
    transaction_id: str,
    *,
    verb: str,
    reason: str,
    by: str,
) -> list[Decision]:
    """Link an order and a transaction, or part them."""
    pair = pair_of(published, order_id, transaction_id)
    fault = _pair_fault(pair, order_id, transaction_id, verb=verb)
    if fault:
        raise ConfigurationFault(f"{fault} Nothing was done.", _LOOK_AT_PAIRS)
    return [_pair_decision(pair, verb=verb, reason=reason, by=by)]


def _pair_fault(pair: Row, order_id: str, transaction_id: str, *, verb: str) -> str | None:
    if pair["order_id"] is None:
        return f"There is no order {order_id}."
    if pair["transaction_id"] is None:
        return f"There is no transaction {transaction_id}."
    both = f"Order {order_id} and transaction {transaction_id}"
    is_linked_by_hand = pair["last_word"] in ("link", "accept")
    if verb == "link" and is_linked_by_hand:
        return f"{both} are linked by hand already."
    if verb == "unlink" and pair["match_rule"] is None and not is_linked_by_hand:
        return f"{both} are not joined, so there is nothing to part."
    return None


def _pair_decision(pair: Row, *, verb: str, reason: str, by: str) -> Decision:
    columns = (
        "case_id",
        "order_id",
        "transaction_id",
        "currency",
        "amount",
        "received_currency",
        "received_amount",
        "match_rule",
    )
    return Decision(
        verb=verb, reason=reason, decided_by=by, **{name: pair[name] for name in columns}
    )


def one_line(text: str, what: str) -> str:
    """A reason or a name as it stands in the record: one printable line that is not empty."""
    line = " ".join(text.split())
    if not line or len(line) > LONGEST or not line.isprintable():
        raise ConfigurationFault(
            f"The {what} is empty, longer than {LONGEST} characters, or not printable.",
            "Write one sentence.",
        )
    return line


def _worded(word: str) -> str:
    return word.replace("_", " ")
