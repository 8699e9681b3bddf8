-- One row per version of what authorizes the charges of a subscription, oldest first.
select
    coalesce(authorization_id, subscription_id) as authorization_id,
    version,
    subscription_id,
    status,
    tx_hash,
    allowance_units,
    spent_units,
    expires_at,
    revoked_at,
    coalesce(created_at, first_seen_at) as created_at,
    updated_at,
    recorded_from,
    recorded_to,
    is_outdated,
    source
from validated.authorizations_history
where list_contains($subscription_ids::varchar[], subscription_id)
order by subscription_id, version
