"""What a verification finds: one check a subject, one finding a thing that is not as it was left.

Belongs here: findings, what was accepted of them, and refusing to go on over the others.
Stays out: looking (`standing`, `files`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.faults import ChainBroken
from pipelines.warehouse.history import Acceptance, History, Key


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: what was found where in which state, and what to do."""

    check: str
    where: str
    state: str
    what: str
    remedy: str

    @property
    def key(self) -> Key:
        """Under which a person may accept it; in another state it is another finding."""
        return Key(self.check, self.where, self.state)


@dataclass(frozen=True)
class Check:
    """A subject that holds or does not, and what is worth knowing although it holds."""

    subject: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verification:
    """Everything that was looked at, and what people accepted before."""

    checks: tuple[Check, ...]
    accepted: frozenset[Key]
    acceptances: tuple[Acceptance, ...]

    @property
    def open_findings(self) -> list[Finding]:
        """What does not hold and nobody accepted."""
        return [found for check in self.checks for found in self.open_of(check)]

    def open_of(self, check: Check) -> list[Finding]:
        """What of one check does not hold and nobody accepted."""
        return [found for found in check.findings if found.key not in self.accepted]


def require_held(checks: Iterable[Check], history: History) -> None:
    """Refuse to go on over a finding that nobody accepted.

    Raises ChainBroken with the first of them.
    """
    accepted = history.accepted
    found = [one for check in checks for one in check.findings if one.key not in accepted]
    if found:
        more = f" {len(found) - 1} more findings do not hold either." if found[1:] else ""
        raise ChainBroken(
            found[0].what + more,
            "Nothing is published from a damaged store. Run `recon verify`: it says what does not "
            "hold and what to do.",
        )
