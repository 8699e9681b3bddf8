"""What must not change, or only as the world did: a function an equality, which gives what differs.

Belongs here: how a world is changed, and which columns an equality speaks of. Stays out: how worlds
are changed in general (`transformations`) and closed in pieces (`closings`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from random import Random

from oracle.answers import EXACT, Answer, Row, added, answer_to, changed, differences, kept, without
from oracle.closings import closed_in_pieces
from oracle.transformations import (
    alphabet,
    days_with_orders,
    days_with_payments,
    recoined,
    renamed,
    scaled,
    shuffled,
    together,
    with_orders_on,
    words_of,
)
from oracle.world import World
from oracle.worlds import neighbour

TEXTS = ("detail", "evidence", "facts", "break_id")
"""Columns that quote ids and amounts, and a digest: they say what other columns say."""
LIFE = ("first_seen_date", "state", "assignee", "last_action_no", "recorded_from")
"""Columns of a break that tell of former closings."""
OTHER_LETTERS = "\u0400"
TEN = Decimal(10)


def rows_in_another_order(world: World, plain: Answer) -> list[str]:
    return differences(plain, answer_to(shuffled(world, Random(1))))


def ten_times_the_amounts(world: World, plain: Answer) -> list[str]:
    """The world against a tenth of it, in which every currency has one more minor unit.

    So the unit to which impacts are rounded grows with the amounts, and the equality is exact.
    """
    terms = world.policy
    small = replace(
        scaled(world, 1 / TEN, coins=TEN),
        minor_units={"USDT": 3} | {code: units + 1 for code, units in world.minor_units.items()},
        policy=replace(
            terms, fees=tuple(replace(fee, tolerance=fee.tolerance / TEN) for fee in terms.fees)
        ),
    )
    amounts = ("impact", "money_impact", "expected_amount", "actual_amount", "amount")

    def grown(row: Row) -> Row:
        return row | {
            name: EXACT.multiply(value, TEN)
            for name, value in row.items()
            if name in amounts and isinstance(value, Decimal)
        }

    beside = (*TEXTS, "policy_version")
    return differences(without(plain, beside), without(changed(answer_to(small), grown), beside))


def other_ids(world: World, plain: Answer) -> list[str]:
    """Every id in another alphabet that sorts as the former one: anchors are the smallest ids."""
    rename = alphabet(words_of(world), OTHER_LETTERS)
    found = answer_to(renamed(world, rename))
    return differences(
        without(changed(plain, lambda row: renamed_row(row, rename)), TEXTS), without(found, TEXTS)
    )


def two_merchants(world: World, plain: Answer) -> list[str]:
    """The world and another of seven times its amounts, with other ids, in one store and apart."""
    del plain
    other = next(
        found for seed in count(1) if not _alike(world, found := _seven_times(world, seed))
    )
    # Whether a date has no order row at all is asked of both together.
    days = days_with_payments(world) | days_with_payments(other)
    ours, theirs = (
        with_orders_on(one, days - days_with_orders(one), currency=currency)
        for one, currency in ((world, "NGN"), (other, "KES"))
    )
    theirs = renamed(theirs, alphabet(words_of(theirs), OTHER_LETTERS))
    apart = added(answer_to(ours), answer_to(theirs))
    return differences(
        changed(apart, _unplaced), changed(answer_to(together(ours, theirs)), _unplaced)
    )


def another_currency(world: World, plain: Answer) -> list[str]:
    """The same rows once more, with other ids and in a currency that no other row has."""
    twin = renamed(
        recoined(replace(world, quarantined=()), "ZAR"), alphabet(words_of(world), OTHER_LETTERS)
    )
    # Lines without a currency count rows of all of them; a stale date counts its payments.
    found = answer_to(together(world, twin))

    def is_ours(row: Row) -> bool:
        is_counted = "line" in row and row["currency"] == ""
        return not is_counted and row.get("currency") != "ZAR" and not _is_other(row)

    def without_counts(row: Row) -> Row:
        return row | {"detail": None} if row.get("code") == "STALE_SOURCE" else row

    return differences(
        changed(kept(plain, is_ours), without_counts), changed(kept(found, is_ours), without_counts)
    )


def closings(world: World, plain: Answer) -> dict[str, list[str]]:
    """Three closings against one, against the last of them again, and against a judgement anew."""
    told = {
        owner: tuple(
            replace(each, updated_at=each.updated_at or each.recorded_from) for each in versions
        )
        for owner, versions in world.authorizations.items()
    }
    is_untold = told != dict(world.authorizations)
    # Where no version tells when it was revoked, the first closing that saw it does.
    world = replace(world, authorizations=told)
    at_once = answer_to(world) if is_untold else plain
    closed = closed_in_pieces(world, Random(len(world.orders)))
    return {
        "any order": differences(_seen_whenever(at_once), _seen_whenever(closed.last)),
        "from scratch": differences(_judged(closed.scratch), _judged(closed.last)),
        "again": differences(closed.last, closed.again),
    }


def renamed_row(row: Row, rename: Callable[[str], str]) -> Row:
    """The ids of a row renamed, those within the id of its case too."""
    names = [name for name in row if name == "id" or (name.endswith("_id") and name != "break_id")]
    new = {name: rename(str(row[name])) for name in names if row[name] is not None}
    case, _, anchor = str(row.get("case_id", "")).partition(":")
    anchor, at, begin = anchor.partition("@") if case == "period" else (anchor, "", "")
    is_named = case in ("order", "transaction", "invoice", "attempt", "period")
    if "case_id" in row:
        new["case_id"] = f"{case}:{rename(anchor)}{at}{begin}" if is_named else row["case_id"]  # type: ignore[assignment]
    return row | new


def _seven_times(world: World, seed: int) -> World:
    return scaled(neighbour(world, seed, order_stories=10), Decimal(7))


def _alike(one: World, other: World) -> bool:
    """Whether an order of one might be paid by a payment of the other."""
    asked, paid = (
        ({(each.currency, each.amount) for each in world.orders},
         {(each[-1].fiat_currency, each[-1].fiat_amount) for each in world.transactions.values()})
        for world in (one, other)
    )  # fmt: skip
    return bool(asked[0] & paid[1] or paid[0] & asked[1])


def _unplaced(row: Row) -> Row:
    """A refused row is named after its place in the file, which two merchants share here."""
    is_refused = row.get("code") == "VALIDATION_FAILED" and "break_id" in row
    return {name: row[name] for name in ("code", "transaction_id")} if is_refused else row


def _is_other(row: Row) -> bool:
    named = f"{row.get('case_id')} {row.get('order_id')} {row.get('transaction_id')}"
    return any("\u0400" <= sign <= "\u04ff" for sign in named)


def _judged(answer: Answer) -> Answer:
    """Matches, breaks that hold and proof lines 1 and 2, to the letter."""

    def is_judged(row: Row) -> bool:
        return bool(row.get("holds", True)) and not str(row.get("line", "")).startswith("breaks_")

    return without(kept(answer, is_judged), LIFE)


def _seen_whenever(answer: Answer) -> Answer:
    """The same without what records when we looked, and in which files."""
    late = "LATE_PAYMENT"

    def is_kept(row: Row) -> bool:
        is_of_files = str(row.get("line", "")).startswith("rows_")
        return not is_of_files and row.get("code") != late

    # What a break says beside its life stands in the codes of its case.
    rows = without(kept(_judged(answer), is_kept), ("position", "evidence", "secondary_codes"))
    return {table: rows[table] for table in rows if table != "breaks"}
