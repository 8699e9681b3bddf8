"""marts: the tables finance asks about, computed from what was reconciled.

Belongs here: the assets of the fourth stage.
Stays out: the queries (`sql/marts`).
"""

from collections.abc import Iterator

import dagster as dg

from assets import controls
from assets.showing import markdown_table
from assets.stage import results_of, specs_of
from pipelines.night.judge import build_marts
from pipelines.night.reading import day_figures, day_totals, volumes


def definitions(
    partitions: dg.PartitionsDefinition[str], pool: str | None
) -> list[dg.AssetsDefinition]:
    """The assets of the marts stage."""

    @dg.multi_asset(
        name="build_marts",
        specs=specs_of("marts", partitions, is_shown=pool is not None),
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=pool,
        required_resource_keys={"night"},
        check_specs=[controls.VOLUME],
    )
    def build(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with context.resources.night.step(context) as night:
            rows = build_marts(night)
            totals = day_totals(night)
            found = volumes(night)
            for day, figures in day_figures(night).items():
                # Of each date its own, so that the UI plots them over the partitions.
                context.add_asset_metadata(figures, ["marts", "daily_close"], day)
        preview = markdown_table(("currency", "expected", "received", "difference"), totals)
        yield from results_of(rows, also={"marts.daily_close": {"business_date": preview}})
        yield controls.of_volumes(found)

    return [build]
