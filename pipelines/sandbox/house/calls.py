"""A checked call, and the three things a room can answer: a reply, a list, a refusal.

Rooms know nothing of HTTP beyond this; envelopes as in the contract's section 2.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from pipelines.sandbox import exact
from pipelines.sandbox.days import EARLIEST, FIRST_YEAR, LAST_YEAR, LATEST, to_instant

_INSTANT_LENGTH_MAX = 40


@dataclass(frozen=True)
class Call:
    """One call of an operation, its values checked against the contract."""

    operation_id: str
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    key: str = "secret"


class Refused(Exception):
    """A call that is not granted.

    `field` names the value at fault, `fields` several of which one is; `retry_after` says in how
    many seconds the same call may be granted.
    """

    def __init__(
        self,
        status: int,
        error: str,
        *,
        field: str | None = None,
        fields: tuple[str, ...] = (),
        retry_after: int = 1,
    ) -> None:
        super().__init__(error if field is None else f"{field}: {error}")
        self.status = status
        self.error = error
        self.field = field
        self.fields = fields if field is None else (field,)
        self.retry_after = retry_after


def bad_request(field: str | None, message: str) -> Refused:
    """400: a value cannot be accepted."""
    return Refused(400, message, field=field)


def not_found(what: str) -> Refused:
    """404: there is no such thing at the clock."""
    return Refused(404, f"{what} not found")


def conflict(message: str) -> Refused:
    """409: the thing is in a state that does not allow it."""
    return Refused(409, message)


def parsed_instant(value: object) -> int | None:
    """An ISO-8601 date or date-time as milliseconds, None when it is neither."""
    if isinstance(value, str) and len(value) <= _INSTANT_LENGTH_MAX:
        # An unescaped plus sign of an offset arrives as a blank.
        for candidate in (value, value.replace(" ", "+")):
            try:
                moment = datetime.fromisoformat(candidate)
                return to_instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
            except (ValueError, OverflowError):
                continue
    return None


def instant_of(field_name: str, value: object) -> int:
    """An ISO-8601 date or date-time as milliseconds; without an offset it is UTC."""
    instant = parsed_instant(value)
    if instant is None:
        raise bad_request(field_name, "must be an ISO-8601 date or date-time")
    if not EARLIEST <= instant <= LATEST:
        raise bad_request(field_name, f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return instant


class Reply(NamedTuple):
    """A finished JSON answer."""

    body: bytes
    status: int = 200


class Listing(NamedTuple):
    """A list to be paged: how many rows there are, and the rendered rows [first, last)."""

    name: str
    total: int
    rows: Callable[[int, int], list[bytes]]


def data(value: Any, message: str | None = None) -> Reply:
    """`{success, data}` around a value, or around bytes that are JSON already."""
    raw = value if isinstance(value, bytes) else exact.encode(value)
    more = b"" if message is None else b',"message":' + exact.encode(message)
    return Reply(b'{"success":true,"data":%b%b}' % (raw, more))


def bare(value: Any) -> Reply:
    """A value as it is."""
    return Reply(value if isinstance(value, bytes) else exact.encode(value))


def listing(name: str, documents: list[dict[str, Any]]) -> Listing:
    """A list of documents, oldest first, as rows."""
    return Listing(
        name,
        len(documents),
        lambda first, last: [exact.encode(document) for document in documents[first:last]],
    )


Handler = Callable[[Call], Reply | Listing]


class Room(Protocol):
    """A part of the API: what it does for each operation it keeps."""

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
