"""Asks a gateway's list of transactions a few harmless questions, all of them GETs, within bounds.

Nothing of an answer is kept: it is cut as the landing cuts it and read in memory. Belongs here:
the auth styles, the budget of requests, and what became of each. Stays out: which questions are
asked (`probing`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from pipelines.faults import GatewayFault, GatewayRefused
from pipelines.gateway import envelopes, evidence
from pipelines.gateway.answers import Answer, Kept, Params
from pipelines.gateway.client import AuthStyle, Fetched, GatewayClient, GatewaySettings, Limits
from pipelines.gateway.evidence import Page
from pipelines.gateway.redaction import cut_secrets
from pipelines.gateway.streams.payments import TRANSACTIONS

GETS_MOST = 18
PROBE_LIMITS = Limits(
    answer_seconds=60.0,
    tries=3,
    unusable_tries=2,
    backoff_most_seconds=4.0,
    wait_per_page_seconds=10.0,
    wait_total_seconds=30.0,
)
_LIST = str(TRANSACTIONS.list_path)
_REFUSED_KEYS = (401, 403)

Refusal = Literal["refused"]


@dataclass(slots=True)
class Forgetful:
    """Keeps no answer, only what became of it; hands back the body without secrets."""

    statuses: list[int] = field(default_factory=list)

    def keep(self, answer: Answer, also_cut: tuple[bytes, ...] = ()) -> Kept:
        """Note the status; nothing is written anywhere."""
        self.statuses.append(answer.status)
        body = cut_secrets(answer.body)
        for secret in also_cut:
            body = body.replace(secret, b"[cut]")
        return Kept("", body)


class Asker:
    """Asks within the bounds of the whole probe; a question that fails is a question unanswered."""

    def __init__(
        self,
        gateway: GatewaySettings,
        limits: Limits,
        *,
        sleep: Callable[[float], None],
        clock: Callable[[], datetime],
    ) -> None:
        self.secret = gateway.api_key
        self.auth_style: AuthStyle = gateway.auth_style
        self.slowest_ms: int | None = None
        self._gateway = gateway
        self._limits, self._sleep, self._clock = limits, sleep, clock
        self._heard = Forgetful()
        self._answered = 0
        self._before = 0
        self._client = self._speaking(gateway.auth_style)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def requests(self) -> int:
        """How many GETs were sent, tries included."""
        return self._before + self._client.requests

    def first_page(self) -> Fetched[Page]:
        """The bare list: in the configured auth style, or in the first other one that works."""
        styles = (self._gateway.auth_style, *get_args(AuthStyle))
        refusal: GatewayRefused | None = None
        for style in dict.fromkeys(styles):
            if style != self.auth_style:
                self._before += self._client.requests
                self._client.close()
                self._client, self.auth_style = self._speaking(style), style
            try:
                return self._fetch(())
            except GatewayRefused as fault:
                if self._last_status not in _REFUSED_KEYS:
                    raise
                refusal = refusal or fault
        assert refusal is not None  # noqa: S101 - every style was refused
        raise GatewayRefused(
            f"{refusal.sentence[:-1]}, in each of the three auth styles.",
            "Check KUVARPAY_API_KEY and KUVARPAY_BUSINESS_ID; a publishable key is not enough.",
        )

    def page(self, **params: object) -> Page | Refusal | None:
        """The list with these parameters; None when nothing usable came or the bound is reached."""
        if self._is_spent():
            return None
        try:
            return self._fetch(tuple((name, str(value)) for name, value in params.items())).content
        except GatewayRefused:
            refused = 400 <= self._last_status < 500 and self._last_status not in _REFUSED_KEYS
            return "refused" if refused else None
        except GatewayFault:
            return None

    def row(self, name: str) -> Literal["honoured", "unknown", "refused"] | None:
        """Whether a listed row can be read by its id."""
        path = str(TRANSACTIONS.detail_path).replace("{id}", name)
        if self._is_spent() or not name.replace("_", "").replace("-", "").isalnum():
            return None
        try:
            found = self._client.find(path, shape=_single)
        except GatewayRefused:
            return "refused"
        except GatewayFault:
            return None
        self._answered += found is not None
        return "unknown" if found is None else "honoured"

    def troubles(self) -> dict[str, int]:
        """How many answers failed, by kind, whatever a further try then brought."""
        statuses = self._heard.statuses
        told = {
            "429": statuses.count(429),
            "5xx": sum(status >= 500 for status in statuses),
            "no answer": self.requests - len(statuses),
            "unusable": statuses.count(200) - self._answered,
        }
        return {kind: count for kind, count in told.items() if count > 0}

    @property
    def _last_status(self) -> int:
        return self._heard.statuses[-1] if self._heard.statuses else 0

    def _is_spent(self) -> bool:
        return self.requests + self._limits.tries > GETS_MOST

    def _fetch(self, params: Params) -> Fetched[Page]:
        started = time.monotonic()
        sent = self.requests
        found = self._client.fetch(_LIST, params, shape=_page)
        self._answered += 1
        if self.requests == sent + 1:
            took = round((time.monotonic() - started) * 1000)
            self.slowest_ms = max(took, self.slowest_ms or 0)
        return found

    def _speaking(self, style: AuthStyle) -> GatewayClient:
        return GatewayClient(
            replace(self._gateway, auth_style=style),
            self._heard,
            limits=self._limits,
            sleep=self._sleep,
            clock=self._clock,
        )


def _page(payload: object) -> Page:
    return evidence.page_of(payload, TRANSACTIONS)


def _single(payload: object) -> object:
    return envelopes.single(payload, TRANSACTIONS.object_keys)
