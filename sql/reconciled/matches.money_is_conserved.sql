-- Per side and currency, the money of all rows dated before the as-of is the money found through the cases.
with
basis as (
    select * from reconciled.basis
),

own as (
    select 'orders' as side, orders.currency, sum(orders.amount) as amount, count(*) as rows
    from validated.orders as orders
    cross join basis
    where orders.placed_at < basis.as_of
    group by orders.currency

    union all

    select 'transactions', transactions.fiat_currency, sum(transactions.fiat_amount), count(*)
    from validated.transactions as transactions
    cross join basis
    where transactions.created_at < basis.as_of
    group by transactions.fiat_currency
),

judged_orders as (
    select distinct case_id, order_id from reconciled.matches where order_id is not null
),

judged_transactions as (
    select distinct case_id, transaction_id from reconciled.matches where transaction_id is not null
),

through_cases as (
    select 'orders' as side, orders.currency, sum(orders.amount) as amount, count(*) as rows
    from judged_orders
    inner join validated.orders as orders on judged_orders.order_id = orders.order_id
    group by orders.currency

    union all

    select 'transactions', transactions.fiat_currency, sum(transactions.fiat_amount), count(*)
    from judged_transactions
    inner join validated.transactions as transactions
        on judged_transactions.transaction_id = transactions.transaction_id
    group by transactions.fiat_currency
)

select
    side,
    currency,
    own.amount as own_amount,
    through_cases.amount as cases_amount,
    own.rows as own_rows,
    through_cases.rows as cases_rows
from own
full outer join through_cases using (side, currency)
where
    own.amount is distinct from through_cases.amount
    or own.rows is distinct from through_cases.rows
