-- Which orders were paid more than once?
-- Answer: one row an order case with every payment that completed and every charge that succeeded; surplus_amount is what came above what was expected.
with
paid as (
    select distinct
        matches.case_id,
        transactions.transaction_id,
        transactions.deposit_tx_hash
    from reconciled.matches as matches
    inner join validated.transactions as transactions
        on matches.transaction_id = transactions.transaction_id
    where transactions.status = 'COMPLETED'
),

charged as (
    -- Money that was seen as a charge and as the transaction of the same hash is the transaction.
    select distinct bills.case_id, attempts.charge_attempt_id
    from reconciled.subscription_matches as bills
    inner join validated.charge_attempts as attempts
        on bills.charge_attempt_id = attempts.charge_attempt_id
    anti join paid
        on bills.case_id = paid.case_id and attempts.tx_hash = paid.deposit_tx_hash
    where attempts.status = 'SUCCEEDED'
),

payments as (
    select case_id, transaction_id, null::varchar as charge_attempt_id from paid
    union all
    select case_id, null, charge_attempt_id from charged
)

select
    breaks.order_id,
    breaks.currency,
    breaks.expected_amount,
    breaks.actual_amount,
    (breaks.actual_amount - breaks.expected_amount)::decimal(38, 18) as surplus_amount,
    count(*) as payments,
    list(payments.transaction_id order by payments.transaction_id)
        filter (where payments.transaction_id is not null) as transaction_ids,
    list(payments.charge_attempt_id order by payments.charge_attempt_id)
        filter (where payments.charge_attempt_id is not null) as charge_attempt_ids,
    breaks.state,
    breaks.assignee
from reconciled.breaks as breaks
inner join payments on breaks.case_id = payments.case_id
where
    breaks.holds
    and (breaks.code = 'DUPLICATE_PAYMENT' or list_contains(breaks.secondary_codes, 'DUPLICATE_PAYMENT'))
group by all
order by breaks.currency, surplus_amount desc, breaks.order_id
