-- One row per order dated before the as-of, with what follows from it alone.
with
orders as (
    select * from validated.orders
),

basis as (
    select * from reconciled.basis
)

select
    orders.order_id,
    orders.amount,
    orders.currency,
    orders.status,
    orders.status in ('paid', 'fulfilled') as expects_money,
    orders.session_ids,
    orders.transaction_ref,
    orders.further_refs,
    orders.customer_email_digest,
    orders.placed_at,
    orders.business_date,
    coalesce(orders.paid_at, orders.placed_at) as aged_from,
    coalesce(orders.paid_at, orders.placed_at) + to_hours(basis.gateway_hours) < basis.as_of
        as is_past_gateway_sla
from orders
cross join basis
where orders.placed_at < basis.as_of
