"""What was found out about a gateway, and how it is remembered: `control/gateway.json`.

Belongs here: the findings as plain data, their file, and what the pull may ask of them.
Stays out: finding out (`probing`) and drawing conclusions (`evidence`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from pipelines.gateway.transport import GatewaySettings, checked_origin
from pipelines.settings import Places

FILE = "gateway.json"
PAGE_SIZE_MOST = 500
SMALL_PAGE_SIZE = 20
SKEW_SECONDS_MOST = 60
FILTERS = ("startDate", "endDate", "status")

Honoured = Literal["honoured", "ignored", "misread", "refused"]
"""Of one parameter; `misread` is neither: rows that belong are missing, or some that do not."""

Order = Literal["newest first", "oldest first", "none"]
PastTheEnd = Literal["empty", "repeated", "refused"]
Filtering = Literal["honoured", "ignored", "unusable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a gateway was seen to do, at one instant; None, and nothing, mean "not shown".

    The pull may rely on three things, and then only to ask less: `page_size_for`,
    `window_filtering` and `refuses_pages_past_the_end`. It still dedupes, cuts to the window,
    reads to the provable end and certifies, because a gateway may change the day after a probe.
    """

    form: Literal[1] = 1
    host: str
    business_id: str
    probed_at: datetime
    requests: int = 0
    auth_style: Literal["authorization", "bearer", "x-api-key"] = "authorization"

    envelope: str | None = None
    field_style: Literal["camelCase", "snake_case"] | None = None
    status_case: Literal["upper", "lower", "mixed"] | None = None
    rows_are_short: bool | None = None
    unknown_fields: tuple[str, ...] = ()
    unknown_statuses: tuple[str, ...] = ()
    rows_by_id: Literal["honoured", "unknown", "refused"] | None = None

    pages: Honoured | None = None
    pages_begin_at: Literal[0, 1] | None = None
    list_is_whole: bool | None = None
    page_past_the_end: PastTheEnd | None = None
    limit: Honoured | None = None
    default_page_size: int | None = None
    page_size_proven: int | None = None
    page_size_cap: int | None = None
    page_size_refused: int | None = None

    filters: dict[str, Honoured | None] = field(default_factory=dict)
    default_order: Order | None = None
    order: Honoured | None = None

    total_is_given: bool | None = None
    total_is_true: bool | None = None
    total_follows_filters: bool | None = None

    clock_skew_seconds: int | None = None
    clock_shown_by: Literal["the Date header", "the newest row"] | None = None
    troubles: dict[str, int] = field(default_factory=dict)
    slowest_answer_ms: int | None = None

    @property
    def clock_differs(self) -> bool:
        """Whether the clocks are further apart than a window's safety allows."""
        return self.clock_skew_seconds is not None and (
            abs(self.clock_skew_seconds) > SKEW_SECONDS_MOST
        )


_FORM = TypeAdapter(Manners)


def host_of(gateway: GatewaySettings) -> str:
    """The host, with its port where one is named: two sandboxes are two gateways."""
    return checked_origin(gateway.base_url).netloc.decode("ascii")


def keep_manners(places: Places, manners: Manners) -> Path:
    """Remember the findings, whole or not at all, readable by the owner only."""
    path = places.control / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE}.")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_FORM.dump_json(manners, indent=2) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def known_manners(places: Places, gateway: GatewaySettings) -> Manners | None:
    """What is remembered about this very gateway and business, or None.

    None as well for a file of another form or a damaged one: a hint is never a reason to fail.
    """
    try:
        known = _FORM.validate_json((places.control / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    is_same = (known.host, known.business_id) == (host_of(gateway), gateway.business_id or "")
    return known if is_same else None


def plain(manners: Manners | None) -> dict[str, Any] | None:
    """The findings as JSON has them, less what was not shown: later findings change nothing."""
    if manners is None:
        return None
    said = _FORM.dump_python(manners, mode="json", exclude_defaults=True)
    return {"form": manners.form, **said}


def from_plain(said: Mapping[str, Any] | None) -> Manners | None:
    """The findings of `plain`.

    Raises ValueError for another form.
    """
    return None if said is None else _FORM.validate_python(said)


def page_size_for(manners: Manners | None, *, default: int = 100) -> int:
    """The page size to begin with: the largest that was shown to be honoured, up to 500.

    Where none was shown, the default, unless it was seen to be cut or refused.
    """
    if manners is None:
        return default
    if manners.page_size_proven is not None:
        return max(1, min(manners.page_size_proven, PAGE_SIZE_MOST))
    most = min(default, manners.page_size_cap or default)
    refused = manners.page_size_refused
    is_refused = refused is not None and refused <= most
    return min(most, manners.default_page_size or SMALL_PAGE_SIZE) if is_refused else most


def window_filtering(manners: Manners | None) -> Filtering | None:
    """What startDate and endDate together are worth; None when that was not shown.

    `honoured`: every window with its margin of a day brings its rows. `ignored`: each walk brings
    the whole list, so one walk without them serves every window of the night. `unusable`: with
    them rows go missing or requests are refused, so they must not be sent.
    """
    if manners is None:
        return None
    said = {manners.filters.get("startDate"), manners.filters.get("endDate")}
    if said & {"misread", "refused"}:
        return "unusable"
    if said == {"honoured"}:
        return "honoured"
    return "ignored" if said == {"ignored"} else None


def refuses_pages_past_the_end(manners: Manners | None) -> bool:
    """Whether a refusal of a later page, after a first one came, is how this list ends."""
    return manners is not None and manners.page_past_the_end == "refused"
