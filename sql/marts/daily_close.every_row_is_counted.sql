-- The orders and transactions of all dates and currencies together are those of the matches.
with
counted as (
    select
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(transactions), 0) as transactions
    from marts.daily_close
),

judged as (
    select
        count(distinct order_id) as orders,
        count(distinct transaction_id) as transactions
    from reconciled.matches
)

select
    counted.orders,
    judged.orders as orders_judged,
    counted.transactions,
    judged.transactions as transactions_judged
from counted
cross join judged
where counted.orders <> judged.orders or counted.transactions <> judged.transactions
