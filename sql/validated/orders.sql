-- One row per order: the row of the export with the greatest (export date, arrival) that carries it.
with
versions as (
    select * from validated.orders_history
)

select
    order_id,
    status,
    amount,
    currency,
    placed_at,
    paid_at,
    session_ids,
    transaction_ref,
    further_refs,
    customer_email_digest,
    source_file_digest,
    source_row,
    source_file,
    exported_date,
    business_date
from versions
qualify row_number() over (
    partition by order_id order by exported_date desc, arrival desc
) = 1
