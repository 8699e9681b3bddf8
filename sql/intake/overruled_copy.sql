-- The export that first had these bytes, and the latest one of up to a day that says otherwise of an order in them.
with
files as (
    select * from ops.files where state = 'accepted'
),

received as (
    select
        orders.order_id,
        orders.file_digest,
        files.exported_date,
        files.arrival,
        files.name,
        row(
            orders.status, orders.amount, orders.currency, orders.placed_at, orders.paid_at,
            orders.session_ids, orders.transaction_ref, coalesce(orders.further_refs, [])
        ) as said
    from raw.orders as orders
    inner join files on orders.file_digest = files.file_digest
    where
        files.exported_date <= $day::date
        and orders.order_id in (select order_id from raw.orders where file_digest = $file_digest)
),

standing as (
    select * from received
    qualify row_number() over (partition by order_id order by exported_date desc, arrival desc) = 1
)

select
    known.name as known_name,
    max_by(standing.name, (standing.exported_date, standing.arrival)) as standing_name
from standing
inner join received as known
    on standing.order_id = known.order_id and known.file_digest = $file_digest
where known.exported_date < $day::date and standing.said is distinct from known.said
group by known.name
