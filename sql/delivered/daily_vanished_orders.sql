-- One row per order that an export taken in at this as-of should hold, and does not, or sets aside; the first 200.
with
vanished as (
    select * from validated.vanished_orders
),

basis as (
    select * from reconciled.basis
)

select
    vanished.order_id,
    vanished.business_date,
    vanished.absence,
    vanished.last_file,
    vanished.missing_from_file,
    count(*) over () as total
from vanished
inner join basis on vanished.recorded_from = basis.as_of
order by vanished.missing_from_file, vanished.order_id
limit 200
