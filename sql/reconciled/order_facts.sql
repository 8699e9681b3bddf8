-- One row per order dated before the as-of, with what follows from it alone.
with
orders as (
    select * from validated.orders
),

limits as (
    select as_of, as_of - to_hours(gateway_hours) as gateway_limit from reconciled.basis
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
    coalesce(orders.paid_at, orders.placed_at) < limits.gateway_limit as is_past_gateway_sla
from orders
cross join limits
where orders.placed_at < limits.as_of
