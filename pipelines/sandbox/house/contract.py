"""The served contract, read once: its operations, and what each takes, checked value by value.

Every rule that the OpenAPI file can say is enforced from the file; a wrong value is refused by the
name of its field. What a schema cannot say is checked in the rooms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from pipelines.sandbox.house.bodies import DECIMALS_MAX, EXPONENT_MAX, check_atoms, object_of
from pipelines.sandbox.house.calls import Refused, bad_request, parsed_instant
from pipelines.sandbox.house.complaints import complaint, sentence

FILE = Path(__file__).parent.parent / "openapi.yaml"
_NAME = "urn:kuvarpay:contract"
_METHODS = ("get", "post", "put", "patch", "delete")
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,340})?([eE][-+]?[0-9]{1,3})?", re.ASCII)
_DIGITS_MAX = EXPONENT_MAX + DECIMALS_MAX
_formats = jsonschema.FormatChecker(formats=())


@_formats.checks("date-time")
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or parsed_instant(value) is not None


@dataclass(frozen=True)
class Parameter:
    """One value of the path or the query."""

    name: str
    place: str
    schema: dict[str, Any]
    is_required: bool
    validator: Validator

    def read(self, text: str) -> Any:
        """The value in its type, or a refusal."""
        value: Any = text
        kind = self.schema.get("type")
        if kind == "integer" and _INTEGER.fullmatch(text):
            value = int(text)
        elif kind == "number" and _NUMBER.fullmatch(text):
            value = Decimal(text)
            check_atoms(value, self.name)
        value = _in_its_form(value, self.schema)
        error = best_match(self.validator.iter_errors(value))
        if error is not None and self.place == "path":
            # What no id can look like is an id that nothing has.
            raise Refused(404, "Not found")
        if error is not None:
            raise bad_request(self.name, sentence(error))
        return value


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    key: str
    parameters: tuple[Parameter, ...]
    body: Validator | None
    body_schema: dict[str, Any]
    needs_body: bool
    is_idempotent: bool
    is_list: bool
    is_paged: bool

    def read_parameters(self, place: str, given: Mapping[str, str]) -> dict[str, Any]:
        """Values of the path or query; unknown ones are tolerated."""
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.place != place:
                continue
            if parameter.name in given:
                values[parameter.name] = parameter.read(given[parameter.name])
            elif parameter.is_required:
                raise bad_request(parameter.name, "is required")
        return values

    def read_body(self, raw: bytes) -> dict[str, Any]:
        """The JSON object of a request, checked against its schema."""
        if self.body is None or (not raw and not self.needs_body):
            return {}
        body: dict[str, Any] = _in_its_form(object_of(raw), self.body_schema)
        # Remainders of large numbers need more digits than usual.
        with localcontext(prec=2 * _DIGITS_MAX):
            error = best_match(self.body.iter_errors(body))
        if error is not None:
            raise complaint(error)
        return body


class Contract:
    """The OpenAPI file."""

    def __init__(self, file: Path = FILE) -> None:
        self.raw = file.read_bytes()
        loaded = yaml.load(self.raw, Loader=_Loader)  # noqa: S506 - a safe loader, see below
        self.document: dict[str, Any] = loaded
        resource = DRAFT202012.create_resource(_absolute(loaded))
        self._registry: Registry[Any] = Registry().with_resource(_NAME, resource)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation; paths without parameters first, as a router must try them."""
        found = [
            self._operation(method, path, entry[method])
            for path, entry in self.document["paths"].items()
            for method in _METHODS
            if method in entry
        ]
        return tuple(sorted(found, key=lambda operation: operation.path.count("{")))

    def validator(self, schema: dict[str, Any]) -> Validator:
        """A validator for a schema of the contract, `$ref`s resolved in the file."""
        return jsonschema.Draft202012Validator(
            _absolute(schema),
            registry=self._registry,
            format_checker=_formats,
        )

    def resolved(self, entry: dict[str, Any]) -> dict[str, Any]:
        """What a `$ref` of the file stands for, or the entry itself."""
        while "$ref" in entry:
            target: Any = self.document
            for step in entry["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            entry = target
        return entry

    def _inlined(self, value: Any) -> Any:
        """A schema without references; those of requests do not contain themselves."""
        if isinstance(value, dict):
            return {name: self._inlined(member) for name, member in self.resolved(value).items()}
        return [self._inlined(item) for item in value] if isinstance(value, list) else value

    def _operation(self, method: str, path: str, entry: dict[str, Any]) -> Operation:
        named = [self.resolved(each) for each in entry.get("parameters", ())]
        body = entry.get("requestBody", {})
        schema = body.get("content", {}).get("application/json", {}).get("schema")
        queried = {each["name"] for each in named if each["in"] == "query"}
        return Operation(
            id=entry["operationId"],
            method=method.upper(),
            path=path,
            key=entry["x-key"],
            parameters=tuple(
                Parameter(
                    name=each["name"],
                    place=each["in"],
                    schema=self.resolved(each["schema"]),
                    is_required=bool(each.get("required")),
                    validator=self.validator(each["schema"]),
                )
                for each in named
                if each["in"] in ("path", "query")
            ),
            body=None if schema is None else self.validator(schema),
            body_schema=self._inlined(schema or {}),
            needs_body=bool(body.get("required")),
            is_idempotent=any(each["name"].lower() == "idempotency-key" for each in named),
            is_list=self._answers_list(entry),
            is_paged="page" in queried,
        )

    def _answers_list(self, entry: dict[str, Any]) -> bool:
        content = self.resolved(entry["responses"]["200"]).get("content", {})
        schema = self.resolved(content.get("application/json", {}).get("schema") or {})
        answer = self.resolved(schema.get("properties", {}).get("data", {}))
        return answer.get("type") == "array"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, with exact numbers and with instants left as text."""


_Loader.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node))
)
_Loader.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


def _absolute(value: Any) -> Any:
    """A schema with its references pointing into the contract from anywhere.

    A pattern's `$` is made to mean the very end, not the place before a last newline.
    """
    if isinstance(value, dict):
        return {name: _absolute_member(name, member) for name, member in value.items()}
    return [_absolute(item) for item in value] if isinstance(value, list) else value


def _absolute_member(name: str, member: Any) -> Any:
    if name == "$ref":
        return _NAME + member
    if name == "pattern" and isinstance(member, str) and member.endswith("$"):
        return member[:-1] + r"\Z"
    return _absolute(member)


def _in_its_form(value: Any, schema: dict[str, Any]) -> Any:
    """Words and whole numbers as the contract writes them, when they only look otherwise."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {name: _in_its_form(value[name], known.get(name, {})) for name in value}
    if isinstance(value, list):
        return [_in_its_form(item, schema.get("items", {})) for item in value]
    if schema.get("type") == "integer" and isinstance(value, Decimal):
        # A remainder of 1 would need as many digits as the number has.
        return int(value) if value == value.to_integral_value() else value
    words = schema.get("enum", ())
    if isinstance(value, str) and value not in words and value.upper() in words:
        return value.upper()
    return value
