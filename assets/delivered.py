"""delivered: the snapshot people query, and the report rendered from it, filed and mailed.

Belongs here: the assets of the last stage and the controls that turn a night red.
Stays out: rendering (`reports`) and publishing (`pipelines.warehouse`).
"""

import dagster as dg

from assets.stage import retry_policy, shown_tables
from pipelines.night.deliver import deliver, publish
from pipelines.night.judge import draw_up, find_reasons

GROUP = "delivered"


def definitions(
    partitions: dg.PartitionsDefinition[str], pool: str | None, *, retries: int
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
        retry_policy=retry_policy(retries),
        required_resource_keys={"night"},
        check_specs=[
            dg.AssetCheckSpec(
                name="controls_hold",
                asset=[GROUP, "finance"],
                description="Residual 0, windows complete, no stale source, nothing refused.",
            )
        ],
        description="The published database: complete, checked, replaced by one rename.",
    )
    def finance(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with context.resources.night.step(context) as night:
            draw_up(night)
            reasons = find_reasons(night)
            published = publish(night)
        return dg.MaterializeResult(
            metadata={
                "verdict": published.outcome,
                "snapshot_digest": published.snapshot_digest,
                "path": dg.MetadataValue.path(str(published.path)),
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name="controls_hold",
                    passed=not reasons,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={
                        "reasons": dg.MetadataValue.md(
                            "\n".join(f"- {reason}" for reason in reasons) or "none"
                        )
                    },
                )
            ],
        )

    @dg.asset(
        key=[GROUP, "daily"],
        group_name=GROUP,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=[finance],
        kinds={"html", "csv"},
        pool=pool,
        retry_policy=retry_policy(retries),
        required_resource_keys={"night"},
        description="The daily report: rendered from the published snapshot, filed and mailed.",
    )
    def daily(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with context.resources.night.step(context) as night:
            delivered = deliver(night)
        page = next(path for path in delivered.files if path.name == "daily.html")
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.url(page.as_uri()),
                "report_path": dg.MetadataValue.path(str(page)),
                "mail": delivered.mail,
                "verdict": delivered.figures["verdict"]["state"],
                "open_breaks": len(delivered.figures["breaks"]),
            }
        )

    return [finance, daily]
