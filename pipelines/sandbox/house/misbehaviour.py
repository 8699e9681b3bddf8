"""Faults on demand: rules that make answers fail in a chosen way, and the chances of a personality.

A rule looks at method and path and counts the requests that it matches: the first `after` pass, the
next `times` (all, when None) fail. The first rule that is due wins. Which request a rate strikes
follows from the seed and the request's number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pipelines.sandbox.house.calls import bad_request
from pipelines.sandbox.house.personality import Personality, thrown

KINDS = (
    "500", "502", "503", "429", "401", "truncated", "html", "empty", "drop", "slow",
    "success_false", "no_bytes", "chunked_cut", "cut_gzip", "bomb", "redirect", "null_data",
    "wrong_type", "nan", "duplicate_keys", "stall", "bad_utf8",
)  # fmt: skip
RULES_MAX = 100
SECONDS_MAX = 60
COUNT_MAX = 1_000_000_000
_FIELDS = {
    "path_contains", "kind", "times", "after", "seconds", "retry_after", "method", "location",
}  # fmt: skip
_TEXTS = ("path_contains", "retry_after", "method", "location")
# These become headers, which hold no other characters.
_HEADERS = {"retry_after": 100, "location": 2_048}
_PRINTABLE = re.compile(r"[ -~]*")
_ELSEWHERE = "https://elsewhere.example/api/v1/transactions"


@dataclass
class Rule:
    """One rule and how often it has matched."""

    kind: str
    path_contains: str = ""
    times: int | None = None
    after: int = 0
    seconds: int = 2
    retry_after: str = "1"
    method: str = ""
    location: str = _ELSEWHERE
    matched: int = 0

    def is_due(self, method: str, path: str) -> bool:
        """Count a request that matches; true when it is to fail."""
        if self.path_contains not in path or self.method not in ("", method):
            return False
        self.matched += 1
        number = self.matched - self.after
        return number > 0 and (self.times is None or number <= self.times)


class Misbehaviour:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def take(self, method: str, path: str) -> Rule | None:
        """The rule that spoils this request, if any."""
        return next((rule for rule in self._rules if rule.is_due(method, path)), None)

    def replace(self, wanted: object) -> None:
        """Put new rules in force, their counts at zero."""
        if not isinstance(wanted, list) or len(wanted) > RULES_MAX:
            raise bad_request(None, f"The body must be a list of at most {RULES_MAX} rules.")
        self._rules = [_rule(item) for item in wanted]

    def clear(self) -> None:
        """Behave again."""
        self._rules = []

    def as_data(self) -> list[dict[str, Any]]:
        """The rules with their counts."""
        return [vars(rule) for rule in self._rules]


def _rule(item: object) -> Rule:
    if not isinstance(item, dict) or not set(item) <= _FIELDS:
        raise bad_request(None, f"A rule is an object with {', '.join(sorted(_FIELDS))}.")
    kind = item.get("kind")
    kind = str(kind) if isinstance(kind, int) else kind
    if kind not in KINDS:
        raise bad_request("kind", f"must be one of {', '.join(KINDS)}")
    for name in _TEXTS:
        if not isinstance(item.get(name, ""), str):
            raise bad_request(name, "must be a text")
    for name, length in _HEADERS.items():
        text = item.get(name, "")
        if len(text) > length or not _PRINTABLE.fullmatch(text):
            raise bad_request(name, f"must be printable ASCII of at most {length} characters")
    return Rule(
        kind=kind,
        path_contains=item.get("path_contains", ""),
        times=None if item.get("times") is None else _count(item, "times", 1),
        after=_count(item, "after", 0),
        seconds=min(_count(item, "seconds", 2), SECONDS_MAX),
        retry_after=item.get("retry_after", "1"),
        method=item.get("method", "").upper(),
        location=item.get("location", _ELSEWHERE),
    )


def _count(item: dict[str, Any], name: str, default: int) -> int:
    value = item.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= COUNT_MAX:
        raise bad_request(name, f"must be a whole number from 0 to {COUNT_MAX}")
    return value


def strike(number: int, personality: Personality) -> Rule | None:
    """The fault that the personality's rates send this request, if any."""
    rates = (
        ("429", personality.rate_429),
        ("503", personality.rate_5xx),
        ("truncated", personality.cut_rate),
        ("no_bytes", personality.no_answer_rate),
    )
    for kind, percent in rates:
        if percent and thrown(f"{personality.seed}/{kind}/{number}") < percent:
            return Rule(kind)
    return None
