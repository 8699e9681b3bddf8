-- The versions of an order count from 1 without a gap.
select
    order_id,
    min(version) as first_version,
    max(version) as last_version,
    count(*) as versions
from validated.orders_history
group by order_id
having min(version) <> 1 or max(version) <> count(*) or count(distinct version) <> count(*)
