"""Asks the gateway until an answer is usable, final, or the tries and the time are spent.

Every answer of every try is kept before it is parsed. Here live the judgement of statuses, the
retries and the budgets; one try is `transport`'s, paging is `walk`'s, and what a body must look
like is handed in as `shape`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import SystemRandom
from types import TracebackType
from typing import Generic, TypeVar

from pipelines.faults import AnswerUnusable, GatewayFault, GatewayRefused, GatewayUnavailable
from pipelines.gateway import strict_json, waiting
from pipelines.gateway.answers import Answer, Keeper, Params
from pipelines.gateway.transport import (
    AuthStyle,
    Came,
    Exchange,
    GatewaySettings,
    Limits,
    NoAnswer,
)
from pipelines.gateway.transport import Transport as _Transport

__all__ = ["AuthStyle", "Fetched", "GatewayClient", "GatewaySettings", "Limits"]

Shape = TypeVar("Shape")

_log = logging.getLogger(__name__)
_RETRIED = frozenset({408, 425, 429})
_LATER = "Run again later; the next run pulls what is missing."


@dataclass(frozen=True, slots=True)
class Fetched(Generic[Shape]):
    """What a usable answer held, where it is kept, when it came, and when the gateway sent it.

    `sent_at` is the gateway's own clock, to the second; None when it does not tell it.
    """

    content: Shape
    ref: str
    received_at: datetime
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Again:
    """A try that failed, the fault it ends in when it stays so, and the wait asked for."""

    fault: GatewayFault
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class _Reading(Generic[Shape]):
    """How the content is read out of a body: the quick way where it can, else the exact one."""

    exact: Callable[[object], Shape]
    quick: Callable[[bytes], Shape | None] | None

    def of(self, body: bytes) -> Shape:
        content = self.quick(body) if self.quick is not None else None
        return self.exact(strict_json.parse(body)) if content is None else content


class GatewayClient:
    """A conversation with one gateway for one stream of the landing.

    Not for several threads. `sleep`, `clock` and `jitter` are arguments so that tests need no
    time and no luck, `exchange` so that kept answers can be given again without a network.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        keeper: Keeper,
        *,
        limits: Limits | None = None,
        exchange: Exchange | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = lambda: SystemRandom().random(),
    ) -> None:
        self.limits = limits or Limits()
        self.requests = 0
        self._transport = exchange or _Transport(settings, self.limits, clock=clock)
        self._keeper = keeper
        self._secrets = (settings.api_key.encode(),)
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._waited_seconds = 0.0

    def __enter__(self) -> GatewayClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def fetch(
        self,
        path: str,
        params: Params = (),
        *,
        shape: Callable[[object], Shape],
        quick: Callable[[bytes], Shape | None] | None = None,
    ) -> Fetched[Shape]:
        """A usable answer; `shape` raises AnswerUnusable for a body of the wrong shape.

        `quick` may read the same out of the body itself, or leave it to `shape` with None.
        Raises GatewayRefused at once for a final refusal, and GatewayUnavailable or
        AnswerUnusable when tries or time are spent.
        """
        found = self._until_usable(path, params, reading=_Reading(shape, quick), may_miss=False)
        if found is None:
            raise _refusal(404, path, is_page=False)
        return found

    def find(
        self,
        path: str,
        params: Params = (),
        *,
        shape: Callable[[object], Shape],
        quick: Callable[[bytes], Shape | None] | None = None,
    ) -> Fetched[Shape] | None:
        """As `fetch`, but None when the gateway does not know what the path names."""
        return self._until_usable(path, params, reading=_Reading(shape, quick), may_miss=True)

    def _until_usable(
        self,
        path: str,
        params: Params,
        *,
        reading: _Reading[Shape],
        may_miss: bool,
    ) -> Fetched[Shape] | None:
        tries = unusable = 0
        waited = 0.0
        while True:
            outcome = self._once(path, params, reading=reading, may_miss=may_miss)
            if not isinstance(outcome, _Again):
                return outcome
            tries += 1
            unusable += isinstance(outcome.fault, AnswerUnusable)
            if tries >= self.limits.tries or unusable >= self.limits.unusable_tries:
                raise outcome.fault
            wait = self._wait_seconds(tries, outcome.wait_seconds)
            waited += wait
            self._spend(wait, waited, path=path)
            _log.warning("%s Tries again in %.1f s.", outcome.fault.sentence, wait)
            self._transport.start_afresh()
            self._sleep(wait)

    def _once(
        self,
        path: str,
        params: Params,
        *,
        reading: _Reading[Shape],
        may_miss: bool,
    ) -> Fetched[Shape] | _Again | None:
        self.requests += 1
        came = self._transport.get(path, params)
        if isinstance(came, NoAnswer):
            if came.is_final:
                raise GatewayRefused(
                    f"The gateway cannot be trusted: {came.what}.",
                    "Check KUVARPAY_BASE_URL, and this machine's clock and network.",
                )
            return _Again(_unavailable(path, came.what))
        kept = self._keeper.keep(came.answer, self._secrets)
        if came.answer.status != 200:
            return self._judge_refusal(came, path, may_miss=may_miss)
        if came.is_late:
            return _Again(_unavailable(path, f"the answer was {came.answer.note}"))
        try:
            _check_body(came.answer)
            content = reading.of(kept.body)
        except AnswerUnusable as fault:
            return _Again(AnswerUnusable(f"{fault.sentence[:-1]} ({path}).", fault.remedy))
        sent_at = waiting.http_date(came.date)
        return Fetched(content, kept.ref, came.answer.received_at, sent_at)

    def _judge_refusal(self, came: Came, path: str, *, may_miss: bool) -> _Again | None:
        status = came.answer.status
        if status in _RETRIED or status >= 500:
            wait = waiting.retry_after(came.retry_after, self._clock())
            return _Again(_unavailable(path, f"it answered {status}"), wait)
        if 200 <= status < 300:
            return _Again(strict_json.unusable(f"status {status} where 200 belongs ({path})"))
        is_page = "html" in came.answer.content_type.lower()
        # An unknown id is told in JSON; a page in HTML comes from an address that is wrong.
        if status == 404 and may_miss and not is_page:
            if came.answer.note:
                return _Again(_unavailable(path, "the answer broke off"))
            return None
        raise _refusal(status, path, is_page=is_page)

    def _wait_seconds(self, tries: int, asked: float | None) -> float:
        if asked is not None:
            return min(asked * (1.0 + self._jitter() / 10), waiting.LONGEST_SECONDS)
        return waiting.backoff(
            tries,
            first_seconds=self.limits.backoff_first_seconds,
            most_seconds=self.limits.backoff_most_seconds,
            jitter=self._jitter(),
        )

    def _spend(self, wait: float, waited: float, *, path: str) -> None:
        """Take a wait from the budgets, before it is slept."""
        self._waited_seconds += wait
        if (
            waited > self.limits.wait_per_page_seconds
            or self._waited_seconds > self.limits.wait_total_seconds
        ):
            raise _unavailable(path, "the waiting that is allowed is spent")


def _check_body(answer: Answer) -> None:
    if answer.note:
        raise strict_json.unusable(answer.note)
    kind, _, parameters = answer.content_type.lower().partition(";")
    kind = kind.strip()
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise strict_json.unusable(f"its content type is {kind[:60]!r}, not JSON")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise strict_json.unusable(f"its character set is {charset[:20]!r}, not UTF-8")


def _unavailable(path: str, what: str) -> GatewayUnavailable:
    return GatewayUnavailable(f"The gateway could not be read: {what} ({path}).", _LATER)


def _refusal(status: int, path: str, *, is_page: bool) -> GatewayRefused:
    sentence = f"The gateway refused with status {status} ({path})."
    if status == 401:
        remedy = "Check KUVARPAY_API_KEY and KUVARPAY_AUTH_STYLE; `recon doctor` tries them."
    elif status == 403:
        remedy = "Use the secret key of the right business, and check KUVARPAY_BUSINESS_ID."
    elif status == 404 or is_page or 300 <= status < 400:
        remedy = "Check KUVARPAY_BASE_URL; redirects are never followed."
    else:
        remedy = "See the answer in the landing; `recon doctor` shows what the gateway honours."
    return GatewayRefused(sentence, remedy, status=status)
