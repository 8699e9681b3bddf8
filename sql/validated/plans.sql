-- One row per plan: its newest version held.
with
received as (
    select * from raw.plans
),

refused as (
    select source_row from validated.quarantine where stream = 'plans'
),

accepted as (
    select
        received.*,
        row_number() over (
            partition by plan_id order by ranked_at nulls first, arrival
        ) as version,
        min(recorded_from) over (partition by plan_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
)

select
    plan_id,
    name,
    description,
    is_active::boolean as is_active,
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    first_seen_at,
    version,
    source
from accepted
qualify row_number() over (partition by plan_id order by version desc) = 1
