"""What callers may ask: list parameters and session bodies, checked field by field.

A wrong value raises `BadRequest` naming its field; unknown parameters and fields are tolerated, as
the known clients rely on it. What is answered is not known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pipelines.sandbox.days import SECOND, to_instant
from pipelines.sandbox.tender import FIATS

STATUSES = (
    "PENDING",
    "PROCESSING",
    "UNDERPAID",
    "COMPLETED",
    "EXPIRED",
    "FAILED",
    "REFUNDED",
    "CANCELLED",
)
LIMIT_DEFAULT = 20
TEXT_LENGTH_MAX = 1_000
LIFETIME_DEFAULT = 1_800
LIFETIME_MAX = 30 * 86_400
_AMOUNT_MIN = Decimal("0.01")
_AMOUNT_MAX = Decimal(10) ** 15
_DIGITS_MAX = 18
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_TICKER = re.compile(r"[A-Za-z0-9]{2,12}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_URL = re.compile(r"https?://[^\s\"\\]+")
_TEXTS = ("description", "customerName", "customerEmail", "fromCurrency", "fromNetwork")
_PATTERNS = {
    "customerEmail": (_EMAIL, "must be an e-mail address"),
    "callbackUrl": (_URL, "must be an http or https URL"),
    "redirectUrl": (_URL, "must be an http or https URL"),
    "fromCurrency": (_TICKER, "must be a coin's ticker"),
    "refundAddress": (re.compile(r"\S{10,}"), "must have at least 10 characters"),
}


class BadRequest(Exception):
    """A value that cannot be accepted; `field` is None when the body as a whole is wrong."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message if field is None else f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True)
class ListQuery:
    """A checked list request; `since` and `until` bound createdAt, half-open."""

    page: int
    limit: int
    status: str | None
    since: int | None
    until: int | None
    by_update: bool
    descending: bool


def list_query(params: Mapping[str, str], page_limit: int) -> ListQuery:
    """The list conventions of the contract, section 14; a larger limit is cut to the page limit."""
    since, until = _instant(params, "startDate"), _instant(params, "endDate")
    if since is not None and until is not None and until < since:
        raise BadRequest("endDate", "must not be before startDate")
    status = params.get("status")
    if status is not None and status.upper() not in STATUSES:
        raise BadRequest("status", f"must be one of {', '.join(STATUSES)}")
    return ListQuery(
        page=_whole(params, "page", 1),
        limit=min(_whole(params, "limit", LIMIT_DEFAULT), page_limit),
        status=None if status is None else status.upper(),
        since=since,
        until=until,
        by_update=_word(params, "sortBy", ("createdAt", "updatedAt")) == "updatedAt",
        descending=_word(params, "sortOrder", ("desc", "asc")) == "desc",
    )


def _whole(params: Mapping[str, str], field: str, default: int) -> int:
    value = params.get(field)
    if value is None:
        return default
    if not _WHOLE.fullmatch(value) or int(value) < 1:
        raise BadRequest(field, "must be a whole number from 1")
    return int(value)


def _word(params: Mapping[str, str], field: str, words: tuple[str, ...]) -> str:
    value = params.get(field, words[0])
    if value not in words:
        raise BadRequest(field, f"must be one of {', '.join(words)}")
    return value


def _instant(params: Mapping[str, str], field: str) -> int | None:
    value = params.get(field)
    return None if value is None else instant_of(field, value)


def instant_of(field: str, value: object) -> int:
    """An ISO-8601 date or date-time as milliseconds; without an offset it is UTC."""
    if isinstance(value, str) and len(value) <= 40:
        # An unescaped plus sign of an offset arrives as a blank.
        for candidate in (value, value.replace(" ", "+")):
            try:
                moment = datetime.fromisoformat(candidate)
                return to_instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
            except (ValueError, OverflowError):
                continue
    raise BadRequest(field, "must be an ISO-8601 date or date-time")


@dataclass(frozen=True)
class SessionRequest:
    """A checked body of Create Checkout Session."""

    amount: Decimal
    currency: str
    lifetime: int
    tolerance: Decimal | None
    texts: dict[str, str | None]


def json_object(body: bytes) -> dict[str, Any]:
    """A JSON object with exact numbers, or a refusal."""
    try:
        value = json.loads(
            body, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant
        )
    except (ValueError, ArithmeticError, RecursionError) as broken:
        raise BadRequest(None, "The body is not valid JSON.") from broken
    if not isinstance(value, dict):
        raise BadRequest(None, "The body must be a JSON object.")
    return value


def _refuse_constant(word: str) -> Decimal:
    raise ValueError(f"{word} is not JSON")


def session_request(body: bytes) -> SessionRequest:
    """The body of Create Checkout Session: amount and currency are required."""
    fields = json_object(body)
    currency = fields.get("currency")
    if not isinstance(currency, str) or not _TICKER.fullmatch(currency):
        raise BadRequest("currency", "must be a currency code such as NGN")
    amount = _decimal(fields, "amount")
    if amount is None:
        raise BadRequest("amount", "is required")
    fiat = FIATS.get(currency.upper())
    if fiat is not None and amount != amount.quantize(fiat.unit):
        raise BadRequest("amount", f"has more digits than {fiat.code} has")
    lifetime = _decimal(fields, "expiresIn")
    if lifetime is not None and (lifetime % 1 or not 1 <= lifetime <= LIFETIME_MAX):
        raise BadRequest("expiresIn", f"must be whole seconds from 1 to {LIFETIME_MAX}")
    names = (*_TEXTS, *(name for name in _PATTERNS if name not in _TEXTS))
    return SessionRequest(
        amount=amount,
        currency=currency.upper(),
        lifetime=int(lifetime or LIFETIME_DEFAULT) * SECOND,
        tolerance=_decimal(fields, "paymentTolerance"),
        texts={name: _text(fields, name) for name in names},
    )


def _decimal(fields: dict[str, Any], field: str) -> Decimal | None:
    value = fields.get(field)
    if value is None:
        return None
    if not isinstance(value, Decimal) or not _AMOUNT_MIN <= value <= _AMOUNT_MAX:
        raise BadRequest(field, f"must be a number from {_AMOUNT_MIN}")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_DIGITS_MAX:
        raise BadRequest(field, f"has more than {_DIGITS_MAX} decimal digits")
    return value


def _text(fields: dict[str, Any], field: str) -> str | None:
    value = fields.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > TEXT_LENGTH_MAX or not _is_unicode(value):
        raise BadRequest(field, f"must be a text of at most {TEXT_LENGTH_MAX} characters")
    pattern, message = _PATTERNS.get(field, (None, ""))
    if pattern is not None and not pattern.fullmatch(value):
        raise BadRequest(field, message)
    return value


def _is_unicode(value: str) -> bool:
    """Whether the text has no half of a surrogate pair, which JSON can smuggle in."""
    return not any("\ud800" <= character <= "\udfff" for character in value)
