"""The door: who may come in. Three styles of key, two kinds of key, the business id, the rate.

A sandbox knows any key with its prefix; the publishable one is told by its name. What the caller
wants is not looked at here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable

from pipelines.sandbox.house.calls import Refused

KEY_PREFIX = "rsp_"
SECRET_KEY = "rsp_test_sandbox"  # noqa: S105 - the sandbox's only key, known to everybody
CLIENT_KEY = "rsp_test_client"
BUSINESS_ID_LENGTH_MAX = 128
_MINUTE_SECONDS = 60
Headers = Iterable[tuple[bytes, bytes]]


def header(headers: Headers, name: bytes) -> str | None:
    """A header's value, the first if it stands twice."""
    found = next((value for key, value in headers if key == name), None)
    return None if found is None else found.decode("latin-1").strip()


def bearer(headers: Headers) -> str | None:
    """The token of `Authorization: Bearer …`."""
    value = header(headers, b"authorization") or ""
    return value[7:].strip() if value[:7].lower() == "bearer " else None


def kind_of_key(headers: Headers) -> str:
    """`secret` or `client`, by any of the three attested forms; 401 without a known key."""
    raw, alone = header(headers, b"authorization"), header(headers, b"x-api-key")
    for key in (bearer(headers) or raw, alone):
        if key is not None and key.startswith(KEY_PREFIX) and len(key) > len(KEY_PREFIX):
            return "client" if key == CLIENT_KEY else "secret"
    raise Refused(401, "Missing or unknown API key")


class Door:
    """Keys, business id and rate of one sandbox."""

    def __init__(self, *, business_id: str | None, rate_per_minute: int | None) -> None:
        self._business_id = business_id
        self._rate = rate_per_minute
        self._passed: deque[float] = deque()

    def admit(self, headers: Headers, wanted: str) -> str:
        """The kind of key the caller has, or a refusal: 401, 403 or 429."""
        self.pace()
        kind = kind_of_key(headers)
        self._check_business(header(headers, b"x-business-id"))
        if wanted == "secret" and kind != "secret":
            raise Refused(403, "This operation needs the secret key, not the publishable one")
        return kind

    def _check_business(self, given: str | None) -> None:
        if given is not None and not 1 <= len(given) <= BUSINESS_ID_LENGTH_MAX:
            raise Refused(403, "Unknown business", field="x-business-id")
        if self._business_id is not None and given != self._business_id:
            raise Refused(403, "Unknown business", field="x-business-id")

    def pace(self) -> None:
        """Count a request against the rate, by the real clock; 429 when it is spent."""
        if self._rate is None:
            return
        now = time.monotonic()
        while self._passed and self._passed[0] <= now - _MINUTE_SECONDS:
            self._passed.popleft()
        if len(self._passed) >= self._rate:
            raise Refused(429, "Too many requests")
        self._passed.append(now)
