-- One row per charge attempt, oldest first, in its newest version held.
select
    charge_attempt_id,
    invoice_id,
    subscription_id,
    listed_under_invoice_id,
    listed_under_subscription_id,
    attempt_number,
    amount,
    currency,
    token_amount,
    status,
    tx_hash,
    error_code,
    attempted_at,
    created_at,
    updated_at,
    first_seen_at,
    version,
    source
from validated.charge_attempts
where
    list_contains($charge_attempt_ids::varchar[], charge_attempt_id)
    or list_contains($charge_attempt_ids::varchar[], tx_hash)
order by created_at, charge_attempt_id
