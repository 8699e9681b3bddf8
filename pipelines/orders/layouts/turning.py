"""Carrying a layout out: the cells of a table become order rows in our columns.

Gives the text columns of `ORDER_COLUMNS`, `further_refs` (a list), `source_row`, `said` (what is
wrong with a row before any rule is asked, null where nothing is), `is_aside`, and `store` where one
is declared. Whatever cannot be translated stays as it is and is said: no cell is mended, and none
becomes empty on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.orders.layouts.folding import folded
from pipelines.orders.layouts.layout import (
    ASIDE,
    BETWEEN_REFS,
    BUSINESS_ZONE,
    FURTHER_REFS,
    ORDER_COLUMNS,
    Case,
    Holds,
    Layout,
)
from pipelines.orders.layouts.moments import with_offset
from pipelines.orders.layouts.money import plain_amount, without_surplus_zeros
from pipelines.orders.table import SOURCE_ROW, Table
from pipelines.orders.values import Rule, holds_several_refs, is_fit_id
from pipelines.orders.wording import shown

SAID, IS_ASIDE, STORE = "said", "is_aside", "store"
_NEVER = pl.lit(value=False)
_HALF_A_MARK = r"\s\+|\+\s"
_NO_REFS = pl.lit([], dtype=pl.List(pl.String))


@dataclass(frozen=True)
class _Turned:
    """Expressions by our column, and the rules that tell where they do not hold."""

    columns: dict[str, pl.Expr]
    rules: list[Rule]


def order_rows(table: Table, layout: Layout, *, zone: ZoneInfo) -> pl.DataFrame:
    """Turn a table into order rows; `zone` is the business day's."""
    if layout.is_plain and not table.faults and not _may_have_several_refs(table, layout):
        return table.frame.select(
            *(table.cell(layout.columns[column]).alias(column) for column in ORDER_COLUMNS),
            _NO_REFS.alias(FURTHER_REFS),
            table.lines.alias(SOURCE_ROW),
            pl.lit(None, dtype=pl.String).alias(SAID),
            _NEVER.alias(IS_ASIDE),
        )
    frame = table.frame.with_columns(table.lines.alias(SOURCE_ROW), _faults(table))
    if layout.has_several_lines:
        frame = folded(frame, table, layout)
    turned = _turned(table, layout, zone=zone)
    rows = frame.select(
        *(turned.columns[column].alias(column) for column in (*ORDER_COLUMNS, FURTHER_REFS)),
        SOURCE_ROW,
        SAID,
        _is_aside(table, layout).alias(IS_ASIDE),
        *([table.cell(layout.store_column).alias(STORE)] if layout.store_column else []),
        pl.coalesce(
            pl.lit(None, dtype=pl.Int32),
            *(
                pl.when(rule.broken).then(pl.lit(place, dtype=pl.Int32))
                for place, rule in enumerate(turned.rules)
            ),
        ).alias("fault"),
    )
    rows = rows.with_columns(
        pl.coalesce(SAID, _told(frame, rows["fault"], turned.rules, table)).alias(SAID)
    ).drop("fault")
    return rows.with_columns(without_surplus_zeros(rows)) if layout.may_have_surplus_zeros else rows


def _faults(table: Table) -> pl.Series:
    said = [table.faults.get(row) for row in range(table.frame.height)] if table.faults else None
    return pl.Series(SAID, said or [None] * table.frame.height, dtype=pl.String)


def _told(frame: pl.DataFrame, faults: pl.Series, rules: Sequence[Rule], table: Table) -> pl.Series:
    """The sentence of each row whose cells cannot be turned."""
    reasons: list[str | None] = [None] * frame.height
    for row in faults.is_not_null().arg_true().to_list():
        rule = rules[faults[row]]
        value = frame[table.places[rule.column]][row]
        reasons[row] = f"{rule.column} {shown(value)} {rule.says}"
    return pl.Series("told", reasons, dtype=pl.String)


def _turned(table: Table, layout: Layout, *, zone: ZoneInfo) -> _Turned:
    columns = {
        column: table.cell(theirs)
        for column, theirs in layout.columns.items()
        if theirs in table.places
    }
    turned = _Turned(
        {
            **{column: pl.lit("") for column in ORDER_COLUMNS},
            FURTHER_REFS: _NO_REFS,
            **{column: pl.lit(text) for column, text in layout.constants.items()},
            **columns,
        },
        [],
    )
    turned.rules.extend(_only_rules(table, layout))
    _turn_status(turned, table, layout)
    _turn_id(turned, table, layout)
    _turn_amount(turned, table, layout)
    _turn_instants(turned, table, layout, zone=zone)
    _turn_sessions(turned, table, layout)
    _turn_references(turned, table, layout)
    return turned


def _only_rules(table: Table, layout: Layout) -> list[Rule]:
    """A word that only capitals or blanks tell from one to be taken is damage, not another word."""
    rules = []
    for column, words in layout.only.items():
        cell, like = table.cell(column), [word.strip().lower() for word in words if word.strip()]
        is_like = cell.str.strip_chars().str.to_lowercase().is_in(like)
        taken = f"{', '.join(words)}, which alone {'is' if len(words) == 1 else 'are'} taken."
        is_other = is_like & ~cell.is_in(list(words))
        rules.append(Rule(column, is_other, f"is written otherwise than {taken}"))
    return rules


def _turn_status(turned: _Turned, table: Table, layout: Layout) -> None:
    for column, words in layout.known.items():
        if column in table.places:
            is_known = table.cell(column).is_in([*words, *_own_words(layout, column)])
            turned.rules.append(Rule(column, ~is_known, "is no word that is known there."))
    if not layout.cases:
        return
    own = turned.columns["status"]
    told = [(own == word, meant) for word, meant in layout.words.items()]
    told += [(_holds(table, case), case.status) for case in layout.cases]
    turned.columns["status"] = pl.coalesce(
        *(pl.when(holds).then(pl.lit(status)) for holds, status in told), own
    )


def _own_words(layout: Layout, column: str) -> list[str]:
    """Words of the configuration are known as well."""
    return list(layout.words) if column == layout.columns.get("status") else []


def _holds(table: Table, case: Case) -> pl.Expr:
    return reduce(and_, [_condition(table, one) for one in case.when])


def _condition(table: Table, holds: Holds) -> pl.Expr:
    if holds.column not in table.places:
        return _NEVER
    cell = table.cell(holds.column)
    if not holds.words:
        return cell != ""
    if holds.between:
        parts = cell.str.split(holds.between)
        return reduce(or_, [parts.list.contains(word) for word in holds.words])
    return cell.is_in(list(holds.words))


def _is_aside(table: Table, layout: Layout) -> pl.Expr:
    aside = [_holds(table, case) for case in layout.aside]
    words = [word for word, meant in layout.words.items() if meant == ASIDE]
    if words:
        aside.append(_own_status(table, layout).is_in(words))
    aside += [~table.cell(column).is_in(list(words)) for column, words in layout.only.items()]
    return reduce(or_, aside) if aside else _NEVER


def _own_status(table: Table, layout: Layout) -> pl.Expr:
    """Give the file's own word, or the one that is declared for all of its orders."""
    theirs = layout.columns.get("status")
    return table.cell(theirs) if theirs else pl.lit(layout.constants.get("status", ""))


def _turn_id(turned: _Turned, table: Table, layout: Layout) -> None:
    """A prefix stands behind blanks before the number, where they are still seen as around it."""
    own = turned.columns["order_id"]
    prefix: pl.Expr = pl.lit(layout.prefix)
    if layout.store_column:
        store = table.cell(layout.store_column)
        prefix = prefix + store.replace_strict(
            list(layout.stores), list(layout.stores.values()), default="", return_dtype=pl.String
        )
        is_unknown = ~store.is_in(list(layout.stores))
        turned.rules.append(Rule(layout.store_column, is_unknown, "is no store that is declared."))
    if layout.prefix or layout.store_column:
        blanks, number = own.str.extract(r"^(\s*)", 1), own.str.strip_chars_start()
        turned.columns["order_id"] = (
            pl.when(number != "").then(blanks + prefix + number).otherwise(own)
        )


def _turn_amount(turned: _Turned, table: Table, layout: Layout) -> None:
    """The declared marks are those of text: a number has none, and would be read a thousandfold."""
    own = turned.columns["amount"]
    amount, is_wrong = plain_amount(
        own, decimal_mark=layout.decimal_mark, thousands_mark=layout.thousands_mark
    )
    if layout.decimal_mark != "." or layout.thousands_mark:
        is_number = table.has_type(layout.columns["amount"])
        turned.columns["amount"] = pl.when(is_number).then(own).otherwise(amount)
        marks = f'"{layout.decimal_mark}" before its decimals'
        between = f'"{layout.thousands_mark}"' if layout.thousands_mark else "nothing"
        says = f"is not written with {marks} and {between} between thousands."
        turned.rules.append(Rule(layout.columns["amount"], ~is_number & is_wrong, says))


def _turn_instants(turned: _Turned, table: Table, layout: Layout, *, zone: ZoneInfo) -> None:
    named = zone.key if layout.time_zone == BUSINESS_ZONE else layout.time_zone
    for column in ("placed_at", "paid_at"):
        theirs = layout.columns.get(column, "")
        if theirs not in table.places:
            continue
        own, has_type = turned.columns[column], table.has_type(theirs)
        moment = with_offset(own, form=layout.instants, zone=named)
        if layout.instants:
            moment = moment.unless(has_type, with_offset(own, form="", zone=named))
        turned.columns[column] = moment.text
        turned.rules.extend(
            [
                Rule(theirs, moment.is_otherwise_written, f"is not written as {layout.instants}."),
                Rule(theirs, moment.is_no_time_there, f"is no time in {named}, or is two."),
            ]
        )


def _may_have_several_refs(table: Table, layout: Layout) -> bool:
    place = table.places.get(layout.columns.get("transaction_ref", ""))
    return place is not None and table.frame[place].str.contains("+", literal=True).any()


def _turn_references(turned: _Turned, table: Table, layout: Layout) -> None:
    """Several references in one cell are all kept: an order may be paid in parts."""
    if not _may_have_several_refs(table, layout):
        return
    own = turned.columns["transaction_ref"]
    parts = own.str.split(BETWEEN_REFS)
    one = pl.element()
    is_unfit = one.is_null() | ~is_fit_id(one) | holds_several_refs(one)
    has_unfit = parts.list.eval(is_unfit).list.any()
    has_half_a_mark = parts.list.eval(pl.element().str.contains(_HALF_A_MARK)).list.any()
    turned.columns["transaction_ref"] = parts.list.first()
    turned.columns[FURTHER_REFS] = parts.list.unique(maintain_order=True).list.slice(1)
    turned.rules.append(
        Rule(
            layout.columns["transaction_ref"],
            ((parts.list.len() > 1) & has_unfit) | has_half_a_mark,
            f'does not hold references with "{BETWEEN_REFS}" between them.',
        )
    )


def _turn_sessions(turned: _Turned, table: Table, layout: Layout) -> None:
    """Session ids found in other text stand behind those of the own column, each once."""
    found = [
        _ids_within(table.cell(column), search.pattern)
        for search in layout.sessions
        for column in layout.session_columns(search, list(table.places))
        if column in table.places
    ]
    if not found:
        return
    own = turned.columns["session_ids"]
    ids = pl.concat_list(found).list.unique(maintain_order=True).list.join(";")
    all_ids = pl.concat_list(own.str.split(";"), *found).list.unique(maintain_order=True)
    turned.columns["session_ids"] = (
        pl.when(own == "").then(ids).when(ids == "").then(own).otherwise(all_ids.list.join(";"))
    )


def _ids_within(text: pl.Expr, pattern: str) -> pl.Expr:
    """Give the ids that a pattern finds; a match whose group is empty or absent has none."""
    found, one = text.str.extract_all(pattern), pl.element()
    if not pl.select(pl.lit("").str.extract_groups(pattern)).to_series().struct.fields:
        return found
    ids = found.list.eval(one.str.extract(pattern, 1).fill_null(""))
    return ids.list.eval(one.filter(one != ""))
