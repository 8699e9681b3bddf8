"""What must hold of every computed table: the claims of a stage, asked in one step.

Belongs here: turning claims into blocking asset checks, each reported by its name.
Stays out: the claims themselves, which are queries beside their tables in `sql`.
"""

from collections.abc import Iterator

import dagster as dg

from assets.stage import asset_of_claim
from pipelines.night.judge import JUDGED_STAGES, Claim, check_claims, require_claims
from pipelines.warehouse.queries import claims_of, text_of


def definitions(pool: str | None) -> list[dg.AssetChecksDefinition]:
    """One check step a stage that has claims; an offender stops everything after the stage."""
    return [_checks_of(stage, pool) for stage in JUDGED_STAGES if claims_of(stage)]


def _checks_of(stage: str, pool: str | None) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"claims_of_{stage}",
        specs=[
            dg.AssetCheckSpec(
                name=asset_of_claim(claim)[1],
                asset=asset_of_claim(claim)[0],
                description=text_of(claim).splitlines()[0].removeprefix("--").strip(),
                blocking=True,
            )
            for claim in claims_of(stage)
        ],
        pool=pool,
        required_resource_keys={"night"},
    )
    def claims(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with context.resources.night.step(context) as night:
            asked = check_claims(night, stage)
            yield from map(_result, asked)
            require_claims(asked)

    return claims


def _result(claim: Claim) -> dg.AssetCheckResult:
    asset, name = asset_of_claim(claim.name)
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=not claim.offenders,
        metadata={"offenders": dg.MetadataValue.md("\n".join(claim.offenders) or "none")},
    )
