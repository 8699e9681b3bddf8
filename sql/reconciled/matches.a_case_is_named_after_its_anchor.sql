-- A case bears the name and the business date of its oldest order, else of its oldest transaction.
with
matches as (
    select * from reconciled.matches
),

orders as (
    select distinct
        matches.case_id,
        orders.order_id,
        orders.placed_at,
        orders.business_date
    from matches
    inner join validated.orders as orders on matches.order_id = orders.order_id
),

oldest_orders as (
    select case_id, 'order:' || order_id as anchor, business_date
    from orders
    qualify row_number() over (partition by case_id order by placed_at, order_id) = 1
),

transactions as (
    select distinct
        matches.case_id,
        transactions.transaction_id,
        transactions.created_at,
        transactions.business_date
    from matches
    inner join validated.transactions as transactions
        on matches.transaction_id = transactions.transaction_id
),

oldest_transactions as (
    select case_id, 'transaction:' || transaction_id as anchor, business_date
    from transactions
    qualify row_number() over (partition by case_id order by created_at, transaction_id) = 1
)

select distinct
    matches.case_id,
    matches.business_date,
    coalesce(oldest_orders.anchor, oldest_transactions.anchor) as anchor,
    coalesce(oldest_orders.business_date, oldest_transactions.business_date) as anchor_date
from matches
left join oldest_orders on matches.case_id = oldest_orders.case_id
left join oldest_transactions on matches.case_id = oldest_transactions.case_id
where
    matches.case_id is distinct from coalesce(oldest_orders.anchor, oldest_transactions.anchor)
    or matches.business_date
    is distinct from coalesce(oldest_orders.business_date, oldest_transactions.business_date)
