-- One row per failed charge attempt: the gateway's own word for why, and what class of failure that is.
-- A word that `failure_words` does not list, or none at all, is of class unknown: nothing is guessed from it.
with
attempts as (
    select * from reconciled.charge_facts
),

words as (
    select * from reconciled.failure_words
)

select
    attempts.charge_attempt_id,
    attempts.told_invoice_id as invoice_id,
    attempts.subscription_id,
    attempts.error_code,
    coalesce(words.failure_class, 'unknown') as failure_class,
    words.meaning,
    attempts.amount,
    attempts.currency,
    coalesce(attempts.attempted_at, attempts.created_at) as attempted_at,
    attempts.business_date
from attempts
left join words on upper(trim(attempts.error_code)) = words.error_code
where attempts.status = 'FAILED'
