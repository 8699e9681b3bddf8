-- The orders and transactions of all dates and currencies together are those dated before the as-of.
with
basis as (
    select * from reconciled.basis
),

counted as (
    select
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(transactions), 0) as transactions
    from marts.daily_close
),

known_orders as (
    select count(*) as orders
    from validated.orders
    cross join basis
    where placed_at < basis.as_of
),

known_transactions as (
    select count(*) as transactions
    from validated.transactions
    cross join basis
    where created_at < basis.as_of
)

select
    counted.orders,
    known_orders.orders as orders_known,
    counted.transactions,
    known_transactions.transactions as transactions_known
from counted
cross join known_orders
cross join known_transactions
where
    counted.orders <> known_orders.orders
    or counted.transactions <> known_transactions.transactions
