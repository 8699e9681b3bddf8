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
    links: list[Row]
    breaks: list[Row]
    refused_rows: list[Row]
    listings: list[Row]
    actions: list[Row]
    words: dict[str, Row]


def stories_of(places: Places, asked: str) -> list[Story]:
    """The stories an id tells: one a case it stands in, in the order of their case ids.

    Raises ConfigurationFault when nothing is published or no row carries the id.
    """
    identifier = asked.strip().encode("utf-8", "replace").decode("utf-8")
    with open_snapshot(places.published) as connection:
        teller = _Teller(connection)
        subjects = teller.rows("subjects", id=identifier)
        if not subjects:
            raise _unknown(identifier, teller.rows("basis"))
        cases = list(dict.fromkeys(subject["case_id"] for subject in subjects))
        return [
            teller.story(
                identifier,
                case_id,
                found_as=[row["kind"] for row in subjects if row["case_id"] == case_id],
            )
            for case_id in cases
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

    def story(self, asked: str, case_id: str | None, *, found_as: list[str]) -> Story:
        """Gather one case, or the lone rows of an id that stands in none."""
        links = self.rows("links", case_id=case_id)
        breaks = self.rows("breaks", case_id=case_id)
        words = {f"{word['kind']}:{word['word']}": word for word in self.rows("words")}
        lone = [asked] if case_id is None else []
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
            "transactions": _by_transaction(versions),
            "sessions": self.rows("sessions", session_ids=session_ids),
            "links": [{**link, "evidence": json.loads(link["evidence"])} for link in links],
            "breaks": [_with_codes(row, words) for row in breaks],
            "refused_rows": self.rows(
                "quarantine", ids=[*order_ids, *transaction_ids, *session_ids], case_id=case_id
            ),
            "listings": self._listings(orders, versions, basis=basis),
            "actions": self.rows(
                "actions",
                case_id=case_id,
                break_ids=_ids(breaks, "break_id"),
                order_ids=order_ids,
                transaction_ids=transaction_ids,
            ),
        }
        business_date = (links or breaks or [{"business_date": None}])[0]["business_date"]
        schedules = self.rows("fee_schedule", business_date=business_date)
        return Story(
            asked=asked,
            found_as=found_as,
            case_id=case_id,
            business_date=business_date,
            match_status=links[0]["match_status"] if links else None,
            basis=basis,
            fee_schedule=schedules[0] if schedules else None,
            timeline=timeline_of(told, basis, own=own),
            words=words,
            **told,
        )

    def _listings(self, orders: Sequence[Row], versions: Sequence[Row], *, basis: Row) -> list[Row]:
        """Where a payment was looked for, when orders have none at all."""
        if not orders or versions:
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


def _by_transaction(versions: Sequence[Row]) -> list[Row]:
    """One entry a transaction, with its versions and what changed from each to the next."""
    gathered: dict[str, list[Row]] = {}
    for version in versions:
        known = gathered.setdefault(version["transaction_id"], [])
        known.append({**version, "changed": _changes(known[-1], version) if known else []})
    return [{"transaction_id": name, "versions": known} for name, known in gathered.items()]


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
        f"No order, transaction, checkout session, case or break of the snapshot{as_of} is called "
        f'"{shown}".',
        'Check the spelling, or look it up: `recon sql "select order_id, transaction_id, case_id '
        'from reconciled.matches"`.',
    )
