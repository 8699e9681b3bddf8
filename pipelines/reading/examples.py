"""The queries of `sql/adhoc`: what finance asks, by name, with parameters and how to read it.

A query opens with its question, one comment line a parameter, and how to read the answer:

    -- Which orders from an amount on has nobody paid?
    -- $least_amount amount = 0: in major units of the order's currency.
    -- Answer: one row an order, largest first.

Belongs here: finding and reading them, and values for their parameters. Stays out: asking them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from pipelines.faults import ConfigurationFault
from pipelines.warehouse.queries import SQL_FOLDER, script

FOLDER = "adhoc"
_PARAMETER = re.compile(r"\$(\w+) (text|date|instant|amount|whole)(?: = ([^:]+))?: (.+)")
_READING = "Answer: "
_NOTHING = "none"
_LIST = "`recon sql --list` lists the queries and their parameters."
_FORMS = {
    "amount": "an amount, such as 1500.50",
    "whole": "a whole number, such as 30",
    "date": "a date, such as 2026-11-20",
    "instant": "an instant with its offset, such as 2026-11-20T23:00:00Z",
}
_AMOUNT = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,18})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Parameter:
    """A value that a query is asked with; without `default` it must be given, None is no limit."""

    name: str
    kind: str
    default: str | None
    is_required: bool
    meaning: str

    @property
    def shown(self) -> str:
        """How it is given: `name=kind`, its default in place of the kind where it has one."""
        return f"{self.name}={self.default or self.kind}"


@dataclass(frozen=True)
class Example:
    """One query of the folder."""

    name: str
    question: str
    parameters: tuple[Parameter, ...]
    reading: str
    text: str


def examples() -> list[Example]:
    """Every query, by name."""
    return [example_of(path.stem) for path in sorted((SQL_FOLDER / FOLDER).glob("*.sql"))]


def example_of(name: str) -> Example:
    """The query of a name; raises ConfigurationFault where there is none."""
    if not re.fullmatch(r"\w+", name) or not (SQL_FOLDER / FOLDER / f"{name}.sql").is_file():
        raise ConfigurationFault("No query of sql/adhoc is called so.", _LIST)
    return _read(name)


def values_for(example: Example, given: Mapping[str, str]) -> dict[str, str | None]:
    """Every parameter's value as text, given or by default; the query casts it exactly.

    Raises ConfigurationFault for a name that the query has not, one that is missing, and a value
    of another kind.
    """
    unknown = sorted(given.keys() - {parameter.name for parameter in example.parameters})
    if unknown:
        raise ConfigurationFault(f"{example.name} has no parameter {unknown[0]}.", _LIST)
    return {parameter.name: _value(parameter, given) for parameter in example.parameters}


def pairs_of(given: Iterable[str]) -> dict[str, str]:
    """Parameters as people give them: `name=value`, each once."""
    pairs: dict[str, str] = {}
    for one in given:
        name, is_pair, value = one.partition("=")
        if not is_pair or name in pairs:
            raise ConfigurationFault(
                "A parameter is not given once as name=value.", "Write --param name=value."
            )
        pairs[name] = value
    return pairs


@cache
def _read(name: str) -> Example:
    text = script(f"{FOLDER}/{name}")
    lines = [line.removeprefix("-- ") for line in text.splitlines() if line.startswith("-- ")]
    question, *further = lines
    reading = further.pop().removeprefix(_READING)
    parameters = [_PARAMETER.fullmatch(line) for line in further]
    return Example(
        name=name,
        question=question,
        parameters=tuple(_parameter(found) for found in parameters if found is not None),
        reading=reading,
        text=text,
    )


def _parameter(found: re.Match[str]) -> Parameter:
    name, kind, default, meaning = found.groups()
    value = None if default == _NOTHING else default
    return Parameter(name, kind, value, is_required=default is None, meaning=meaning)


def _value(parameter: Parameter, given: Mapping[str, str]) -> str | None:
    if parameter.name not in given:
        if parameter.is_required:
            raise ConfigurationFault(
                f"The parameter {parameter.name} is missing: {parameter.meaning}",
                f"Add --param {parameter.name}={parameter.kind}.",
            )
        return parameter.default
    value = given[parameter.name]
    if not _is_of_kind(parameter.kind, value):
        raise ConfigurationFault(
            f"The parameter {parameter.name} is not {_FORMS[parameter.kind]}.", _LIST
        )
    return value


def _is_of_kind(kind: str, value: str) -> bool:
    if kind == "amount":
        return _AMOUNT.fullmatch(value) is not None
    if kind == "whole":
        return _WHOLE.fullmatch(value) is not None
    if kind == "date":
        return _DATE.fullmatch(value) is not None and _is_read_by(date.fromisoformat, value)
    if kind == "instant":
        return _INSTANT.fullmatch(value) is not None and _is_read_by(datetime.fromisoformat, value)
    return True


def _is_read_by(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True
