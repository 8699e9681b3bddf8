-- One row per version of a subscription, as accepted; the newest has no recorded_to.
with
received as (
    select * from raw.subscriptions
),

refused as (
    select source_row from validated.quarantine where stream = 'subscriptions'
),

accepted as (
    select
        received.*,
        row_number() over versions as version,
        min(recorded_from) over newer as superseded_at,
        coalesce(arrival > min(arrival) over newer, false) as is_outdated,
        min(recorded_from) over (partition by subscription_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
    window
        versions as (partition by subscription_id order by ranked_at nulls first, arrival),
        newer as (
            partition by subscription_id order by ranked_at nulls first, arrival
            rows between 1 following and unbounded following
        )
)

select
    subscription_id,
    status,
    billing_mode,
    plan_id,
    price_id,
    pending_price_id,
    customer_id,
    customer_email_digest,
    token_address,
    current_period_start_at::timestamptz as current_period_start_at,
    current_period_end_at::timestamptz as current_period_end_at,
    cancel_at_period_end::boolean as cancel_at_period_end,
    cancellation_pending::boolean as cancellation_pending,
    canceled_at::timestamptz as canceled_at,
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    first_seen_at,
    version,
    recorded_from,
    -- A version that came when a newer one was held was never the one known.
    case when superseded_at is not null then greatest(superseded_at, recorded_from) end as recorded_to,
    is_outdated,
    source
from accepted
