"""Everything the published snapshot knows about one id, gathered by case.

Belongs here: which queries of `sql/story` are asked, and their rows put together. Every value is
ready for JSON: money as exact text, instants in UTC.
Stays out: the order of time (see `timeline`) and the wording on a screen (see `telling`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.currencies import minor_units
from pipelines.faults import ChainBroken, ConfigurationFault
from pipelines.reading.cells import json_value
from pipelines.reading.snapshot import open_snapshot
from pipelines.reading.timeline import Event, timeline_of
from pipelines.settings import Places
from pipelines.warehouse.queries import script
from reports.amounts import digits
from reports.wording import plain

Row = dict[str, Any]

_SHOWN_CHARACTERS = 60
_CURRENCY_OF = {
    "amount": "currency",
    "expected_amount": "currency",
    "actual_amount": "currency",
    "money_impact": "currency",
    "fiat_amount": "fiat_currency",
    "fee_amount": "fiat_currency",
}
_BOOKKEEPING = {"version", "recorded_from", "recorded_to", "is_outdated", "source", "updated_at"}


@dataclass(frozen=True)
class Story:
    """What is known about the case that an id stands in; `case_id` is None before judgement."""

    asked: str
    found_as: list[str]
    case_id: str | None
    business_date: str | None
    match_status: str | None
    basis: Row
    fee_schedule: Row | None
    timeline: list[Event]
    orders: list[Row]
    transactions: list[Row]
    sessions: list[Row]
    subscriptions: list[Row]
    authorizations: list[Row]
    invoices: list[Row]
    attempts: list[Row]
    bills: list[Row]
    links: list[Row]
    breaks: list[Row]
    refused_rows: list[Row]
    listings: list[Row]
    actions: list[Row]
    words: dict[str, Row]


def stories_of(places: Places, asked: str) -> list[Story]:
    """The stories an id tells in the published snapshot, as `stories_in` tells them.

    Raises ConfigurationFault when nothing is published or no row carries the id.
    """
    with open_snapshot(places.published) as connection:
        return stories_in(connection, asked)


def stories_in(connection: duckdb.DuckDBPyConnection, asked: str) -> list[Story]:
    """The stories an id tells: one a case it stands in, in the order of their case ids.

    A subscription is one story of all its cases. Raises ConfigurationFault when no row carries
    the id.
    """
    identifier = asked.strip().encode("utf-8", "replace").decode("utf-8")
    teller = _Teller(connection)
    # Rows without a reference or hash are not called by an empty name.
    subjects = teller.rows("subjects", id=identifier) if identifier else []
    if not subjects:
        raise _unknown(identifier, teller.rows("basis"))
    kinds: dict[tuple[str | None, str | None], list[str]] = {}
    for subject in subjects:
        told_by = subject["case_id"], subject["subscription_id"]
        kinds.setdefault(told_by, []).append(subject["kind"])
    return [
        teller.story(identifier, case_id, subscription_id=subscription_id, found_as=found_as)
        for (case_id, subscription_id), found_as in kinds.items()
    ]


class _Teller:
    """Asks the queries of `sql/story` on one snapshot."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, name: str, **parameters: object) -> list[Row]:
        """The rows of one query of `sql/story`, every value ready for JSON."""
        try:
            asked = self._connection.execute(script(f"story/{name}"), parameters)
            names = [column[0] for column in asked.description or []]
            found = asked.fetchall()
        except duckdb.Error as unfit:
            raise ChainBroken(
                f"The published snapshot cannot tell its {name}: {str(unfit).splitlines()[0]}.",
                "Run the night again to publish it anew.",
            ) from unfit
        return [_ready(dict(zip(names, row, strict=True))) for row in found]

    def story(
        self, asked: str, case_id: str | None, *, subscription_id: str | None, found_as: list[str]
    ) -> Story:
        """Gather one case, a subscription, or the lone rows of an id that stands in none."""
        named = {"case_id": case_id, "subscription_id": subscription_id}
        links = self.rows("links", case_id=case_id)
        bills = self.rows("bills", **named)
        breaks = self.rows("breaks", **named)
        words = {f"{word['kind']}:{word['word']}": word for word in self.rows("words")}
        lone = [asked] if case_id is None and subscription_id is None else []
        order_ids = _ids([*links, *breaks], "order_id") + lone
        transaction_ids = _ids([*links, *breaks], "transaction_id") + lone
        orders = self.rows("orders", order_ids=order_ids)
        versions = self.rows("transactions", transaction_ids=transaction_ids)
        session_ids = [named for order in orders for named in order["session_ids"] or ()]
        session_ids += [*_ids(versions, "checkout_session_id"), *lone]
        basis = self.rows("basis")[0]
        own = next((row for row in breaks if row["case_id"] == case_id), None)
        told = {
            "orders": orders,
            "transactions": _by_id(versions, "transaction_id"),
            "sessions": self.rows("sessions", session_ids=session_ids),
            **self._bills(bills, lone, subscription_id=subscription_id),
            "bills": bills,
            "links": [{**link, "evidence": json.loads(link["evidence"])} for link in links],
            "breaks": [_with_codes(row, words) for row in breaks],
            "refused_rows": self.rows(
                "quarantine", ids=[*order_ids, *transaction_ids, *session_ids], case_id=case_id
            ),
            "listings": self._listings(orders, [*versions, *bills], basis=basis),
            "actions": self.rows(
                "actions",
                case_id=case_id,
                break_ids=_ids(breaks, "break_id"),
                order_ids=order_ids,
                transaction_ids=transaction_ids,
            ),
        }
        judged = links or bills if case_id is not None else []
        business_date = (judged or breaks or [{"business_date": None}])[0]["business_date"]
        schedules = self.rows("fee_schedule", business_date=business_date)
        return Story(
            asked=asked,
            found_as=found_as,
            case_id=case_id,
            business_date=business_date,
            match_status=judged[0]["match_status"] if judged else None,
            basis=basis,
            fee_schedule=schedules[0] if schedules else None,
            timeline=timeline_of(told, basis, own=own),
            words=words,
            **told,
        )

    def _bills(
        self, bills: Sequence[Row], lone: Sequence[str], *, subscription_id: str | None
    ) -> dict[str, list[Row]]:
        """What the bills of a case are about: their subscription, invoices and charges."""
        invoices = self.rows("invoices", invoice_ids=[*_ids(bills, "invoice_id"), *lone])
        attempts = self.rows(
            "attempts", charge_attempt_ids=[*_ids(bills, "charge_attempt_id"), *lone]
        )
        of_bills = [*bills, *invoices, *attempts, {"subscription_id": subscription_id}]
        subscription_ids = _ids(of_bills, "subscription_id")
        subscriptions = self.rows("subscriptions", subscription_ids=subscription_ids)
        authorizations = self.rows("authorizations", subscription_ids=subscription_ids)
        return {
            "subscriptions": _by_id(subscriptions, "subscription_id"),
            "authorizations": _by_id(authorizations, "authorization_id"),
            "invoices": _by_id(invoices, "invoice_id"),
            "attempts": attempts,
        }

    def _listings(self, orders: Sequence[Row], payments: Sequence[Row], *, basis: Row) -> list[Row]:
        """Where a payment was looked for, when orders have none at all."""
        if not orders or payments:
            return []
        return self.rows("pulls", since=orders[0]["placed_at"], until=basis["as_of"])


def _ready(row: Row) -> Row:
    return {name: _value(name, value, row=row) for name, value in row.items()}


def _value(name: str, value: object, *, row: Mapping[str, Any]) -> Any:
    if not isinstance(value, Decimal):
        return json_value(value)
    least = minor_units(row[_CURRENCY_OF[name]] or "") if name in _CURRENCY_OF else 0
    return digits(format(value, "f"), least=2 if least is None else least)


def _ids(rows: Sequence[Row], name: str) -> list[str]:
    return list(dict.fromkeys(row[name] for row in rows if row[name] is not None))


def _by_id(versions: Sequence[Row], name: str) -> list[Row]:
    """One entry a thing, with its versions and what changed from each to the next."""
    gathered: dict[str, list[Row]] = {}
    for version in versions:
        known = gathered.setdefault(version[name], [])
        known.append({**version, "changed": _changes(known[-1], version) if known else []})
    return [{name: thing, "versions": known} for thing, known in gathered.items()]


def _changes(before: Row, after: Row) -> list[Row]:
    return [
        {"field": name, "before": before[name], "after": value}
        for name, value in after.items()
        if name not in _BOOKKEEPING and before[name] != value
    ]


def _with_codes(row: Row, words: Mapping[str, Row]) -> Row:
    """The break with its evidence read, and its codes in order of precedence."""
    evidence = json.loads(row["evidence"])
    judged = {held["code"]: held for held in evidence.get("judged", ())}
    codes = []
    for place, code in enumerate([row["code"], *row["secondary_codes"]]):
        held = judged.get(code, {})
        word = words.get(f"code:{code}", {})
        codes.append(
            {
                "code": code,
                "precedence": word.get("rank"),
                "is_primary": place == 0,
                "meaning": word.get("meaning"),
                "impact": evidence.get("impacts", {}).get(code),
                "currency": row["currency"],
                "detail": row["detail"] if place == 0 else held.get("detail", ""),
                "facts": held.get("facts", []),
            }
        )
    return {**row, "evidence": evidence, "codes": codes}


def _unknown(identifier: str, basis: Sequence[Row]) -> ConfigurationFault:
    shown = plain(identifier[:_SHOWN_CHARACTERS])
    as_of = f" as of {basis[0]['as_of']}" if basis else ""
    return ConfigurationFault(
        "No order, transaction, checkout session, subscription, authorization, invoice, charge "
        f'attempt, reference, case or break of the snapshot{as_of} is called "{shown}".',
        'Check the spelling, or look it up: `recon sql "select order_id, transaction_id, case_id '
        'from reconciled.matches"`.',
    )
