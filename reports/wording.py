"""The words of a report: dates, codes, the headline, and data text made fit to be shown.

Everything is English and fixed here; neither the locale nor the zone of the machine is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reports import amounts
from reports.figures import Break, DailyFigures, FiguresUnusable, minor_units

_DAYS = ("0-1", "2-7", "8-30", "31-60", "61-90", "over 90")
BANDS = tuple(days.replace("-", "\N{EN DASH}") for days in _DAYS)
SEVERITIES = ("high", "medium", "low", "info")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
# Controls, marks that turn the reading direction or are invisible, and halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{1,11}", re.ASCII)


class Shortfall(NamedTuple):
    """What the open breaks of one currency amount to."""

    currency: str
    breaks: int
    short: str
    short_breaks: int
    over: str


def plain(text: str) -> str:
    """Return the text on one line, with what cannot be seen replaced by a visible mark."""
    one_line = text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", one_line)


def words(code: str) -> str:
    """Return MISSING_IN_GATEWAY as "Missing in gateway"."""
    text = code.replace("_", " ").lower()
    return text[:1].upper() + text[1:]


def counted(number: int, one: str, many: str) -> str:
    """Return "1 break" or "2,000 breaks"."""
    return f"{number:,} {one if number == 1 else many}"


def is_currency(text: str) -> bool:
    """Tell whether the text looks like the code of a currency or coin, fit for a header."""
    return _CURRENCY.fullmatch(text) is not None


def long_date(text: str) -> str:
    """Return 2026-11-21 as "Saturday 21 November 2026"."""
    day = business_date(text)
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def long_month(text: str) -> str:
    """Return 2026-11-21 as "November 2026"."""
    day = business_date(text)
    return f"{_MONTHS[day.month - 1]} {day.year}"


def is_month_end(text: str) -> bool:
    """Tell whether the date is the last of its month."""
    return (business_date(text) + timedelta(days=1)).day == 1


def short_date(text: str) -> str:
    """Return 2026-11-21 as "21 Nov"."""
    day = business_date(text)
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def business_date(text: str) -> date:
    """Return the date that the text writes as YYYY-MM-DD; anything else is refused."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        message = f"{text!r} is not a date."
        raise FiguresUnusable(message)
    return date.fromisoformat(text)


def instant(text: str) -> datetime:
    """Return the instant that the text writes in ISO 8601 with its offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"{text!r} is an instant without an offset."
        raise FiguresUnusable(message)
    return moment.astimezone(UTC)


def both_clocks(text: str, timezone: str) -> str:
    """Return an instant as local time of the business with UTC beside it."""
    moment = instant(text)
    universal = f"{_to_minutes(moment)} UTC"
    try:
        local = moment.astimezone(ZoneInfo(timezone))
    except (KeyError, ValueError, OSError):
        return universal
    return f"{_to_minutes(local)} {timezone} ({universal})"


def _to_minutes(moment: datetime) -> str:
    return moment.isoformat(sep=" ")[:16]


def shortfalls(breaks: Iterable[Break]) -> list[Shortfall]:
    """Return per currency how many breaks are open, what is short and what is over."""
    impacts: dict[str, list[str]] = {}
    for row in breaks:
        impacts.setdefault(row["currency"] or "", []).append(row["money_impact"])
    found = []
    for currency, all_of_it in sorted(impacts.items()):
        short = [impact for impact in all_of_it if amounts.is_negative(impact)]
        over = [impact for impact in all_of_it if not amounts.is_negative(impact)]
        found.append(
            Shortfall(currency, len(all_of_it), amounts.add(short), len(short), amounts.add(over))
        )
    return found


def parties(row: Break) -> list[tuple[str, str]]:
    """Return what a break is about, kind and id: its own rows, the subscription where it has none.

    Figures stored by a former version do not name bills.
    """
    named = [
        ("order", row["order_id"]),
        ("transaction", row["transaction_id"]),
        ("invoice", row.get("invoice_id")),
        ("charge", row.get("charge_attempt_id")),
    ]
    found = [(kind, id_) for kind, id_ in named if id_]
    subscription = row.get("subscription_id")
    return found or ([("subscription", subscription)] if subscription else [])


def headline(figures: DailyFigures) -> str:
    """Return the verdict in a few words, fit for a mail's subject.

    Made of fixed words, counts and amounts only; a currency that does not look like one is never
    named, so that no data reaches a header.
    """
    if not figures["breaks"]:
        if figures["verdict"]["state"] == "green":
            return "all clear"
        return "no breaks, " + counted(
            len(figures["verdict"]["reasons"]), "control red", "controls red"
        )
    number = counted(len(figures["breaks"]), "break", "breaks")
    return ", ".join([number, *_money_in_words(figures)])


def _money_in_words(figures: DailyFigures) -> list[str]:
    """Return nothing when no money is missing; else the currency with most breaks, and how many."""
    known = shortfalls(figures["breaks"])
    short = [row for row in known if row.short_breaks]
    over = [row for row in known if not amounts.is_zero(row.over)]
    concerned, word = (short, "short") if short else (over, "over")
    named = [row for row in concerned if is_currency(row.currency)]
    if not named:
        return []
    # max() keeps the first of equals, and the rows stand in the order of their currencies.
    most = max(named, key=lambda row: row.short_breaks if short else row.breaks)
    amount = (most.short if short else most.over).lstrip("-")
    least = minor_units(figures).get(most.currency, 2)
    others = len(concerned) - 1
    more = f" + {counted(others, 'more currency', 'more currencies')}" if others else ""
    return [f"{most.currency} {amounts.grouped(amount, least=least)} {word}{more}"]
