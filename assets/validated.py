"""validated: rows that keep their contract, typed and exact; the rest stands in quarantine.

Belongs here: the assets of the second stage.
Stays out: the contracts (`assets.contracts`) and the queries (`sql/validated`).
"""

from collections.abc import Iterator

import dagster as dg

from assets import controls
from assets.contracts.streams import all_contracts
from assets.stage import results_of, specs_of
from pipelines.night.validate import validate


def definitions(
    partitions: dg.PartitionsDefinition[str], pool: str | None
) -> list[dg.AssetsDefinition]:
    """The assets of the validated stage."""

    @dg.multi_asset(
        name="validate",
        specs=specs_of("validated", partitions, is_shown=pool is not None),
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=pool,
        required_resource_keys={"night"},
        check_specs=[controls.CONTRACTS],
    )
    def validate_rows(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with context.resources.night.step(context) as night:
            done = validate(night, all_contracts())
        also = {
            f"validated.{stream}": {
                "rows_checked": done.checked[stream],
                "rows_refused": done.refused[stream],
            }
            for stream in done.checked
        }
        yield from results_of(done.tables, also=also)
        yield controls.of_contracts(done)

    return [validate_rows]
