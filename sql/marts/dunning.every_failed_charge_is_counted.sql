-- Currencies of which the failed attempts are not those that the gateway told of, or more was recovered than failed.
with
attempts as (
    select count(*) as failed_attempts
    from validated.charge_attempts as attempts
    cross join reconciled.basis as basis
    where
        attempts.status = 'FAILED'
        and attempts.created_at < basis.as_of
        and coalesce(nullif(attempts.invoice_id, ''), attempts.listed_under_invoice_id) is not null
),

told as (
    select coalesce(sum(failed_attempts), 0) as failed_attempts from marts.dunning
)

select
    attempts.failed_attempts,
    told.failed_attempts as told
from attempts
cross join told
where attempts.failed_attempts <> told.failed_attempts

union all

select recovered_bills + given_up_bills, bills
from marts.dunning
where recovered_bills + given_up_bills > bills or recovered_amount + given_up_amount > amount
