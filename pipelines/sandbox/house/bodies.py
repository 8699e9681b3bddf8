"""The body of a request: read within a bound, and turned into the JSON value that it says.

What a body is refused for before anybody looks at its members; which members it must have is told
by the contract and by the controls.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from pipelines.sandbox import exact
from pipelines.sandbox.house.calls import bad_request

BODY_BYTES_MAX = 65_536
# What a double can hold, and what most JSON libraries write and read.
EXPONENT_MAX = 308
DECIMALS_MAX = 340


async def body_of(request: Request) -> bytes:
    """The body, refused when packed, or larger than any that makes sense."""
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing != "identity":
        raise bad_request("Content-Encoding", "is not understood here; send the body unpacked")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413, f"The body is larger than {BODY_BYTES_MAX} bytes.")
    return body


def value_of(raw: bytes) -> Any:
    """The value of a JSON text; refused when it is none, or holds what no schema catches."""
    if not raw:
        raise bad_request(None, "The body is missing.")
    try:
        # A byte order mark is tolerated.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise bad_request(None, "The body is not UTF-8 text.") from broken
    try:
        value = exact.decode(text)
    except ValueError as broken:
        raise bad_request(None, "The body is not valid JSON.") from broken
    check_atoms(value, "")
    return value


def object_of(raw: bytes) -> dict[str, Any]:
    """The JSON object that a body is."""
    value = value_of(raw)
    if not isinstance(value, dict):
        raise bad_request(None, "The body must be a JSON object.")
    return value


def check_atoms(value: Any, field: str) -> None:
    """Refuse what no schema catches: halves of surrogate pairs, numbers of absurd size."""
    if isinstance(value, dict):
        for name, member in value.items():
            check_atoms(name, field or "body")
            check_atoms(member, f"{field}.{name}" if field else name)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            check_atoms(item, f"{field}.{place}" if field else str(place))
    elif isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise bad_request(field or "body", "is not valid Unicode")
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
        decimals = -int(number.as_tuple().exponent)
        if number.adjusted() > EXPONENT_MAX or decimals > DECIMALS_MAX:
            raise bad_request(
                field or "body", "is larger or has more decimals than a double can have"
            )
