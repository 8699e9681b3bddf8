"""What the file of the control chain says: the commits that stand, and the lines that cannot be.

Reading changes nothing and stops at nothing: a line that does not follow is told apart from the
others, so that everything else can still be checked. A person's acceptance is an entry as well.

Belongs here: reading the chain and who accepted what. Stays out: writing (`chain`), judging
(`verification`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

CHAIN_CHECK = "chain"
ACCEPT = "accept"
REBUILD = "rebuild"


class Key(NamedTuple):
    """What was found where in which state; the same place in another state is another finding."""

    check: str
    where: str
    state: str


@dataclass(frozen=True)
class Entry:
    """One commit: what it said, and which tables held how many rows after it."""

    sequence: int
    digest: str
    kind: str
    facts: Mapping[str, Any]
    held: Mapping[str, int]
    is_confirmed: bool = False
    is_checkpointed: bool = False

    def files(self, name: str) -> Mapping[str, str]:
        """Files by path with their digests that the facts have under this name."""
        named = self.facts.get(name)
        return named if isinstance(named, dict) else {}


NOTHING = Entry(0, "", "", {}, {}, is_confirmed=True, is_checkpointed=True)


@dataclass(frozen=True)
class BadLine:
    """A line that does not follow from those before it, or that is no line of a chain."""

    number: int
    sha256: str

    @property
    def key(self) -> Key:
        """Under which a person may accept it."""
        return Key(CHAIN_CHECK, f"line {self.number}", self.sha256)


@dataclass(frozen=True)
class Acceptance:
    """Who let nights go on over which findings, when and why."""

    by: str
    at: str
    reason: str
    findings: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class History:
    """Everything the chain's file holds; `torn_bytes` of a last line that a kill cut short."""

    entries: tuple[Entry, ...] = ()
    bad_lines: tuple[BadLine, ...] = ()
    torn_bytes: int = 0
    sound: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def last(self) -> Entry:
        """The last announced entry that was not declared void."""
        return self.entries[-1] if self.entries else NOTHING

    @property
    def trusted(self) -> tuple[Entry, ...]:
        """The entries whose own digest holds."""
        return tuple(entry for entry in self.entries if entry.digest in self.sound)

    @property
    def acceptances(self) -> tuple[Acceptance, ...]:
        """What people accepted, oldest first."""
        return tuple(
            Acceptance(
                entry.facts["by"],
                entry.facts["at"],
                entry.facts["reason"],
                tuple(entry.facts["findings"]),
            )
            for entry in self.trusted
            if entry.kind == ACCEPT
        )

    @property
    def accepted(self) -> frozenset[Key]:
        """Every finding that a person accepted."""
        return frozenset(
            Key(found["check"], found["where"], found["state"])
            for acceptance in self.acceptances
            for found in acceptance.findings
        )

    def latest(self, name: str) -> Entry | None:
        """The last entry whose facts have this name."""
        return next((one for one in reversed(self.trusted) if name in one.facts), None)


@dataclass
class _Reading:
    """How far a chain was read: its lines so far, and what they came to."""

    content: bytes = b""
    lines: int = 0
    stack: list[Entry] = field(default_factory=lambda: [NOTHING])
    bad: list[BadLine] = field(default_factory=list)
    sound: set[str] = field(default_factory=set)

    def go_on(self, whole: bytes) -> None:
        """Read the lines that came after those read before."""
        for text in whole[len(self.content) :].split(b"\n")[:-1]:
            self.lines += 1
            if not _apply(_parsed(text), self.stack, self.sound):
                self.bad.append(BadLine(self.lines, hashlib.sha256(text).hexdigest()))
        self.content = whole


_readings: dict[Path, _Reading] = {}
"""The last chain read. A night reads its chain twenty times, and a year of it takes 0.2 seconds."""


def read_history(file: Path) -> History:
    """Read a chain to its end; a file that is not there is an empty one.

    Lines are verified once a process as long as the bytes before them stay the same; that they do
    is seen by comparing them, each time.
    """
    content = file.read_bytes() if file.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    reading = _readings.get(file)
    if reading is None or not whole.startswith(reading.content):
        reading = _Reading()
        _readings.clear()
        _readings[file] = reading
    reading.go_on(whole)
    return History(
        tuple(reading.stack[1:]),
        tuple(reading.bad),
        len(content) - len(whole),
        frozenset(reading.sound),
    )


def left_by_a_kill(history: History, held: tuple[int, str]) -> bool:
    """Whether the last entry was announced, and the database stands at the one before it."""
    before = history.entries[-2] if history.entries[1:] else NOTHING
    return not history.last.is_confirmed and held == (before.sequence, before.digest)


def digest_of(body: Mapping[str, Any]) -> str:
    """The digest of an entry, over everything in it but the digest."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _apply(line: Mapping[str, Any], stack: list[Entry], sound: set[str]) -> bool:
    """Let one line act on the entries that stand; whether it is as a chain's line has to be."""
    last = stack[-1]
    if "digest" in line:
        return _push(line, stack, sound)
    if line == {"voids": last.sequence} and len(stack) > 1:
        stack.pop()
    elif line == {"confirms": last.sequence}:
        stack[-1] = replace(last, is_confirmed=True)
    elif line == {"checkpointed": last.sequence}:
        stack[-1] = replace(last, is_checkpointed=True)
    else:
        return False
    return True


def _push(line: Mapping[str, Any], stack: list[Entry], sound: set[str]) -> bool:
    """Put an entry on top even when it does not follow: the next one builds on its digest."""
    body = {name: value for name, value in line.items() if name != "digest"}
    is_own = line["digest"] == digest_of(body)
    follows = line.get("previous") == stack[-1].digest
    sequence, facts, held = line.get("sequence"), line.get("facts"), line.get("held", {})
    if not (isinstance(sequence, int) and isinstance(facts, dict) and isinstance(held, dict)):
        return False
    stack.append(Entry(sequence, str(line["digest"]), str(line.get("kind")), facts, held))
    if is_own:
        sound.add(str(line["digest"]))
    return is_own and follows
