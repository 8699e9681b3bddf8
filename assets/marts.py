"""marts: the tables finance asks about, computed from what was reconciled.

Belongs here: the assets of the fourth stage.
Stays out: the queries (`sql/marts`).
"""

from collections.abc import Iterator

import dagster as dg

from assets.stage import markdown_table, results_of, retry_policy, specs_of
from pipelines.night.judge import build_marts
from pipelines.night.reading import day_totals


def definitions(
    partitions: dg.PartitionsDefinition[str], pool: str | None, *, retries: int
) -> list[dg.AssetsDefinition]:
    """The assets of the marts stage."""

    @dg.multi_asset(
        name="build_marts",
        specs=specs_of("marts", partitions, is_shown=pool is not None),
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=pool,
        retry_policy=retry_policy(retries),
        required_resource_keys={"night"},
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with context.resources.night.step(context) as night:
            rows = build_marts(night)
            totals = day_totals(night)
        preview = markdown_table(("currency", "expected", "received", "difference"), totals)
        yield from results_of(rows, also={"marts.daily_close": {"business_date": preview}})

    return [build]
