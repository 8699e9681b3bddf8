-- What a case expects and received, as its break tells, are the sums of its own orders and completed payments.
with
judged as (
    select breaks.*
    from reconciled.breaks as breaks
    semi join reconciled.judged_breaks as judged_breaks on breaks.case_id = judged_breaks.case_id
    where breaks.expected_amount is not null
),

judged_orders as (
    select distinct matches.case_id, matches.order_id
    from reconciled.matches as matches
    semi join judged on matches.case_id = judged.case_id
    where matches.order_id is not null
),

judged_transactions as (
    select distinct matches.case_id, matches.transaction_id
    from reconciled.matches as matches
    semi join judged on matches.case_id = judged.case_id
    where matches.transaction_id is not null
),

expected as (
    select judged_orders.case_id, orders.currency, sum(orders.amount) as amount
    from judged_orders
    inner join validated.orders as orders on judged_orders.order_id = orders.order_id
    where orders.status in ('paid', 'fulfilled')
    group by judged_orders.case_id, orders.currency
),

paid as (
    select
        judged_transactions.case_id,
        transactions.fiat_currency as currency,
        transactions.fiat_amount as amount,
        transactions.deposit_tx_hash
    from judged_transactions
    inner join validated.transactions as transactions
        on judged_transactions.transaction_id = transactions.transaction_id
    where transactions.status = 'COMPLETED'
),

charged as (
    select
        charges.case_id,
        coalesce(attempts.currency, invoices.currency, '') as currency,
        coalesce(attempts.amount, invoices.amount, 0) as amount
    from reconciled.subscription_matches as charges
    inner join validated.charge_attempts as attempts
        on charges.charge_attempt_id = attempts.charge_attempt_id
    left join validated.subscription_invoices as invoices on charges.invoice_id = invoices.invoice_id
    semi join judged_orders on charges.case_id = judged_orders.case_id
    anti join paid on charges.case_id = paid.case_id and attempts.tx_hash = paid.deposit_tx_hash
    where attempts.status = 'SUCCEEDED'
),

received as (
    select case_id, currency, sum(amount) as amount
    from (
        select case_id, currency, amount from paid
        union all
        select case_id, currency, amount from charged
    )
    group by case_id, currency
)

select
    judged.break_id,
    judged.currency,
    judged.expected_amount,
    coalesce(expected.amount, 0) as orders_amount,
    judged.actual_amount,
    coalesce(received.amount, 0) as payments_amount
from judged
left join expected
    on judged.case_id = expected.case_id and judged.currency = expected.currency
left join received
    on judged.case_id = received.case_id and judged.currency = received.currency
where
    judged.expected_amount <> coalesce(expected.amount, 0)
    or judged.actual_amount is distinct from coalesce(received.amount, 0)
