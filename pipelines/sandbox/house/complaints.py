"""What is wrong with a value that does not fit its schema: the field by name, and a sentence.

The value itself is never repeated. Which schema it is held against is told by the contract.
"""

from __future__ import annotations

from typing import Any

import jsonschema

from pipelines.sandbox.house.calls import Refused, bad_request


def complaint(error: jsonschema.ValidationError) -> Refused:
    """400, naming the field at fault; where one of several would help, each of those."""
    place = [str(step) for step in error.absolute_path]
    wanted: Any = error.validator_value
    schema: Any = error.schema
    given: Any = error.instance
    match error.validator:
        case "required":
            place.append(next(name for name in wanted if name not in given))
        case "anyOf":
            ways = [way.get("required", ()) for way in wanted]
            told = "give " + ", or ".join(" and ".join(names) for names in ways)
            return _one_of(place, given, [name for way in ways for name in way], told)
        case "minProperties":
            names = list(schema.get("properties", ()))
            told = f"give at least one of {', '.join(names)}"
            return _one_of(place, given, names, told)
    return bad_request(".".join(place) or None, sentence(error))


def _one_of(place: list[str], given: Any, names: list[str], told: str) -> Refused:
    missing = (".".join([*place, name]) for name in names if name not in given)
    return Refused(400, told, fields=tuple(missing))


def sentence(error: jsonschema.ValidationError) -> str:
    """What is wrong, without repeating the value."""
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            return "is required"
        case "type":
            words = [wanted] if isinstance(wanted, str) else wanted
            return f"must be of type {' or '.join(words)}"
        case "enum":
            return f"must be one of {', '.join(str(word) for word in wanted)}"
        case "minimum":
            return f"must not be less than {wanted}"
        case "maximum":
            return f"must not be greater than {wanted}"
        case "exclusiveMinimum":
            return f"must be greater than {wanted}"
        case "multipleOf":
            return f"must be a multiple of {wanted}"
        case "minLength" | "maxLength":
            bound = "at least" if error.validator == "minLength" else "at most"
            return f"must have {bound} {wanted} characters"
        case "pattern":
            return "must match " + str(wanted).replace(r"\Z", "$")
        case "format":
            return f"must be an ISO-8601 {wanted}"
        case _:
            return "does not fit the contract, see /openapi.yaml"
