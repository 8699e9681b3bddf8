"""Answers as HTTP: JSON in the documented envelope, also the refusals.

Only the form lives here; why a call is refused is decided elsewhere.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from pipelines.sandbox import exact
from pipelines.sandbox.house.calls import Refused, Reply

JSON = "application/json"
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    429: "rate_limited",
    500: "internal_error",
}


def answer(reply: Reply, headers: dict[str, str] | None = None) -> Response:
    """A finished reply."""
    return Response(reply.body, reply.status, headers, media_type=JSON)


def plain(value: object, status: int = 200) -> Response:
    """A bare JSON value, as the control endpoints answer."""
    return Response(exact.encode(value), status, media_type=JSON)


def refusal(
    status: int,
    error: str,
    *,
    details: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An ErrorResponse."""
    body: dict[str, Any] = {"success": False, "error": error, "code": _CODES.get(status, "error")}
    if details:
        body["details"] = details
    return Response(exact.encode(body), status, headers, media_type=JSON)


def refused(cause: Refused) -> Response:
    """The ErrorResponse for a refusal, naming the fields where there are some."""
    details = dict.fromkeys(cause.fields, cause.error)
    headers = {"Retry-After": str(cause.retry_after)} if cause.status == 429 else None
    return refusal(cause.status, str(cause), details=details, headers=headers)
