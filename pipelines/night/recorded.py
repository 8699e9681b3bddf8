"""A conversation with the gateway given again from the landing: no socket, no wait, nothing kept.

Belongs here: which kept answer belongs to a request, and making of it what the transport made.
Stays out: judging answers (`pipelines.gateway.client`, the same as for a night).
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from math import inf

from pipelines.faults import ChainBroken
from pipelines.gateway.answers import Answer, Kept, Params
from pipelines.gateway.client import GatewayClient, GatewaySettings, Limits
from pipelines.gateway.transport import Came
from pipelines.landing import KeptAnswer, Landing

PATIENT = Limits(
    tries=1_000_000,
    unusable_tries=1_000_000,
    wait_per_page_seconds=inf,
    wait_total_seconds=inf,
    pages=1_000_000,
)
"""What was taken in came within the limits of its night; they are not applied a second time."""

REMEDY = (
    "The landing is incomplete, or another version of this program wrote it: restore the landing "
    "from a backup, or rebuild with that version. Nothing was changed."
)
_NOTED_BY_KEEPING = re.compile(
    r"(?:^|; )(?:body withheld: not UTF-8 text|kept the first \d+ bytes)$"
)
_LATE = "not whole within the time allowed"
_client_log = logging.getLogger("pipelines.gateway.client")


@dataclass(frozen=True, slots=True)
class _Recorded(Answer):
    """An answer out of the landing, with its place there."""

    ref: str = ""


class Recording:
    """The answers of one stream in one run, each request's own in the order they came.

    Serves as exchange and as keeper of a client; a client asks one thing at a time, so next to
    nothing waits in memory.
    """

    def __init__(self, landing: Landing, paths: Sequence[str]) -> None:
        self._where = ", ".join(paths) or "the landing, which has no file for it"
        self._answers = chain.from_iterable(landing.read(path) for path in paths)
        self._waiting: defaultdict[tuple[str, Params], deque[KeptAnswer]] = defaultdict(deque)

    def get(self, path: str, params: Params) -> Came:
        """The next recorded answer to this request; ChainBroken when there is none."""
        kept = self._next(path, params)
        answer = _Recorded(
            method=kept.method,
            path=path,
            params=params,
            status=kept.status,
            content_type=kept.content_type,
            received_at=kept.received_at,
            body=kept.body,
            note=_NOTED_BY_KEEPING.sub("", kept.note),
            ref=kept.ref,
        )
        return Came(answer, is_late=answer.note.startswith(_LATE))

    def start_afresh(self) -> None:
        """Nothing is connected."""

    def close(self) -> None:
        """Nothing is held."""

    def keep(self, answer: Answer, also_cut: tuple[bytes, ...] = ()) -> Kept:  # noqa: ARG002
        """Where the answer is kept already, and its bytes as kept."""
        if not isinstance(answer, _Recorded):
            raise TypeError("only answers out of the landing can be given again")
        return Kept(answer.ref, answer.body)

    def require_all_told(self) -> None:
        """Refuse a replay that did not ask everything that the night asked."""
        left = [one for waiting in self._waiting.values() for one in waiting]
        first = next(iter(left), None) or next(self._answers, None)
        if first is not None:
            raise ChainBroken(
                f"The rebuild did not ask for {_shown(first.path, first.params)}, whose answer is "
                f"kept at {first.ref}.",
                REMEDY,
            )

    def _next(self, path: str, params: Params) -> KeptAnswer:
        waiting = self._waiting.get((path, params))
        if waiting:
            return waiting.popleft()
        for kept in self._answers:
            if (kept.path, kept.params) == (path, params):
                return kept
            self._waiting[kept.path, kept.params].append(kept)
        raise ChainBroken(
            f"No answer to {_shown(path, params)} is kept in {self._where}.",
            REMEDY,
        )


@contextmanager
def replayed(settings: GatewaySettings, recording: Recording) -> Iterator[GatewayClient]:
    """A client that hears the recording; every recorded answer must have been asked for."""
    _client_log.addFilter(_silenced)
    try:
        yield GatewayClient(
            settings, recording, limits=PATIENT, exchange=recording, sleep=lambda _: None
        )
        recording.require_all_told()
    finally:
        _client_log.removeFilter(_silenced)


def _silenced(_: logging.LogRecord) -> bool:
    """The tries of a former night are no news."""
    return False


def _shown(path: str, params: Params) -> str:
    asked = "&".join(f"{name}={value}" for name, value in params)
    return f"GET {path}?{asked}" if asked else f"GET {path}"
