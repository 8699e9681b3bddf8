-- One row per completed transaction that alone would settle an order which another one settles too.
with
links as (
    select * from reconciled.links
),

orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts where is_completed
),

settling as (
    select
        links.order_id,
        links.transaction_id,
        count(*) over (partition by links.order_id) as payments,
        row_number() over (
            partition by links.order_id order by transactions.created_at, transactions.transaction_id
        ) as position
    from links
    inner join orders on links.order_id = orders.order_id
    inner join transactions
        on
            links.transaction_id = transactions.transaction_id
            and orders.currency = transactions.fiat_currency
            and transactions.fiat_amount >= orders.amount
)

select
    order_id,
    transaction_id,
    payments,
    position
from settling
where payments > 1
