-- One row per case with orders: what they are together.
with
members as (
    select * from reconciled.members
),

orders as (
    select * from reconciled.order_facts
)

select
    members.case_id,
    any_value(members.case_date) as case_date,
    count(*) as order_count,
    -- The oldest order is the anchor, after which the case is named.
    any_value(orders.order_id) filter (where members.case_id = 'order:' || orders.order_id) as order_id,
    any_value(orders.currency) filter (where members.case_id = 'order:' || orders.order_id) as currency,
    arg_min(orders.session_ids[-1], (orders.placed_at, orders.order_id)) as session_id,
    bool_or(orders.expects_money) as expects_money,
    bool_or(orders.status = 'refunded') as has_refunded_order,
    min(orders.placed_at) filter (where orders.expects_money and orders.is_past_gateway_sla)
        as overdue_since
from members
inner join orders on members.id = orders.order_id
where members.kind = 'order'
group by members.case_id
