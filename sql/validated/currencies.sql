-- One row per currency: its newest version held.
with
received as (
    select * from raw.currencies
),

refused as (
    select source_row from validated.quarantine where stream = 'currencies'
),

accepted as (
    select
        received.*,
        row_number() over (
            partition by currency_id order by ranked_at nulls first, arrival
        ) as version,
        min(recorded_from) over (partition by currency_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
)

select
    currency_id,
    ticker,
    name,
    network,
    contract_address,
    decimals::bigint as decimals,
    chain_id::bigint as chain_id,
    is_active::boolean as is_active,
    updated_at::timestamptz as updated_at,
    first_seen_at,
    version,
    source
from accepted
qualify row_number() over (partition by currency_id order by version desc) = 1
