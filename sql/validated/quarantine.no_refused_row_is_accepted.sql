-- An order row that stands in quarantine is no version of any order.
with
refused as (
    select
        source_digest,
        source_row
    from validated.quarantine
    where stream = 'orders'
)

select
    orders.order_id,
    orders.source_file,
    orders.source_row
from validated.orders_history as orders
inner join refused
    on
        orders.source_file_digest = refused.source_digest
        and orders.source_row = refused.source_row
