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
        lead(recorded_from) over versions as recorded_to,
        min(recorded_from) over (partition by listed_under_subscription_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
    window versions as (partition by listed_under_subscription_id order by arrival)
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
    recorded_to,
    source
from accepted
cross join basis
