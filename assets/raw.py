"""raw: what was received, as received. Order exports from the inbox, answers of the gateway.

Belongs here: the assets of the first stage and what the UI shows of them.
Stays out: how anything is taken in or pulled (`pipelines.night`).
"""

from collections.abc import Iterator

import dagster as dg

from assets import controls
from assets.showing import columns_of_table, said_of
from assets.stage import ASSETS
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.night.actions import take_in_actions
from pipelines.night.frame import begin
from pipelines.night.orders import take_in_orders
from pipelines.night.pull import pull
from pipelines.night.reading import pulls_of

GROUP = "raw"
STREAMS = {stream: endpoint.meaning for stream, endpoint in ENDPOINTS.items()}


def definitions(
    partitions: dg.PartitionsDefinition[str], pool: str | None
) -> list[dg.AssetsDefinition]:
    """The assets of the raw stage."""

    @dg.asset(
        key=[GROUP, "orders"],
        group_name=GROUP,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        kinds={"python", "duckdb"},
        pool=pool,
        required_resource_keys={"night"},
        check_specs=[controls.EXPORTS],
        metadata=columns_of_table("raw.orders", ASSETS) if pool else {},
        **said_of(
            "raw.orders",
            grain="One row per line of the shop's order exports, as read.",
            source="files in the orders inbox",
        ),
    )
    def orders(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with context.resources.night.step(context) as night:
            begin(night)
            take_in_actions(night)
            taken = take_in_orders(night)
        return dg.MaterializeResult(
            metadata={
                "files": taken.files,
                "rows_received": taken.rows_received,
                "rows_quarantined": taken.rows_quarantined,
                "refusals": controls.listed(taken.refusals),
                "archive": dg.MetadataValue.path(str(night.places.orders_archive)),
            },
            check_results=[controls.of_exports(taken)],
        )

    @dg.multi_asset(
        name="pull",
        specs=[
            dg.AssetSpec(
                key=[GROUP, stream],
                group_name=GROUP,
                deps=[orders.key],
                kinds={"python", "duckdb"},
                partitions_def=partitions,
                metadata=columns_of_table(f"raw.{stream}", ASSETS) if pool else {},
                **said_of(f"raw.{stream}", grain=meaning, source="the KuvarPay API"),
            )
            for stream, meaning in STREAMS.items()
        ],
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=pool,
        required_resource_keys={"night"},
        check_specs=[controls.CERTIFICATES],
    )
    def pull_gateway(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with context.resources.night.step(context) as night:
            pulled = pull(night)
            pulls = pulls_of(night)
        speeds = {one.stream: one for one in pulls}
        for stream in STREAMS:
            metadata: dict[str, int | float | bool | dg.PathMetadataValue] = {
                "rows_received": pulled.rows_received[stream],
                "rows_new": pulled.taken[stream].new,
                "rows_changed": pulled.taken[stream].changed,
                "rows_outdated": pulled.taken[stream].outdated,
                "complete": stream not in pulled.incomplete,
                "landing": dg.MetadataValue.path(str(night.places.landing / stream)),
            }
            if stream in speeds:
                metadata["seconds"] = speeds[stream].seconds
                metadata["rows_per_second"] = speeds[stream].rows_per_second
            yield dg.MaterializeResult(asset_key=[GROUP, stream], metadata=metadata)
        yield controls.of_certificates(pulls)

    return [orders, pull_gateway]
