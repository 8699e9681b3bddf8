-- One row per checkout session, oldest first, in its newest version held.
select
    session_id,
    amount,
    currency,
    description,
    status,
    tolerance_percent,
    crypto_currency,
    network,
    created_at,
    updated_at,
    expires_at,
    business_date,
    first_seen_at,
    version,
    source
from validated.checkout_sessions
where list_contains($session_ids::varchar[], session_id)
order by created_at, session_id
