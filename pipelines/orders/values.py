"""The contract of values: what a cell of an order row must be, whatever the layout it came in.

Every rule is an expression over text columns that is true where the rule is broken, and the words
that say so. Rows are judged, never mended: the only changes are the ones that lose nothing (a
status word mapped, an instant moved to UTC, the session ids split).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

import polars as pl

from pipelines.currencies import minor_units
from pipelines.orders.layouts.layout import BETWEEN_REFS
from pipelines.orders.mapping import STATUSES

MAX_ID_CHARACTERS = 200
FIRST_YEAR, LAST_YEAR = 2000, 2100
# Fourteen digits before the point let a million such rows still add up within DECIMAL(38,18).
_AMOUNT = r"^(?:0|[1-9]\d{0,13})(?:\.\d+)?$"
# Offsets end at 14 hours, as the world's do: a damaged digit moves an instant no further unseen.
_INSTANT = (
    r"^\d{4}-\d{2}-\d{2}T\d{2}:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
    r"(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)$"
)
_ODD_CHARACTER = r"[\p{C}\p{Zl}\p{Zp}]"
# Every session id that the gateway documents or gave is of these; any other mark parts several.
_NO_SESSION_MARK = r"[^0-9A-Za-z_-]"
_BETWEEN_SESSIONS = r"[\s;,|/&]+"
# References are free text: a comma or an "and" parts them only where each is a word with a digit.
_BETWEEN_REFS = r"\s*[;|,]\s*|\s+(?:/|&|and)\s+"
_WORD = r"[^\s;|,]*\d[^\s;|,]*"
_SEVERAL_REFS = rf"[;|]|^{_WORD}(?:(?:{_BETWEEN_REFS}){_WORD})+$"
_ADDRESS = r"^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$"
_ADDRESS_WITHIN = r"[^\s@,;]@[^\s@,;]+\.[^\s@,;]"


@dataclass(frozen=True)
class Rule:
    """A broken rule reads: COLUMN "value" SAYS. `says` may name {currency} and {minor_units}."""

    column: str
    broken: pl.Expr
    says: str


def rules() -> list[Rule]:
    """Give all rules, in the order in which a row's first fault is named."""
    return [
        *_id_rules("order_id", is_required=True),
        Rule("status", pl.col("order_status").is_null(), f"is none of {', '.join(STATUSES)}."),
        Rule(
            "amount",
            ~_amount_is_decimal(),
            "is not decimal text such as 1250.00 (no sign, separators, exponent or leading zeros,"
            " at most 14 digits before the point).",
        ),
        Rule("currency", pl.col("minor_units").is_null(), "is no ISO 4217 currency code."),
        Rule(
            "amount",
            pl.col("fraction_digits") > pl.col("minor_units"),
            "has more digits after the point than the {minor_units} of {currency}.",
        ),
        *_instant_rules("placed_at", is_required=True),
        *_instant_rules("paid_at", is_required=False),
        *_session_rules(),
        *_id_rules("transaction_ref", is_required=False),
        Rule(
            "transaction_ref",
            holds_several_refs(pl.col("transaction_ref")),
            f'has another mark than "{BETWEEN_REFS}" between its references.',
        ),
        *_address_rules(),
    ]


def prepared(rows: pl.DataFrame, *, status_words: Mapping[str, str]) -> pl.DataFrame:
    """Add what the rules look at, each null where the text cannot be read as it.

    order_status, minor_units, fraction_digits, placed_utc, paid_utc, sessions (list of text).
    """
    words = {**{status: status for status in STATUSES}, **status_words}
    codes = rows["currency"].unique().to_list()
    units = [minor_units(code) for code in codes]
    fraction = pl.col("amount").str.extract(r"\.(\d+)$", 1)
    return rows.with_columns(
        order_status=pl.col("status").replace_strict(
            list(words), list(words.values()), default=None, return_dtype=pl.String
        ),
        minor_units=pl.col("currency").replace_strict(
            codes, units, default=None, return_dtype=pl.Int32
        ),
        fraction_digits=fraction.str.len_chars().fill_null(0).cast(pl.Int32),
        placed_utc=_instant("placed_at"),
        paid_utc=_instant("paid_at"),
        sessions=_split_sessions(),
    )


def first_fault() -> pl.Expr:
    """Give the position of the first broken rule in `rules()`, null for a row that holds."""
    return pl.coalesce(
        [
            pl.when(rule.broken).then(pl.lit(place, dtype=pl.Int32))
            for place, rule in enumerate(rules())
        ]
    )


def has_readable_amount() -> pl.Expr:
    """Tell the rows whose money can be added up, whatever else is wrong with them."""
    return (
        _amount_is_decimal()
        & pl.col("minor_units").is_not_null()
        & (pl.col("fraction_digits") <= pl.col("minor_units"))
    ).fill_null(False)


def newest_instant(rows: pl.DataFrame, *, until: datetime | None = None) -> datetime | None:
    """Give the newest instant of prepared rows that the contract admits, whatever else is wrong.

    Those after `until` do not count.
    """
    found = [
        rows.select(pl.col(column).filter(_is_in_our_years(pl.col(column)), is_met).max()).item()
        for column in ("placed_utc", "paid_utc")
        for is_met in [pl.lit(value=True) if until is None else pl.col(column) <= until]
    ]
    return max((instant for instant in found if instant is not None), default=None)


def usable_id(text: pl.Expr) -> pl.Expr:
    """Give the trimmed id of a faulty row, null unless it is printable and no e-mail address."""
    trimmed = text.str.strip_chars()
    faults = [broken for broken, _ in _id_faults(trimmed)]
    return pl.when((trimmed != "") & ~reduce(or_, faults)).then(trimmed)


def is_fit_id(text: pl.Expr) -> pl.Expr:
    """Tell the texts that can be an id as they stand."""
    return (text != "") & ~reduce(or_, [broken for broken, _ in _id_faults(text)])


def holds_several_refs(text: pl.Expr) -> pl.Expr:
    """Tell the texts that are several references, with a mark between them that is not ours."""
    return text.str.contains(_SEVERAL_REFS)


def refs_within(text: pl.Expr) -> pl.Expr:
    """Give the references of a faulty row, whatever stands between them."""
    several = text.str.replace_all(_BETWEEN_REFS, ";").str.split(";")
    return pl.when(holds_several_refs(text)).then(several).otherwise(pl.concat_list(text))


def sessions_within(text: pl.Expr) -> pl.Expr:
    """Give the session ids of a faulty row, whatever stands between them."""
    return text.str.replace_all(_BETWEEN_SESSIONS, ";").str.split(";")


def _id_rules(column: str, *, is_required: bool) -> list[Rule]:
    text = pl.col(column)
    rules = [Rule(column, broken, says) for broken, says in _id_faults(text)]
    return [Rule(column, text == "", "is empty."), *rules] if is_required else rules


def _id_faults(text: pl.Expr) -> list[tuple[pl.Expr, str]]:
    return [
        (text.str.strip_chars() != text, "has blanks around it."),
        *_text_faults(text),
        # A shifted column would otherwise carry a customer's address into tables and reports.
        (text.str.contains(_ADDRESS_WITHIN), "holds an e-mail address."),
    ]


def _text_faults(text: pl.Expr) -> list[tuple[pl.Expr, str]]:
    return [
        (text.str.contains(_ODD_CHARACTER), "holds a control character."),
        (
            text.str.len_chars() > MAX_ID_CHARACTERS,
            f"is longer than {MAX_ID_CHARACTERS} characters.",
        ),
    ]


def _session_rules() -> list[Rule]:
    sessions, several = pl.col("sessions"), pl.col("session_ids").str.contains(";", literal=True)
    one_by_one = pl.element()
    return [
        Rule(
            "session_ids",
            pl.col("session_ids").str.contains(_ODD_CHARACTER),
            "holds a control character.",
        ),
        Rule(
            "session_ids",
            pl.col("session_ids").str.contains(_ADDRESS_WITHIN),
            "holds an e-mail address.",
        ),
        Rule(
            "session_ids",
            sessions.list.eval(one_by_one == "").list.any(),
            "has an empty id between its semicolons.",
        ),
        # As one id, several would silently link nothing.
        Rule(
            "session_ids",
            sessions.list.eval(one_by_one.str.contains(_NO_SESSION_MARK)).list.any(),
            "has another mark than the semicolon between its ids, or one that no id has.",
        ),
        Rule(
            "session_ids",
            several & (sessions.list.n_unique() != sessions.list.len()),
            "names the same id twice.",
        ),
        Rule(
            "session_ids",
            sessions.list.eval(one_by_one.str.len_chars() > MAX_ID_CHARACTERS).list.any(),
            f"has an id longer than {MAX_ID_CHARACTERS} characters.",
        ),
    ]


def _address_rules() -> list[Rule]:
    text = pl.col("customer_email")
    return [
        *[Rule("customer_email", broken, says) for broken, says in _text_faults(text)],
        Rule(
            "customer_email",
            (text != "") & ~text.str.strip_chars().str.contains(_ADDRESS),
            "is not one e-mail address.",
        ),
    ]


def _instant_rules(column: str, *, is_required: bool) -> list[Rule]:
    text = pl.col(column)
    instant = pl.col("placed_utc" if column == "placed_at" else "paid_utc")
    is_given = pl.lit(value=True) if is_required else text != ""
    return [
        Rule(
            column,
            is_given & ~text.str.contains(_INSTANT),
            "is not ISO-8601 with an offset, such as 2026-11-20T09:30:00+01:00.",
        ),
        Rule(column, is_given & instant.is_null(), "is no real date and time."),
        Rule(
            column,
            is_given & ~_is_in_our_years(instant),
            f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}.",
        ),
    ]


def _is_in_our_years(instant: pl.Expr) -> pl.Expr:
    return instant.dt.year().is_between(FIRST_YEAR, LAST_YEAR)


def _amount_is_decimal() -> pl.Expr:
    return pl.col("amount").str.contains(_AMOUNT)


def _instant(column: str) -> pl.Expr:
    """Read what `_INSTANT` admits; the offset is written out first, as the parser wants it."""
    text = pl.col(column)
    clock = text.str.replace(r"(?:Z|[+-]\d\d(?::?\d\d)?)$", "")
    offset = text.str.extract(r"(Z|[+-]\d\d(?::?\d\d)?)$", 1)
    offset = (
        pl.when(offset == "Z")
        .then(pl.lit("+00:00"))
        .when(offset.str.len_bytes() == 3)
        .then(offset + ":00")
        .otherwise(offset)
    )
    seconds = pl.when(clock.str.len_bytes() == 16).then(pl.lit(":00")).otherwise(pl.lit(""))
    return (
        pl.when(text.str.contains(_INSTANT))
        .then(clock + seconds + offset)
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", time_zone="UTC", strict=False)
    )


def _split_sessions() -> pl.Expr:
    text = pl.col("session_ids")
    ids = text.str.split(";").list.eval(pl.element().str.strip_chars())
    return pl.when(text == "").then(pl.lit([], dtype=pl.List(pl.String))).otherwise(ids)
