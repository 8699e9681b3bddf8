-- One row per charge attempt: its newest version held.
with
received as (
    select * from raw.charge_attempts
),

refused as (
    select source_row from validated.quarantine where stream = 'charge_attempts'
),

accepted as (
    select
        received.*,
        row_number() over (
            partition by charge_attempt_id order by ranked_at nulls first, arrival
        ) as version,
        min(recorded_from) over (partition by charge_attempt_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
)

select
    charge_attempt_id,
    invoice_id,
    subscription_id,
    listed_under_invoice_id,
    listed_under_subscription_id,
    attempt_number::bigint as attempt_number,
    amount::decimal(38, 18) as amount,
    currency,
    token_address,
    token_amount::decimal(38, 18) as token_amount,
    status,
    tx_hash,
    error_code,
    attempted_at::timestamptz as attempted_at,
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    first_seen_at,
    version,
    source
from accepted
qualify row_number() over (partition by charge_attempt_id order by version desc) = 1
