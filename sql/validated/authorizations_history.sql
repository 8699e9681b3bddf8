-- One row per version of what a subscription's authorization status says; the newest has no recorded_to.
with
received as (
    select * from raw.authorizations
),

basis as (
    select * from reconciled.basis
),

refused as (
    select source_row from validated.quarantine where stream = 'authorizations'
),

accepted as (
    select
        received.*,
        row_number() over versions as version,
        min(recorded_from) over newer as superseded_at,
        coalesce(arrival > min(arrival) over newer, false) as is_outdated,
        min(recorded_from) over (partition by listed_under_subscription_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
    window
        versions as (partition by listed_under_subscription_id order by ranked_at nulls first, arrival),
        newer as (
            partition by listed_under_subscription_id order by ranked_at nulls first, arrival
            rows between 1 following and unbounded following
        )
)

select
    listed_under_subscription_id as subscription_id,
    authorization_id,
    status,
    tx_hash,
    try_cast(allowance_units as decimal(38, 0)) as allowance_units,
    spent_units::decimal(38, 0) as spent_units,
    moment_of(expires_at, basis.timezone) as expires_at,
    moment_of(revoked_at, basis.timezone) as revoked_at,
    moment_of(created_at, basis.timezone) as created_at,
    moment_of(updated_at, basis.timezone) as updated_at,
    first_seen_at,
    version,
    recorded_from,
    -- A version that came when a newer one was held was never the one known.
    case when superseded_at is not null then greatest(superseded_at, recorded_from) end as recorded_to,
    is_outdated,
    source
from accepted
cross join basis
