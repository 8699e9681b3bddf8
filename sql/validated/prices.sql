-- One row per price: its newest version held.
with
received as (
    select * from raw.prices
),

refused as (
    select source_row from validated.quarantine where stream = 'prices'
),

accepted as (
    select
        received.*,
        row_number() over (
            partition by price_id order by ranked_at nulls first, arrival
        ) as version,
        min(recorded_from) over (partition by price_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
)

select
    price_id,
    plan_id,
    listed_under_plan_id,
    amount::decimal(38, 18) as amount,
    currency,
    recurring_interval,
    interval_count::bigint as interval_count,
    trial_period_days::bigint as trial_period_days,
    is_active::boolean as is_active,
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    first_seen_at,
    version,
    source
from accepted
qualify row_number() over (partition by price_id order by version desc) = 1
