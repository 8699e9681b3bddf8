-- Appends every accepted row of one order export.
insert into raw.orders by name
select
    $file_digest as file_digest,
    $as_of::timestamptz as recorded_from,
    source_row,
    order_id,
    status,
    amount,
    currency,
    placed_at,
    paid_at,
    session_ids,
    transaction_ref,
    customer_email_digest,
    further_refs
from staged_rows
