"""Lists as they leave the house: pages, envelopes and totals, true to the contract or not.

Rooms give a listing; which rows there are is theirs. With no personality the rendered rows are
joined as they are.
"""

from __future__ import annotations

import hashlib
from random import Random
from typing import Any

from pipelines.sandbox import exact
from pipelines.sandbox.house.calls import Listing, Reply, bad_request
from pipelines.sandbox.house.personality import Personality
from pipelines.sandbox.house.shapes import reshaped

LIMIT_DEFAULT = 20
_FILTERS = ("status", "startDate", "endDate")
_ORDER = ("sortBy", "sortOrder")


def heard(query: dict[str, Any], personality: Personality) -> dict[str, Any]:
    """What is left of a list's parameters when some are not listened to."""
    deaf: tuple[str, ...] = ()
    if personality.ignore_filters:
        deaf += _FILTERS
    if personality.ignore_order:
        deaf += _ORDER
    if personality.ignore_paging:
        deaf += ("page", "limit")
    return {name: value for name, value in query.items() if name not in deaf} if deaf else query


def answer(
    listing: Listing,
    query: dict[str, Any],
    *,
    personality: Personality,
    page_limit: int,
    paged: bool,
) -> Reply:
    """One page of a listing in its envelope; an unpaged list comes whole."""
    page, limit = 1, max(listing.total, 1)
    if paged and personality.ignore_paging != "all":
        page = query.get("page", 1)
        limit = _limit(query.get("limit", LIMIT_DEFAULT), page_limit, personality)
    pages = -(-listing.total // limit)
    shown = min(page, max(pages, 1)) if personality.repeat_pages else page
    first = min((shown - 1) * limit, listing.total)
    last = min(first + limit, listing.total)
    rows = _rows(listing, first, last, personality=personality)
    pagination = _pagination(page, limit, listing=listing, personality=personality)
    return Reply(_enveloped(listing.name, rows, pagination if paged else b"", personality))


def _limit(asked: int, page_limit: int, personality: Personality) -> int:
    if personality.refuse_limit and asked > page_limit:
        raise bad_request("limit", f"must not be greater than {page_limit}")
    limit = min(asked, page_limit)
    return min(limit, personality.cap_limit) if personality.cap_limit else limit


def _rows(listing: Listing, first: int, last: int, *, personality: Personality) -> list[bytes]:
    if personality.shuffle:
        places = list(range(listing.total))
        Random(f"{personality.seed}/{listing.name}/{listing.total}").shuffle(places)  # noqa: S311
        rows = [listing.rows(place, place + 1)[0] for place in places[first:last]]
    else:
        rows = listing.rows(first, last)
    if not personality.changes_rows:
        return rows
    return [exact.encode(reshaped(exact.decode(row), listing.name, personality)) for row in rows]


def _pagination(page: int, limit: int, *, listing: Listing, personality: Personality) -> bytes:
    if personality.totals == "none":
        return b""
    total = listing.total
    if personality.totals == "zero":
        total = 0
    elif personality.totals == "lying":
        digest = hashlib.sha256(f"{personality.seed}/{listing.name}/{total}".encode()).digest()
        total = max(0, total + (digest[0] % 7 + 1) * (1 if digest[1] % 2 else -1))
    return b'"pagination":{"page":%d,"limit":%d,"total":%d,"totalPages":%d}' % (
        page,
        limit,
        total,
        -(-total // limit),
    )


def _enveloped(name: str, rows: list[bytes], pagination: bytes, personality: Personality) -> bytes:
    listed = b"[%b]" % b",".join(rows)
    if personality.envelope == "bare":
        return listed
    if personality.envelope != "data":
        member = name if personality.envelope == "object" else "items"
        listed = b'{"%b":%b}' % (member.encode(), listed)
    more = b"," + pagination if pagination else b""
    return b'{"success":true,"data":%b%b}' % (listed, more)
