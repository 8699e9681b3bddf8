-- One row per payment that alone would settle an order which another one settles too.
with
links as (
    select * from reconciled.payment_links
),

orders as (
    select * from reconciled.order_facts
),

payments as (
    select * from reconciled.payments
),

settling as (
    select
        links.order_id,
        links.kind,
        links.id,
        count(*) over (partition by links.order_id) as payments,
        row_number() over (
            partition by links.order_id order by payments.created_at, payments.id
        ) as position
    from links
    inner join orders on links.order_id = orders.order_id
    inner join payments
        on
            links.kind = payments.kind
            and links.id = payments.id
            and orders.currency = payments.currency
            and payments.amount >= orders.amount
)

select
    order_id,
    kind,
    id,
    payments,
    position
from settling
where payments > 1
