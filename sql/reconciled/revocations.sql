-- One row per subscription whose authorization ends, was revoked or was overspent, as its status tells.
with
versions as (
    select * from validated.authorizations_history
),

basis as (
    select * from reconciled.basis
),

current_versions as (
    select versions.*
    from versions
    cross join basis
    where versions.recorded_to is null and coalesce(versions.created_at < basis.as_of, true)
    qualify row_number() over (
        partition by versions.subscription_id order by versions.version desc
    ) = 1
),

-- Where no instant is told, the first version that says so does: what no night saw is not claimed.
first_revoked as (
    select
        subscription_id,
        authorization_id,
        arg_min(coalesce(updated_at, recorded_from), version) as revoked_at
    from versions
    where status = 'REVOKED'
    group by subscription_id, authorization_id
)

select
    current_versions.subscription_id,
    current_versions.expires_at,
    coalesce(
        current_versions.revoked_at,
        case when current_versions.status = 'REVOKED' then first_revoked.revoked_at end
    ) as revoked_at,
    current_versions.allowance_units,
    current_versions.spent_units,
    coalesce(current_versions.spent_units > current_versions.allowance_units, false)
        as is_overspent
from current_versions
left join first_revoked
    on
        current_versions.subscription_id = first_revoked.subscription_id
        and current_versions.authorization_id is not distinct from first_revoked.authorization_id
