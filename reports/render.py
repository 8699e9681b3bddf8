"""Figures to the page, the break list and JSON: the forms a report is filed in.

Rendering reads the figures and nothing else: no clock, no zone or locale of the machine, no store.
What is worked out here is only what a form needs to be read; see proof.py and wording.py.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reports import amounts, chart, held_back, proof, wording
from reports.cells import safe_cell
from reports.figures import AgeBand, Break, DailyFigures, RowCount, figures_as_json, minor_units

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
BANDS = wording.BANDS
TEXT_COLUMNS = (
    "break_id", "case_id", "code", "secondary_codes", "order_id", "transaction_id",
    "subscription_id", "invoice_id", "charge_attempt_id", "currency", "detail", "business_date",
    "first_seen_date", "severity", "state", "assignee",
)  # fmt: skip
BREAK_COLUMNS = (
    "break_id", "case_id", "code", "secondary_codes", "order_id", "transaction_id",
    "subscription_id", "invoice_id", "charge_attempt_id", "currency", "expected_amount",
    "actual_amount", "money_impact", "detail", "business_date", "first_seen_date", "age_days",
    "severity", "state", "assignee",
)  # fmt: skip


class AgeRow(NamedTuple):
    """One code and currency across the age bands; a band without breaks is None."""

    code: str
    currency: str
    cells: list[AgeBand | None]


class Ageing(NamedTuple):
    """The ageing table turned: bands as columns."""

    bands: list[str]
    rows: list[AgeRow]


def render_html(figures: DailyFigures) -> str:
    """Return the daily report as one self-contained page that asks nothing of the network."""
    from markupsafe import Markup

    drawn = [(panel, Markup(chart.trend_svg(panel))) for panel in chart.panels(figures)]  # noqa: S704
    return (
        environment()
        .get_template("daily.html.j2")
        .render(
            **page_words(figures),
            css=stylesheet("page.css"),
            ageing=turned(figures["ageing"]),
            streams=by_stream(figures["rows"]),
            status_currencies=sorted(
                {name for row in figures["statuses"] for name in row["amounts"] if name}
            ),
            finding=chart.finding(figures),
            panels=drawn,
            policy=list(flat_policy(figures["policy"])),
            query=Markup("\n").join(map(wording.plain, figures["control"]["query"].split("\n"))),
        )
    )


def render_json(figures: Mapping[str, Any]) -> str:
    """Return the figures themselves, as canonical JSON."""
    return figures_as_json(figures)


def render_csv(figures: DailyFigures) -> str:
    """Return the list of open breaks; money is a plain number, no text acts as a formula."""
    least = minor_units(figures)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(BREAK_COLUMNS)
    for row in figures["breaks"]:
        writer.writerow([_csv_cell(row, column, least) for column in BREAK_COLUMNS])
    return out.getvalue()


def page_words(figures: DailyFigures) -> dict[str, Any]:
    """Return what every HTML form of the daily report says beside the figures themselves."""
    least = minor_units(figures)
    return {
        "figures": figures,
        "green": figures["verdict"]["state"] == "green",
        "headline": wording.headline(figures),
        "proof": proof.proof_lines(figures),
        "shortfalls": wording.shortfalls(figures["breaks"]),
        "by_severity": by_severity(figures["breaks"]),
        "held_back": held_back.held_back(figures),
        "held_back_summary": held_back.summary(figures),
        "mended": held_back.mended(figures),
        "money": lambda text, currency: amounts.grouped(text, least=least.get(currency, 2)),
        "signed": lambda text, currency: amounts.signed(text, least=least.get(currency, 2)),
        "both_clocks": partial(wording.both_clocks, timezone=figures["timezone"]),
    }


def by_severity(breaks: list[Break]) -> list[tuple[str, list[Break]]]:
    """Return the breaks in groups, most severe first; unknown severities stand after high."""
    found: dict[str, list[Break]] = {}
    for row in breaks:
        found.setdefault(row["severity"], []).append(row)
    order = {severity: 2 * place for place, severity in enumerate(wording.SEVERITIES)}
    return sorted(found.items(), key=lambda group: (order.get(group[0], 1), group[0]))


def by_stream(rows: list[RowCount]) -> list[RowCount]:
    """Return one row per stream; a month of order files would hide what needs a person."""
    found: dict[str, list[RowCount]] = {}
    for row in rows:
        found.setdefault(row["stream"], []).append(row)
    return [
        {
            "stream": stream,
            "source": mine[0]["source"] if len(mine) == 1 else f"{len(mine):,} sources",
            "received": sum(row["received"] for row in mine),
            "accepted": sum(row["accepted"] for row in mine),
            "quarantined": sum(row["quarantined"] for row in mine),
        }
        for stream, mine in found.items()
    ]


def turned(ageing: list[AgeBand]) -> Ageing:
    """Return the ageing with one column per band, empty bands of the known six included."""
    seen = {row["band"] for row in ageing}
    bands = [*BANDS, *sorted(seen - set(BANDS))]
    cells = {(row["code"], row["currency"], row["band"]): row for row in ageing}
    keys = dict.fromkeys((row["code"], row["currency"]) for row in ageing)
    rows = [
        AgeRow(code, currency, [cells.get((code, currency, band)) for band in bands])
        for code, currency in keys
    ]
    return Ageing(bands, rows)


def flat_policy(policy: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of the policy in force with its dotted name."""
    if isinstance(policy, dict):
        for name, value in policy.items():
            yield from flat_policy(value, f"{path}.{name}" if path else str(name))
    elif isinstance(policy, list):
        for place, value in enumerate(policy, start=1):
            yield from flat_policy(value, f"{path} {place}")
    else:
        yield path, amounts.NOTHING if policy is None else str(policy)


@cache
def environment() -> Environment:
    """Return the one template environment: always escaping, no silent gaps."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=False,
        lstrip_blocks=False,
        keep_trailing_newline=True,
    )
    made.globals.update(
        counted=wording.counted,
        parties=wording.parties,
        words=wording.words,
        long_date=wording.long_date,
        number="{:,}".format,
        is_zero=amounts.is_zero,
        rolls=proof.rolls,
        short_id=held_back.short_id,
        dash=lambda value: amounts.NOTHING if value in (None, "") else value,
    )
    made.tests["zero_amount"] = amounts.is_zero
    return made


@cache
def stylesheet(name: str) -> Any:
    """Return a stylesheet of ours as markup: the only text that enters a page unescaped."""
    from markupsafe import Markup

    return Markup((HERE / name).read_text(encoding="utf-8"))  # noqa: S704


def _shown(value: object) -> object:
    """Make text from data fit to be shown; markup of our own macros passes."""
    return wording.plain(value) if type(value) is str else value


def _csv_cell(row: Break, column: str, least: dict[str, int]) -> str:
    value: Any = row.get(column)  # figures of a former version lack some
    if value is None:
        return ""
    if column in TEXT_COLUMNS:
        return safe_cell(" ".join(value) if isinstance(value, list) else value)
    if isinstance(value, int):
        return str(value)
    return amounts.digits(value, least=least.get(row["currency"] or "", 2))
