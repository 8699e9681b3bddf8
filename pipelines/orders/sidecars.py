"""What an exporter lays beside an export to show that it is whole: a digest or control totals.

`NAME.sha256` is the line that `sha256sum NAME` prints. `NAME.control.json` is an object with `rows`
(every data row, also several of an order), `amounts` (currency to decimal text, each order once)
and `exported_at` (ISO-8601 with offset, or a date), each optional, nothing else. A sidecar that
cannot be read refuses its file: a promise that cannot be checked is worse than none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from pipelines.orders.values import FIRST_YEAR, LAST_YEAR
from pipelines.orders.wording import shown

DIGEST_SUFFIX = ".sha256"
CONTROL_SUFFIX = ".control.json"
MAX_SIDECAR_BYTES = 64 * 1024
_DIGEST_LINE = re.compile(r"\\?([0-9a-fA-F]{64})(?:(?: [ *])(?:.*/)?([^/\r\n]+))?\r?\n?")
_AMOUNT = re.compile(r"(?:0|[1-9]\d{0,19})(?:\.\d{1,18})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_KEYS = frozenset({"rows", "amounts", "exported_at"})


class SidecarUnusable(Exception):
    """The sidecar is not of the form that this module's docstring gives; says why."""


@dataclass(frozen=True)
class ControlTotals:
    """What the exporter says is in the file; None where it says nothing."""

    rows: int | None = None
    amounts: Mapping[str, Decimal] | None = None
    exported_at: datetime | date | None = None

    def exported_on(self, time_zone: tzinfo) -> date | None:
        """Give the business date of the export."""
        if isinstance(self.exported_at, datetime):
            return self.exported_at.astimezone(time_zone).date()
        return self.exported_at


def digest_in(sidecar: bytes, *, name: str) -> str:
    """Give the lower-case sha256 that a sidecar states for the file of this name."""
    match = _DIGEST_LINE.fullmatch(_text(sidecar))
    if match is None:
        raise SidecarUnusable("is not the one line that sha256sum prints")
    stated_for = match.group(2)
    if stated_for is not None and stated_for != name:
        raise SidecarUnusable(f"speaks of another file, {shown(stated_for)}")
    return match.group(1).lower()


def control_totals_in(sidecar: bytes) -> ControlTotals:
    """Read control totals; every number exact, every key known."""
    try:
        stated = json.loads(
            _text(sidecar),
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            object_pairs_hook=_without_repeats,
        )
    except (ValueError, RecursionError) as error:
        raise SidecarUnusable("is not complete JSON") from error
    if not isinstance(stated, dict) or not stated.keys() <= _KEYS:
        raise SidecarUnusable("is not an object of rows, amounts and exported_at")
    return ControlTotals(
        rows=_rows(stated.get("rows")),
        amounts=_amounts(stated.get("amounts")),
        exported_at=_exported_at(stated.get("exported_at")),
    )


def control_json(control: ControlTotals | None) -> dict[str, Any] | None:
    """Give control totals as the object that `control_totals_in` reads."""
    if control is None:
        return None
    stated: dict[str, Any] = {}
    if control.rows is not None:
        stated["rows"] = control.rows
    if control.amounts is not None:
        stated["amounts"] = {code: f"{amount:f}" for code, amount in control.amounts.items()}
    if control.exported_at is not None:
        stated["exported_at"] = control.exported_at.isoformat()
    return stated


def _text(sidecar: bytes) -> str:
    try:
        return sidecar.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SidecarUnusable("is not UTF-8 text") from error


def _refuse_number(number: str) -> None:
    raise SidecarUnusable(f"has the number {shown(number)}, where amounts must be text in quotes")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise SidecarUnusable("has the same key twice")
    return found


def _rows(stated: Any) -> int | None:
    if stated is None:
        return None
    if isinstance(stated, bool) or not isinstance(stated, int) or stated < 0:
        raise SidecarUnusable("states rows that are no whole number")
    return stated


def _amounts(stated: Any) -> Mapping[str, Decimal] | None:
    if stated is None:
        return None
    if not isinstance(stated, dict):
        raise SidecarUnusable("states amounts that are no object")
    for currency, amount in stated.items():
        if _CURRENCY.fullmatch(currency) is None:
            raise SidecarUnusable(f"states an amount in {shown(currency)}, which is no currency")
        if not isinstance(amount, str) or _AMOUNT.fullmatch(amount) is None:
            raise SidecarUnusable(f"states an amount in {currency} that is not decimal text")
    return {currency: Decimal(amount) for currency, amount in stated.items()}


def _exported_at(stated: Any) -> datetime | date | None:
    if stated is None:
        return None
    try:
        is_day = len(stated) == len("2026-11-20")
        exported_at = date.fromisoformat(stated) if is_day else datetime.fromisoformat(stated)
    except (TypeError, ValueError) as error:
        raise SidecarUnusable("states an exported_at that is not ISO-8601") from error
    if isinstance(exported_at, datetime) and exported_at.tzinfo is None:
        raise SidecarUnusable("states an exported_at without an offset")
    if not FIRST_YEAR <= exported_at.year <= LAST_YEAR:
        raise SidecarUnusable(f"states an exported_at outside {FIRST_YEAR} to {LAST_YEAR}")
    return exported_at
