-- What a case expects and received, as its break tells, are the sums of its own orders and completed payments.
with
judged as (
    select breaks.*
    from reconciled.breaks as breaks
    semi join reconciled.judged_breaks as judged_breaks on breaks.case_id = judged_breaks.case_id
    where breaks.expected_amount is not null
),

judged_orders as (
    select distinct case_id, order_id from reconciled.matches where order_id is not null
),

judged_transactions as (
    select distinct case_id, transaction_id from reconciled.matches where transaction_id is not null
),

expected as (
    select judged_orders.case_id, orders.currency, sum(orders.amount) as amount
    from judged_orders
    inner join validated.orders as orders on judged_orders.order_id = orders.order_id
    where orders.status in ('paid', 'fulfilled')
    group by judged_orders.case_id, orders.currency
),

received as (
    select
        judged_transactions.case_id,
        transactions.fiat_currency as currency,
        sum(transactions.fiat_amount) as amount
    from judged_transactions
    inner join validated.transactions as transactions
        on judged_transactions.transaction_id = transactions.transaction_id
    where transactions.status = 'COMPLETED'
    group by judged_transactions.case_id, transactions.fiat_currency
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
