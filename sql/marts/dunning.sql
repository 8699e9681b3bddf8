-- One row per business date, currency and class of failure: bills whose charge failed first on that date, and what became of them.
-- The class is that of the first failure of the bill; recovered is what a later attempt brought.
with
attempts as (
    select
        *,
        coalesce(attempted_at, created_at) as tried_at
    from reconciled.charge_facts
),

failures as (
    select * from reconciled.charge_failures
),

invoices as (
    select * from reconciled.invoice_facts
),

basis as (
    select * from reconciled.basis
),

failed as (
    select
        attempts.told_invoice_id as invoice_id,
        count(*) as failed_attempts,
        min(attempts.tried_at) as failed_at,
        arg_min(attempts.amount, (attempts.tried_at, attempts.charge_attempt_id)) as amount,
        arg_min(attempts.currency, (attempts.tried_at, attempts.charge_attempt_id)) as currency,
        arg_min(failures.failure_class, (attempts.tried_at, attempts.charge_attempt_id)) as failure_class
    from attempts
    inner join failures on attempts.charge_attempt_id = failures.charge_attempt_id
    where attempts.told_invoice_id is not null
    group by attempts.told_invoice_id
),

recovered as (
    select distinct failed.invoice_id
    from failed
    inner join attempts on failed.invoice_id = attempts.told_invoice_id
    where attempts.is_succeeded and attempts.tried_at > failed.failed_at
),

outcomes as (
    select
        failed.*,
        recovered.invoice_id is not null as is_recovered,
        recovered.invoice_id is null
        and coalesce(invoices.status in ('UNCOLLECTIBLE', 'VOID'), false) as is_given_up
    from failed
    left join recovered on failed.invoice_id = recovered.invoice_id
    left join invoices on failed.invoice_id = invoices.invoice_id
)

select
    timezone(basis.timezone, outcomes.failed_at)::date as business_date,
    outcomes.currency,
    outcomes.failure_class,
    count(*) as bills,
    sum(outcomes.failed_attempts)::bigint as failed_attempts,
    sum(outcomes.amount)::decimal(38, 18) as amount,
    count(*) filter (where outcomes.is_recovered) as recovered_bills,
    coalesce(sum(outcomes.amount) filter (where outcomes.is_recovered), 0)::decimal(38, 18)
        as recovered_amount,
    count(*) filter (where outcomes.is_given_up) as given_up_bills,
    coalesce(sum(outcomes.amount) filter (where outcomes.is_given_up), 0)::decimal(38, 18)
        as given_up_amount
from outcomes
cross join basis
group by all
