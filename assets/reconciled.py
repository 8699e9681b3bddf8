"""reconciled: both sides paired, differences named and proven.

Belongs here: the assets of the third stage, their preview in the UI.
Stays out: the rules (`sql/reconciled`).
"""

from collections.abc import Iterator

import dagster as dg

from assets import controls
from assets.showing import markdown_table
from assets.stage import results_of, specs_of
from pipelines.night.judge import reconcile
from pipelines.night.reading import break_counts, residuals


def definitions(
    partitions: dg.PartitionsDefinition[str], pool: str | None
) -> list[dg.AssetsDefinition]:
    """The assets of the reconciled stage."""

    @dg.multi_asset(
        name="reconcile",
        specs=specs_of("reconciled", partitions, is_shown=pool is not None),
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=pool,
        required_resource_keys={"night"},
        check_specs=[controls.RESIDUAL],
    )
    def reconcile_sides(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with context.resources.night.step(context) as night:
            rows = reconcile(night)
            counts = break_counts(night)
            found = residuals(night)
        preview = markdown_table(("code", "currency", "open breaks", "money impact"), counts)
        yield from results_of(rows, also={"reconciled.breaks": {"open_breaks": preview}})
        yield controls.of_residuals(found)

    return [reconcile_sides]
