"""What it means that an order export is refused as a whole.

A refused file is a fault in data: the caller records and reports it and the night goes on. It is
therefore no `ReconFault`. A faulty row inside a readable file is no exception at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class OrderFileRefused(Exception):
    """A file whose structure, name or control totals cannot be trusted.

    `name` is already shortened and harmless, `line` is the physical line, where there is one.
    `header` has the columns of a file that is in no known layout.
    """

    def __init__(
        self,
        name: str,
        sentence: str,
        *,
        remedy: str,
        line: int | None = None,
        header: Sequence[str] = (),
    ) -> None:
        place = name if line is None else f"{name}, line {line}"
        super().__init__(f"{place}: {sentence} {remedy}")
        self.name = name
        self.sentence = sentence
        self.remedy = remedy
        self.line = line
        self.header = tuple(header)

    def parts(self) -> dict[str, Any]:
        """Give what it is made of, to make it again in another process."""
        return {
            "name": self.name,
            "sentence": self.sentence,
            "remedy": self.remedy,
            "line": self.line,
            "header": self.header,
        }
