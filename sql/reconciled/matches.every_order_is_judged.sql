-- Every order dated before the as-of stands in exactly one case.
with
basis as (
    select * from reconciled.basis
),

judged as (
    select
        order_id,
        count(distinct case_id) as cases
    from reconciled.matches
    group by order_id
)

select
    orders.order_id,
    coalesce(judged.cases, 0) as cases
from validated.orders as orders
cross join basis
left join judged on orders.order_id = judged.order_id
where orders.placed_at < basis.as_of and coalesce(judged.cases, 0) <> 1
