"""Figures to plain text: what a mail shows where HTML is not read, and what a terminal prints.

Text from data stands on one line and without anything that could steer a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports import amounts, held_back, proof, wording
from reports.figures import Break, CurrencyTotals, DailyFigures, VanishedOrder, minor_units
from reports.footing import footing
from reports.render import by_severity
from reports.wording import counted, plain, words

VANISHED_AT_MOST = 20
HELD_BACK_AT_MOST = 20


def render_text(
    figures: DailyFigures, *, most_breaks: int | None = None, most_changes: int | None = None
) -> str:
    """Return the daily report as text; of breaks and changes at most so many are listed."""
    green = figures["verdict"]["state"] == "green"
    lines = [
        f"KuvarPay reconciliation, {wording.long_date(figures['business_date'])}",
        "",
        f"{'GREEN' if green else 'RED'}: {wording.headline(figures)}",
        *(f"  - {plain(reason)}" for reason in figures["verdict"]["reasons"]),
        f"As of {plain(wording.both_clocks(figures['as_of'], figures['timezone']))}",
        *_proof(figures),
        *_changes(figures, most_changes),
        *_breaks(figures, most_breaks),
        *_suggestions(figures),
        *_decisions(figures),
        *_held_back(figures),
        *_day(figures),
        *_sources(figures),
        *_control(figures),
    ]
    return "\n".join(lines) + "\n"


def aligned(rows: Iterable[Sequence[str]], *, left: int = 1) -> list[str]:
    """Return the rows as columns two blanks apart: the first `left` ones left, the rest right."""
    table = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def heading(text: str) -> list[str]:
    """Return the lines of a heading, an empty one before it."""
    return ["", text, "-" * len(text)]


def _proof(figures: DailyFigures) -> list[str]:
    lines = [
        f"  [{'holds' if line.holds else 'DOES NOT HOLD'}] {line.name}: {plain(line.sentence)}"
        for line in proof.proof_lines(figures)
    ]
    totals = _totals(figures["totals"]) if figures["totals"] else []
    return [*heading("Proof"), *lines, *(["", "  The whole book:"] if totals else []), *totals]


def _totals(rows: list[CurrencyTotals]) -> list[str]:
    table = [("", "orders", "expected", "received", "difference", "breaks", "timing", "residual")]
    for row in rows:
        least = row["minor_units"]
        residual = row["unexplained_residual"]
        table.append(
            (
                row["currency"],
                f"{row['orders']:,}",
                amounts.grouped(row["expected"], least=least),
                amounts.grouped(row["received"], least=least),
                amounts.signed(row["difference"], least=least),
                amounts.signed(row["in_breaks"], least=least),
                amounts.signed(row["in_timing"], least=least),
                "0" if amounts.is_zero(residual) else amounts.grouped(residual, least=least),
            )
        )
    return aligned(table)


def _changes(figures: DailyFigures, most: int | None) -> list[str]:
    if not figures["changes"]:
        return []
    table = [("figure", "was", "is")]
    shown = figures["changes"][:most]
    table += [(row["figure"][:120], row["old"][:60], row["new"][:60]) for row in shown]
    left = len(figures["changes"]) - len(shown)
    rest = counted(left, "more figure", "more figures")
    more = [f"  ... and {rest} in the attached list of changes."] if left else []
    return [*heading("Changed since this report was last delivered"), *aligned(table), *more]


def _breaks(figures: DailyFigures, most: int | None) -> list[str]:
    breaks = figures["breaks"]
    if not breaks:
        return [*heading("What needs a person"), "  No break is open."]
    in_order = [row for _, rows in by_severity(breaks) for row in rows]
    shown = in_order if most is None else in_order[:most]
    least = minor_units(figures)
    lines = heading(f"What needs a person: {counted(len(breaks), 'break', 'breaks')}")
    for row in shown:
        lines += _break(row, least.get(row["currency"] or "", 2))
    if len(shown) < len(in_order):
        rest = counted(len(in_order) - len(shown), "more break", "more breaks")
        lines.append(f"  ... and {rest} in the list of the report.")
    return lines


def _break(row: Break, least: int) -> list[str]:
    money = f"{row['currency'] or ''} {amounts.signed(row['money_impact'], least=least)}".strip()
    parties = [f"{name} {id_}" for name, id_ in wording.parties(row)] or [f"case {row['case_id']}"]
    values = [
        f"{name} {amounts.grouped(value, least=least)}"
        for name, value in (
            ("expected", row["expected_amount"]),
            ("received", row["actual_amount"]),
        )
        if value is not None
    ]
    about = [*parties, *values, counted(row["age_days"], "day", "days"), words(row["state"])]
    return [
        plain(f"  {row['severity'].upper()}  {words(row['code'])}  {money}"),
        plain(f"      {row['detail']}"),
        plain(f"      {', '.join(about)}"),
    ]


def _suggestions(figures: DailyFigures) -> list[str]:
    if not figures["suggestions"]:
        return []
    least = minor_units(figures)
    lines = heading("Suggested matches, waiting for a decision")
    for row in figures["suggestions"]:
        amount = amounts.grouped(row["amount"], least=least.get(row["currency"], 2))
        lines.append(plain(f"  {row['case_id']}  {row['currency']} {amount}  {row['detail']}"))
    return lines


def _decisions(figures: DailyFigures) -> list[str]:
    decisions = figures.get("decisions", [])
    if not decisions:
        return []
    return [
        *heading("Decisions that the facts no longer support"),
        *(
            plain(f"  {row['detail']} Decided by {row['decided_by']} on {row['decided_date']}.")
            for row in decisions
        ),
    ]


def _held_back(figures: DailyFigures) -> list[str]:
    lines = [*heading("Rows held back"), f"  {held_back.summary(figures)}"]
    for source in held_back.held_back(figures):
        lines.append(plain(f"  {source.source}: {source.rows:,}, {source.why}"))
        lines.append(plain(f"      {source.remedy}"))
    for row in figures["quarantine"][:HELD_BACK_AT_MOST]:
        place = f"{row['source']} line {row['source_row']}"
        named = f", {held_back.short_id(row['key'])}" if row["key"] else ""
        lines.append(plain(f"  {place}{named}: {row['reason']}"))
    left = len(figures["quarantine"]) - HELD_BACK_AT_MOST
    if left > 0:
        lines.append(f"  ... and {counted(left, 'more row', 'more rows')} in the report.")
    lines += [
        plain(
            f"  Mended: {row['source']} line {row['source_row']},"
            f" {held_back.short_id(row['key'])}, taken in from {row['mended_source']}"
        )
        for row in held_back.mended(figures)[:HELD_BACK_AT_MOST]
    ]
    return lines


def _day(figures: DailyFigures) -> list[str]:
    if not figures["day"]:
        return []
    return [*heading(f"The day {figures['business_date']}, by currency"), *_totals(figures["day"])]


def _sources(figures: DailyFigures) -> list[str]:
    unusual = [
        plain(f"  {row['name']}: {row['state']}, {row['reason']}")
        for row in figures["files"]
        if row["reason"]
    ]
    cut = [
        plain(f"  {row['stream']} {row['window_from']} to {row['window_to']}: not shown complete")
        for row in figures["pulls"]
        if not row["complete"]
    ]
    vanished = [
        plain(
            f"  order {row['order_id']}: in {row['last_file']},"
            f" {_absent(row)} {row['missing_from_file']}"
        )
        for row in figures.get("vanished_orders", [])[:VANISHED_AT_MOST]
    ]
    if not (unusual or cut or vanished):
        return []
    return [*heading("Refused, incomplete or gone"), *unusual, *cut, *vanished]


def _absent(row: VanishedOrder) -> str:
    return "set aside by" if row.get("absence") == "set aside" else "not in"


def _control(figures: DailyFigures) -> list[str]:
    control = figures["control"]
    totals = [(row["table"], f"{row['rows']:,} rows") for row in control["control_totals"]]
    lines = [*heading("How to find these figures again"), *aligned(footing(figures), left=2)]
    return [*lines, *(["", *aligned(totals)] if totals else [])]
