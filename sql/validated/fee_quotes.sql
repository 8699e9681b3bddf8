-- One row per quote of what moving a coin costs, as answered that night or when asked in between.
with
received as (
    select * from raw.fee_quotes
),

refused as (
    select source_row from validated.quarantine where stream = 'fee_quotes'
),

accepted as (
    select
        received.*,
        row_number() over (
            partition by quote_id order by ranked_at nulls first, arrival
        ) as version,
        min(recorded_from) over (partition by quote_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
)

select
    quote_id,
    listed_under_currency as asked_currency,
    listed_under_network as asked_network,
    listed_under_amount::decimal(38, 18) as asked_amount,
    currency,
    network,
    amount::decimal(38, 18) as amount,
    fee_amount::decimal(38, 18) as fee_amount,
    fee_currency,
    coalesce(quoted_at, fetched_at)::timestamptz as quoted_at,
    updated_at::timestamptz as updated_at,
    first_seen_at,
    version,
    source
from accepted
qualify row_number() over (partition by quote_id order by version desc) = 1
