"""delivered: the snapshot people query, and the report rendered from it, filed and mailed.

Belongs here: the assets of the last stage and the controls that turn a night red.
Stays out: rendering (`reports`) and publishing (`pipelines.warehouse`).
"""

from datetime import date

import dagster as dg

from assets import controls
from assets.showing import changes_shown, chart_of, report_link, said_of
from assets.stage import shown_tables
from pipelines.night.changes import changes_of
from pipelines.night.deliver import deliver, publish
from pipelines.night.judge import draw_up, find_reasons
from pipelines.night.month import file_month
from pipelines.night.watching import standing_of

GROUP = "delivered"


def definitions(
    partitions: dg.PartitionsDefinition[str],
    pool: str | None,
    *,
    months: dg.PartitionsDefinition[str],
) -> list[dg.AssetsDefinition]:
    """The assets of the delivered stage."""

    @dg.asset(
        key=[GROUP, "finance"],
        group_name=GROUP,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=[
            table.split(".")
            for stage in ("validated", "reconciled", "marts")
            for table in shown_tables(stage)
        ],
        kinds={"duckdb"},
        pool=pool,
        required_resource_keys={"night"},
        check_specs=[controls.VERDICT, controls.FRESHNESS],
        **said_of(
            "delivered.finance",
            grain="One file per closing: the database people query, complete, checked, "
            "replaced by one rename.",
            source="every validated, reconciled and mart table",
        ),
    )
    def finance(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with context.resources.night.step(context) as night:
            draw_up(night)
            reasons = find_reasons(night)
            changes = changes_of(night)
            published = publish(night)
        standing = standing_of(night.settings, context.resources.night.now())
        said = {"recon/verdict": published.outcome}
        if changes is not None:
            said["recon/changed"] = str(changes)
        context.instance.add_run_tags(context.run.run_id, said)
        return dg.MaterializeResult(
            metadata={
                "verdict": published.outcome,
                "snapshot_digest": published.snapshot_digest,
                "path": dg.MetadataValue.path(str(published.path)),
                **changes_shown(changes),
            },
            check_results=[controls.of_verdict(reasons), controls.of_standing(standing)],
        )

    @dg.asset(
        key=[GROUP, "daily"],
        group_name=GROUP,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=[finance],
        kinds={"html", "csv"},
        pool=pool,
        required_resource_keys={"night"},
        **said_of(
            "delivered.daily",
            grain="One report per closing: rendered, filed and mailed.",
            source="the published database, nothing else",
        ),
    )
    def daily(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with context.resources.night.step(context) as night:
            delivered = deliver(night)
        page = next(path for path in delivered.files if path.name == "daily.html")
        last = night.dates.last.isoformat()
        # Of the last date only: the picture would lie in the log once for each date.
        context.add_asset_metadata({"chart": chart_of(delivered.figures)}, partition_key=last)
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.url(report_link(night.settings, page)),
                "report_path": dg.MetadataValue.path(str(page)),
                "mail": delivered.mail,
                "mail_path": dg.MetadataValue.path(str(night.places.outbox)),
                "verdict": delivered.figures["verdict"]["state"],
                "open_breaks": len(delivered.figures["breaks"]),
            }
        )

    @dg.asset(
        key=[GROUP, "month"],
        group_name=GROUP,
        partitions_def=months,
        deps=[finance],
        kinds={"html", "csv"},
        required_resource_keys={"night"},
        **said_of(
            "delivered.month",
            grain="One pack per month: filed when its last date is closed, and again on demand.",
            source="the published database, nothing else",
        ),
    )
    def month(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        night = context.resources.night
        with night.telling():
            filed = file_month(night.settings(), date.fromisoformat(context.partition_key))
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.url(report_link(night.settings(), filed.page)),
                "report_path": dg.MetadataValue.path(str(filed.page)),
                "as_of": str(filed.figures["as_of"]),
            }
        )

    return [finance, daily, month]
