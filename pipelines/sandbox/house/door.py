"""The door: who may come in. Three styles of key, two kinds of key, the business id, the rate.

A sandbox takes any key with its prefix for a secret one, except the publishable one. Requests are
counted by key; those refused as a stranger's are not. What the caller wants is not looked at here.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable

from pipelines.sandbox.house.calls import Refused

KEY_PREFIX = "rsp_"
# The secret key that is told at the start; any other with the prefix is as good.
SECRET_KEY = "rsp_test_sandbox"  # noqa: S105 - known to everybody
CLIENT_KEY = "rsp_test_client"
BUSINESS_ID_LENGTH_MAX = 128
_MINUTE_SECONDS = 60
# Whose requests are counted together: those that need no key, and strangers at the streams.
NOBODY, STRANGERS = "nobody", "strangers"
Headers = Iterable[tuple[bytes, bytes]]


def header(headers: Headers, name: bytes) -> str | None:
    """A header's value, the first if it stands twice."""
    found = next((value for key, value in headers if key == name), None)
    return None if found is None else found.decode("latin-1").strip()


def bearer(headers: Headers) -> str | None:
    """The token of `Authorization: Bearer …`."""
    value = header(headers, b"authorization") or ""
    return value[7:].strip() if value[:7].lower() == "bearer " else None


def key_of(headers: Headers) -> str:
    """The key, by any of the three attested forms; 401 without one, or when any is unknown."""
    raw, alone = header(headers, b"authorization"), header(headers, b"x-api-key")
    given = [key for key in (bearer(headers) or raw, alone) if key is not None]
    if not given or not all(key.startswith(KEY_PREFIX) and key != KEY_PREFIX for key in given):
        raise Refused(401, "Missing or unknown API key")
    return given[0]


class Door:
    """Keys, business id and rate of one sandbox."""

    def __init__(
        self,
        *,
        business_id: str | None,
        rate_per_minute: int | None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._business_id = business_id
        self._rate = rate_per_minute
        self._now = now
        self._passed: dict[str, deque[float]] = {}

    def admit(self, headers: Headers, wanted: str) -> str:
        """The kind of key the caller has, `secret` or `client`, or a refusal: 401, 403 or 429."""
        key = key_of(headers)
        self._check_business(header(headers, b"x-business-id"))
        self.pace(key)
        kind = "client" if key == CLIENT_KEY else "secret"
        if wanted == "secret" and kind != "secret":
            raise Refused(403, "This operation needs the secret key, not the publishable one")
        return kind

    def _check_business(self, given: str | None) -> None:
        if given is not None and not 1 <= len(given) <= BUSINESS_ID_LENGTH_MAX:
            raise Refused(403, "Unknown business", field="x-business-id")
        if self._business_id is not None and given != self._business_id:
            raise Refused(403, "Unknown business", field="x-business-id")

    def pace(self, who: str) -> None:
        """Count a request against its caller's rate, by the real clock; 429 when it is spent."""
        if self._rate is None:
            return
        now = self._now()
        if who not in self._passed:
            self._forget(now)
        passed = self._passed.setdefault(who, deque())
        while passed and passed[0] <= now - _MINUTE_SECONDS:
            passed.popleft()
        if len(passed) >= self._rate:
            wait = math.ceil(passed[0] + _MINUTE_SECONDS - now)
            raise Refused(429, "Too many requests", retry_after=max(wait, 1))
        passed.append(now)

    def _forget(self, now: float) -> None:
        """Keep no count of callers who have not come for a minute."""
        self._passed = {
            who: passed
            for who, passed in self._passed.items()
            if passed[-1] > now - _MINUTE_SECONDS
        }
