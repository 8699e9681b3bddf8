"""reconciled: both sides paired, differences named and proven.

Belongs here: the assets of the third stage, their preview in the UI.
Stays out: the rules (`sql/reconciled`).
"""

from collections.abc import Iterator

import dagster as dg

from assets.stage import markdown_table, results_of, retry_policy, specs_of
from pipelines.night.judge import reconcile
from pipelines.night.reading import break_counts


def definitions(
    partitions: dg.PartitionsDefinition[str], pool: str | None, *, retries: int
) -> list[dg.AssetsDefinition]:
    """The assets of the reconciled stage."""

    @dg.multi_asset(
        name="reconcile",
        specs=specs_of("reconciled", partitions, is_shown=pool is not None),
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=pool,
        retry_policy=retry_policy(retries),
        required_resource_keys={"night"},
    )
    def reconcile_sides(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with context.resources.night.step(context) as night:
            rows = reconcile(night)
            counts = break_counts(night)
        preview = markdown_table(("code", "currency", "open breaks", "money impact"), counts)
        yield from results_of(rows, also={"reconciled.breaks": {"open_breaks": preview}})

    return [reconcile_sides]
