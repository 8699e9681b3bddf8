"""Which of two exports is the later one, so that what it says of an order stands.

Belongs here: the order of exports that one look at the inbox finds. Stays out: the date of an
export (`reader`), and the numbers that fix this order for good (`archive`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import TypeVar

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Dated:
    """What tells how late an export is; `modified_ns` is when its bytes were last written."""

    exported_on: date
    modified_ns: int
    name: str

    @property
    def lateness(self) -> tuple[object, ...]:
        """The greater, the later: copies of a browser or a shop are numbered as they are made."""
        path = PurePath(self.name)
        return (
            *(self.exported_on, self.modified_ns),
            *(_counted(path.stem), _counted(path.suffix), self.name),
        )


def _counted(text: str) -> tuple[str | int, ...]:
    """Cut at its numbers, which every second piece is: of 9 and 10 the latter is greater."""
    return tuple(
        int(piece) if place % 2 else piece for place, piece in enumerate(_DIGITS.split(text))
    )


Export = TypeVar("Export", bound=Dated)
