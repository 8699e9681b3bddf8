-- An order stands once among the current orders.
select
    order_id,
    count(*) as rows
from validated.orders
group by order_id
having count(*) > 1 or order_id is null
