-- One row per charge attempt, oldest first, in its newest version held, with the class of its failure.
select
    attempts.charge_attempt_id,
    attempts.invoice_id,
    attempts.subscription_id,
    attempts.listed_under_invoice_id,
    attempts.listed_under_subscription_id,
    attempts.attempt_number,
    attempts.amount,
    attempts.currency,
    attempts.token_amount,
    attempts.status,
    attempts.tx_hash,
    attempts.error_code,
    failures.failure_class,
    failures.meaning as failure_meaning,
    attempts.attempted_at,
    attempts.created_at,
    attempts.updated_at,
    attempts.first_seen_at,
    attempts.version,
    attempts.source
from validated.charge_attempts as attempts
left join reconciled.charge_failures as failures
    on attempts.charge_attempt_id = failures.charge_attempt_id
where
    list_contains($charge_attempt_ids::varchar[], attempts.charge_attempt_id)
    or list_contains($charge_attempt_ids::varchar[], attempts.tx_hash)
order by attempts.created_at, attempts.charge_attempt_id
