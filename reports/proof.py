"""The proof, worked out once more from the figures that are printed.

The engine proved the book before it was published; a report repeats the sums a reader would do
with a pencil, so that a figure that got lost on the way is seen on the page.
"""

from __future__ import annotations

from typing import NamedTuple

from reports import amounts
from reports.figures import CurrencyTotals, DailyFigures, RollForward
from reports.wording import counted


class ProofLine(NamedTuple):
    """One equation: its name, what it says in numbers, and whether it holds."""

    name: str
    sentence: str
    holds: bool


def proof_lines(figures: DailyFigures) -> list[ProofLine]:
    """Return the proof lines 1 to 3 of the report."""
    return [_rows(figures), _money(figures), _breaks(figures)]


def balances(row: CurrencyTotals) -> bool:
    """Tell whether a currency's difference is its received less its expected, with no residual."""
    gap = amounts.subtract(row["received"], row["expected"])
    return amounts.is_zero(amounts.subtract(gap, row["difference"])) and amounts.is_zero(
        row["unexplained_residual"]
    )


def rolls(row: RollForward) -> bool:
    """Tell whether the opening breaks and all movements give the closing ones."""
    incoming = ("opening", "new", "reopened", "recoded")
    outgoing = ("resolved", "written_off", "closing")
    count = sum(row[f"{part}_count"] for part in incoming)  # type: ignore[literal-required]
    count -= sum(row[f"{part}_count"] for part in outgoing)  # type: ignore[literal-required]
    gained = amounts.add(
        [
            *(row[f"{part}_amount"] for part in incoming),  # type: ignore[literal-required]
            row["revalued_amount"],
        ]
    )
    lost = amounts.add(row[f"{part}_amount"] for part in outgoing)  # type: ignore[literal-required]
    return count == 0 and amounts.is_zero(amounts.subtract(gained, lost))


def _rows(figures: DailyFigures) -> ProofLine:
    received = sum(row["received"] for row in figures["rows"])
    accepted = sum(row["accepted"] for row in figures["rows"])
    quarantined = sum(row["quarantined"] for row in figures["rows"])
    holds = all(row["received"] == row["accepted"] + row["quarantined"] for row in figures["rows"])
    sentence = (
        f"{counted(received, 'row', 'rows')} received = {accepted:,} accepted"
        f" + {quarantined:,} quarantined"
    )
    return ProofLine("No row lost", sentence, holds)


def _money(figures: DailyFigures) -> ProofLine:
    off = [row["currency"] for row in figures["totals"] if not balances(row)]
    number = len(figures["totals"])
    if not number:
        return ProofLine("No amount unexplained", "no orders or payments in the book", holds=True)
    if off:
        sentence = f"does not come out in {', '.join(off)}"
        return ProofLine("No amount unexplained", sentence, holds=False)
    where = "the one currency" if number == 1 else f"each of {number} currencies"
    return ProofLine("No amount unexplained", f"unexplained residual 0 in {where}", holds=True)


def _breaks(figures: DailyFigures) -> ProofLine:
    rows = figures["roll_forward"]
    opening, new, reopened, resolved, written_off, closing = (
        sum(row[f"{part}_count"] for row in rows)  # type: ignore[literal-required]
        for part in ("opening", "new", "reopened", "resolved", "written_off", "closing")
    )
    sentence = f"{opening:,} open before + {new:,} new"
    sentence += f" + {reopened:,} reopened" if reopened else ""
    sentence += f" \N{MINUS SIGN} {resolved:,} resolved"
    sentence += f" \N{MINUS SIGN} {written_off:,} written off" if written_off else ""
    sentence += f" = {closing:,} open now"
    holds = all(rolls(row) for row in rows) and closing == len(figures["breaks"])
    return ProofLine("No break forgotten", sentence, holds)
