"""What the gateway answered, and the seam through which every answer is kept.

Only the shapes that client and landing share. Sending is in `transport`, storing in
`pipelines.landing`; this package never imports the landing, it is handed a `Keeper`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came, with the request it answers; never headers, so never a key.

    `body` is the body after content decoding. `note` says what is wrong with it as a body: cut
    short, too large, packed in a way that cannot be read. `kept_bytes_most` caps what is kept.
    """

    method: str
    path: str
    params: Params
    status: int
    content_type: str
    received_at: datetime
    body: bytes = field(repr=False)
    note: str = ""
    kept_bytes_most: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an answer was kept, and the bytes as kept: the only bytes that are ever parsed.

    Parsing what was kept, not what was received, makes a rebuild from the landing equal to the
    live pull by construction, and leaves no way for a cut-out value into a table.
    """

    ref: str
    body: bytes = field(repr=False)


class Keeper(Protocol):
    """Keeps an answer durably; `pipelines.landing.Segment` is the real one."""

    def keep(self, answer: Answer, also_cut: tuple[bytes, ...] = ()) -> Kept:
        """Keep the answer, without the values of secret fields and of `also_cut`."""
        ...
