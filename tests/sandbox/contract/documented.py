"""The served contract as a list of what can be answered, and an answer held against it.

Belongs here: every (operation, status) of the file, and what is wrong with an answer: its status,
content type, headers, body and the frames of a stream. Stays out: how an answer is brought about.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator, FormatChecker

FILE = Path(__file__).parents[3] / "pipelines/sandbox/openapi.yaml"
_formats = FormatChecker(formats=())


@_formats.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(frozen=True)
class Operation:
    """One operation of the file, its references resolved one step deep."""

    id: str
    method: str
    path: str
    key: str
    parameters: tuple[dict[str, Any], ...]
    has_body: bool
    responses: dict[int, dict[str, Any]]

    def placed(self, place: str) -> list[dict[str, Any]]:
        """Its parameters in the query or the header, or in the path as they stand there."""
        found = [each for each in self.parameters if each["in"] == place]
        return sorted(found, key=lambda each: self.path.find(f"{{{each['name']}}}"))

    @property
    def is_idempotent(self) -> bool:
        return any(each["name"] == "Idempotency-Key" for each in self.placed("header"))


class Documented:
    """One contract file, or the same with something changed in it."""

    def __init__(self, contract: dict[str, Any] | None = None) -> None:
        self.contract = contract or loaded()
        self.operations = {operation.id: operation for operation in self._read()}

    def pairs(self) -> list[tuple[str, int]]:
        """Every operation with every status that it documents."""
        return [(one.id, status) for one in self.operations.values() for status in one.responses]

    def faults(self, operation: Operation, answer: httpx.Response) -> list[str]:
        """What an answer does that the contract does not say, a sentence each."""
        documented = operation.responses.get(answer.status_code)
        if documented is None:
            return [f"{operation.id} answers {answer.status_code}, which is not documented"]
        faults = list(self._header_faults(documented["headers"], answer))
        media, _, _ = answer.headers.get("content-type", "").partition(";")
        if media not in documented["content"]:
            return [*faults, f"{media!r} is none of {', '.join(documented['content'])}"]
        schema = documented["content"][media]["schema"]
        if media == "text/event-stream":
            return [*faults, *self._frame_faults(schema, answer.text)]
        return [*faults, *self._value_faults(schema, _json(answer))]

    def _header_faults(self, headers: dict[str, Any], answer: httpx.Response) -> Iterator[str]:
        for name, entry in headers.items():
            header = self._resolved(entry)
            if name not in answer.headers:
                if header["required"]:
                    yield f"header {name} is missing"
                continue
            text = answer.headers[name]
            value = int(text) if header["schema"]["type"] == "integer" else text
            for fault in self._value_faults(header["schema"], value):
                yield f"header {name}: {fault}"

    def _frame_faults(self, schema: dict[str, Any], stream: str) -> Iterator[str]:
        """Each frame as documented, its data too; the first says connected, each later a status."""
        frames = [frame for frame in stream.split("\n\n") if frame and not frame.startswith(":")]
        fields = [dict(line.split(": ", 1) for line in frame.split("\n")) for frame in frames]
        told = [frame.get("event") for frame in fields]
        if told != ["connected", *["status"] * (len(told) - 1)]:
            yield f"the frames are {told}"
        for frame in fields:
            yield from self._value_faults(schema, frame)
            named = "SseConnectedEvent" if frame.get("event") == "connected" else "SseStatusEvent"
            reference = {"$ref": f"#/components/schemas/{named}"}
            yield from self._value_faults(reference, json.loads(frame.get("data", "null")))

    def _value_faults(self, schema: dict[str, Any], value: object) -> Iterator[str]:
        whole = {**schema, "components": self.contract["components"]}
        for error in Draft202012Validator(whole, format_checker=_formats).iter_errors(value):
            yield f"{error.json_path}: {error.message}"

    def _read(self) -> Iterator[Operation]:
        for path, entry in self.contract["paths"].items():
            for method, said in entry.items():
                yield Operation(
                    id=said["operationId"],
                    method=method.upper(),
                    path=path,
                    key=said["x-key"],
                    parameters=tuple(map(self._resolved, said.get("parameters", ()))),
                    has_body="requestBody" in said,
                    responses={
                        int(status): self._resolved(response)
                        for status, response in said["responses"].items()
                    },
                )

    def _resolved(self, entry: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in entry:
            target: Any = self.contract
            for step in entry["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            entry = target
        return entry


def loaded() -> dict[str, Any]:
    """The file, read anew."""
    contract: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return contract


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return f"no JSON: {answer.text[:80]!r}"
