-- One row per checkout session: its newest version held.
with
received as (
    select * from raw.checkout_sessions
),

basis as (
    select * from reconciled.basis
),

refused as (
    select source_row from validated.quarantine where stream = 'checkout_sessions'
),

accepted as (
    select
        received.*,
        row_number() over (
            partition by session_id order by ranked_at nulls first, arrival
        ) as version,
        min(recorded_from) over (partition by session_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
)

select
    session_id,
    amount::decimal(38, 18) as amount,
    currency,
    without_addresses(description) as description,
    customer_email_digest,
    status,
    tolerance_percent::decimal(38, 18) as tolerance_percent,
    crypto_currency,
    network,
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    expires_at::timestamptz as expires_at,
    timezone(basis.timezone, created_at::timestamptz)::date as business_date,
    first_seen_at,
    version,
    source
from accepted
cross join basis
qualify row_number() over (partition by session_id order by version desc) = 1
