-- One row per order, with the export that carried it and when that export was taken in.
with
orders as (
    select * from validated.orders
),

files as (
    select
        file_digest,
        min(recorded_from) as recorded_from,
        min(run_id) as run_id
    from ops.files
    where state = 'accepted'
    group by file_digest
)

select
    orders.order_id,
    orders.status,
    orders.amount,
    orders.currency,
    orders.placed_at,
    orders.paid_at,
    orders.session_ids,
    orders.transaction_ref,
    orders.further_refs,
    orders.business_date,
    orders.source_file,
    orders.source_row,
    orders.source_file_digest,
    orders.exported_date,
    files.recorded_from,
    files.run_id
from orders
left join files on orders.source_file_digest = files.file_digest
where list_contains($order_ids::varchar[], orders.order_id)
order by orders.placed_at, orders.order_id
