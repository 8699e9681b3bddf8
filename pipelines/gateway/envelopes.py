"""Finds the rows, the object and the declared total in whatever wrapping the gateway uses.

Four envelopes are attested and more are likely. A wrapping that says failure, or holds nothing
where rows should be, is never taken for an empty day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.gateway.strict_json import unusable

Item = dict[str, Any]

_LIST_KEYS = ("items", "results", "rows", "records", "data")
_PAGING_KEYS = ("pagination", "meta", "paging", "page_info", "pageInfo")
_TOTAL_KEYS = ("total", "totalCount", "total_count", "totalItems", "total_items")
_COUNT = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of one page, and how many rows the gateway says there are in all.

    `are_rows` says that the items are rows of columns already, only without their source.
    """

    items: list[Item]
    declared_total: int | None
    are_rows: bool = False


def listing(payload: object, list_keys: tuple[str, ...]) -> Listing:
    """The rows of a list answer: a bare list, `data`, or a named list in either."""
    if isinstance(payload, list):
        return Listing(_items(payload), None)
    envelope = _envelope(payload)
    places = [envelope]
    rows = envelope.get("data", envelope)
    if isinstance(rows, dict):
        places.append(rows)
        rows = _first_list(rows, list_keys + _LIST_KEYS)
    if not isinstance(rows, list):
        raise unusable("there is no list of rows in it")
    return Listing(_items(rows), _declared_total(places))


def single(payload: object, object_keys: tuple[str, ...]) -> Item:
    """The object of a detail answer: under `data`, under its own name, or bare."""
    envelope = _envelope(payload)
    found: object = envelope.get("data", envelope)
    if isinstance(found, dict):
        for key in object_keys:
            if isinstance(found.get(key), dict):
                found = found[key]
                break
    if not isinstance(found, dict):
        raise unusable("there is no object in it")
    return found


def _envelope(payload: object) -> Item:
    if not isinstance(payload, dict):
        raise unusable("it is neither an object nor a list")
    if "success" in payload and payload["success"] is not True:
        raise unusable("it says that it is not a success")
    if payload.get("error") or payload.get("errors"):
        raise unusable("it holds an error")
    if "data" in payload and payload["data"] is None:
        raise unusable("its data is null")
    return payload


def _first_list(fields: Mapping[str, Any], keys: tuple[str, ...]) -> object:
    return next((fields[key] for key in keys if isinstance(fields.get(key), list)), None)


def _items(rows: list[Any]) -> list[Item]:
    for row in rows:
        if row.__class__ is not dict:
            raise unusable("a row in it is not an object")
    return rows


def _declared_total(places: list[Item]) -> int | None:
    for place in places:
        for holder in (*(place.get(key) for key in _PAGING_KEYS), place):
            if not isinstance(holder, dict):
                continue
            for key in _TOTAL_KEYS:
                if isinstance(holder.get(key), str) and _COUNT.fullmatch(holder[key]):
                    return int(holder[key])
    return None
