"""Controls as asset checks: they warn, publish all the same, and turn the night red.

Belongs here: what each control is called, and what the UI shows of it.
Stays out: the judgement itself (`sql/reconciled/controls`) and structural claims (`assets.claims`).
A volume that is unusual and a store that is behind warn only: neither makes a figure wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from assets.showing import markdown_table
from pipelines.night.orders import OrdersTaken
from pipelines.night.reading import StreamPull, Volume
from pipelines.night.validate import Validated
from pipelines.night.watching import Standing

Told = int | str | dg.MarkdownMetadataValue

EXPORTS = dg.AssetCheckSpec(
    name="exports_are_taken_in",
    asset=["raw", "orders"],
    description="Control: no order export is refused and no row of one is held back.",
)
CERTIFICATES = dg.AssetCheckSpec(
    name="windows_are_complete",
    asset=["raw", "transactions"],
    description="Control: every window and list of every stream is shown complete.",
)
CONTRACTS = dg.AssetCheckSpec(
    name="contracts_are_kept",
    asset=["validated", "transactions"],
    description="Control: every row received keeps the contract of its stream.",
)
RESIDUAL = dg.AssetCheckSpec(
    name="residual_is_zero",
    asset=["reconciled", "proof"],
    description="Control: nothing is unexplained, in amount or in rows, on any date.",
)
VOLUME = dg.AssetCheckSpec(
    name="volume_is_usual",
    asset=["marts", "daily_close"],
    description="Notice: the date has between a third and three times the usual rows.",
)
FRESHNESS = dg.AssetCheckSpec(
    name="is_fresh",
    asset=["delivered", "finance"],
    description="Notice: yesterday is closed, some hours after the night was due.",
)
VERDICT = dg.AssetCheckSpec(
    name="controls_hold",
    asset=["delivered", "finance"],
    description="Residual 0, windows complete, no stale source, nothing refused.",
)


def of_exports(taken: OrdersTaken) -> dg.AssetCheckResult:
    """Files refused, and rows held back."""
    told: dict[str, Told] = {
        "rows_quarantined": taken.rows_quarantined,
        "refusals": listed(taken.refusals),
        "remedy": "Run `recon orders quarantine`, mend the rows or the file, and drop it again.",
    }
    return _result(EXPORTS, not taken.refusals and not taken.rows_quarantined, told)


def of_certificates(pulls: Sequence[StreamPull]) -> dg.AssetCheckResult:
    """What was asked and what came, by stream."""
    names = ("stream", "windows", "pages", "rows", "gateway's total", "complete", "reason")
    rows = [
        (
            one.stream,
            one.windows,
            one.pages,
            one.rows,
            one.declared_total,
            one.complete,
            one.reason,
        )
        for one in pulls
    ]
    told: dict[str, Told] = {
        "certificates": markdown_table(names, rows),
        "remedy": "None is needed: the next night asks for an incomplete window again.",
    }
    return _result(CERTIFICATES, all(one.complete for one in pulls), told)


def of_contracts(done: Validated) -> dg.AssetCheckResult:
    """Rows checked and refused, by stream."""
    rows = [(stream, done.checked[stream], done.refused[stream]) for stream in done.checked]
    told: dict[str, Told] = {
        "rows": markdown_table(("stream", "checked", "refused"), rows),
        "remedy": '`recon sql "select * from validated.quarantine order by seen_at desc"`',
    }
    return _result(CONTRACTS, not any(done.refused.values()), told)


def of_residuals(found: Sequence[Sequence[object]]) -> dg.AssetCheckResult:
    """The residual by currency, as text."""
    names = ("currency", "dates", "residual", "rows without a place", "holds")
    told: dict[str, Told] = {
        "residual": markdown_table(names, found),
        "remedy": "A fault of ours: book nothing from that date; `recon explain` one of its cases.",
    }
    return _result(RESIDUAL, all(row[-1] for row in found), told)


def of_volumes(found: Sequence[Volume]) -> dg.AssetCheckResult:
    """The date's rows beside the median of the dates before it."""
    rows = [(one.what, one.of_the_date, one.usual) for one in found]
    told: dict[str, Told] = {"rows": markdown_table(("rows of", "the date", "usual"), rows)}
    return _result(VOLUME, all(one.is_usual for one in found), told)


def of_standing(standing: Standing) -> dg.AssetCheckResult:
    """The last date closed, and the last that should be."""
    return _result(FRESHNESS, standing.is_fresh, standing.as_text())


def of_verdict(reasons: Sequence[str]) -> dg.AssetCheckResult:
    """Why the night is red, one line a control."""
    return _result(VERDICT, not reasons, {"reasons": listed(reasons)})


def listed(sentences: Iterable[str]) -> str:
    """Sentences as text, which the UI shows at once; Markdown waits for a click."""
    return " ".join(sentences) or "none"


def _result(spec: dg.AssetCheckSpec, passed: bool, told: Mapping[str, Told]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=told,
    )
