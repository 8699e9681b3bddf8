-- Appends the order ids of one order export that it sets aside: no orders to reconcile.
insert into ops.orders_aside by name
select
    $file_digest as file_digest,
    source_row,
    key as order_id
from staged_rows
