"""Faults on demand: rules that make answers fail in a chosen way, for tests of clients.

A rule looks at the path only and counts the requests that it matches: the first `after` pass, the
next `times` (all, when None) fail. The first rule that is due wins; there is no chance in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.sandbox.asking import BadRequest

KINDS = (
    "500", "429", "401", "truncated", "html", "empty", "drop", "slow", "success_false",
)  # fmt: skip
RULES_MAX = 100
SECONDS_MAX = 60
_FIELDS = {"path_contains", "kind", "times", "after", "seconds", "retry_after"}


@dataclass
class Rule:
    """One rule and how often it has matched."""

    kind: str
    path_contains: str = ""
    times: int | None = None
    after: int = 0
    seconds: int = 2
    retry_after: str = "1"
    matched: int = 0

    def is_due(self, path: str) -> bool:
        """Count a request that matches; true when it is to fail."""
        if self.path_contains not in path:
            return False
        self.matched += 1
        number = self.matched - self.after
        return number > 0 and (self.times is None or number <= self.times)


class Misbehaviour:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def take(self, path: str) -> Rule | None:
        """The rule that spoils this request, if any."""
        return next((rule for rule in self._rules if rule.is_due(path)), None)

    def replace(self, wanted: object) -> None:
        """Put new rules in force, their counts at zero."""
        if not isinstance(wanted, list) or len(wanted) > RULES_MAX:
            raise BadRequest(None, f"The body must be a list of at most {RULES_MAX} rules.")
        self._rules = [_rule(item) for item in wanted]

    def clear(self) -> None:
        """Behave again."""
        self._rules = []

    def as_data(self) -> list[dict[str, Any]]:
        """The rules with their counts."""
        return [vars(rule) for rule in self._rules]


def _rule(item: object) -> Rule:
    if not isinstance(item, dict) or not set(item) <= _FIELDS:
        raise BadRequest(None, f"A rule is an object with {', '.join(sorted(_FIELDS))}.")
    kind = item.get("kind")
    kind = str(kind) if isinstance(kind, int) else kind
    if kind not in KINDS:
        raise BadRequest("kind", f"must be one of {', '.join(KINDS)}")
    for name in ("path_contains", "retry_after"):
        if not isinstance(item.get(name, ""), str):
            raise BadRequest(name, "must be a text")
    return Rule(
        kind=kind,
        path_contains=item.get("path_contains", ""),
        times=None if item.get("times") is None else _count(item, "times", 1),
        after=_count(item, "after", 0),
        seconds=min(_count(item, "seconds", 2), SECONDS_MAX),
        retry_after=item.get("retry_after", "1"),
    )


def _count(item: dict[str, Any], name: str, default: int) -> int:
    value = item.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadRequest(name, "must be a whole number from 0")
    return value
