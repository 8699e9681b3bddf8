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

-- Paired by their keys first: a join by the currency would pair every order with every payment.
linked as materialized (
    select
        links.order_id,
        links.kind,
        links.id,
        payments.created_at,
        orders.currency = payments.currency and payments.amount >= orders.amount as is_enough
    from links
    inner join orders on links.order_id = orders.order_id
    inner join payments on links.kind = payments.kind and links.id = payments.id
),

settling as (
    select
        order_id,
        kind,
        id,
        count(*) over (partition by order_id) as payments,
        row_number() over (partition by order_id order by created_at, id) as position
    from linked
    where is_enough
)

select
    order_id,
    kind,
    id,
    payments,
    position
from settling
where payments > 1
