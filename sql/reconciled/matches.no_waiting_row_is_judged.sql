-- No row that is unknown, or dated at or after the as-of, stands in a case.
with
basis as (
    select * from reconciled.basis
),

matches as (
    select * from reconciled.matches
),

orders as (
    select orders.order_id
    from validated.orders as orders
    cross join basis
    where orders.placed_at < basis.as_of
),

transactions as (
    select transactions.transaction_id
    from validated.transactions as transactions
    cross join basis
    where transactions.created_at < basis.as_of
)

select case_id, 'order' as kind, order_id as id
from matches
where order_id is not null and order_id not in (select order_id from orders)

union all

select case_id, 'transaction', transaction_id
from matches
where
    transaction_id is not null
    and transaction_id not in (select transaction_id from transactions)
