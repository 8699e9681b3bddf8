-- One row per order row of every accepted export; version 1 is the oldest by (export date, arrival).
with
received as (
    select * from raw.orders
),

files as (
    select * from ops.files where state = 'accepted'
),

basis as (
    select * from reconciled.basis
),

refused as (
    select source_digest, source_row from validated.quarantine where stream = 'orders'
)

select
    received.order_id,
    received.status,
    received.amount::decimal(38, 18) as amount,
    received.currency,
    received.placed_at::timestamptz as placed_at,
    received.paid_at::timestamptz as paid_at,
    received.session_ids,
    received.transaction_ref,
    coalesce(received.further_refs, []) as further_refs,
    received.customer_email_digest,
    received.file_digest as source_file_digest,
    received.source_row,
    files.name as source_file,
    files.exported_date,
    files.arrival,
    timezone(basis.timezone, received.placed_at::timestamptz)::date as business_date,
    row_number() over (
        partition by received.order_id order by files.exported_date, files.arrival
    ) as version,
    received.recorded_from
from received
inner join files on received.file_digest = files.file_digest
cross join basis
anti join refused
    on received.file_digest = refused.source_digest and received.source_row = refused.source_row
