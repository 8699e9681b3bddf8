-- One row per stream, file and match status: proof line 1, rows in against rows accounted for.
with
basis as (
    select * from reconciled.basis
),

files as (
    select * from ops.files where state = 'accepted'
),

quarantine as (
    select * from validated.quarantine
),

-- Payments are counted even where none came; of the other streams, those that brought rows.
streams_counted as (
    select *
    from reconciled.stream_rows
    where received_rows > 0 or stream in ('transactions', 'checkout_sessions')
),

received as (
    select stream as source, received_rows as rows from streams_counted
    union all
    select 'orders:' || name || ':' || left(file_digest, 12), rows_received from files
),

refused as (
    select stream as source, count(*) as rows from quarantine where stream <> 'orders' group by stream
    union all
    select 'orders:' || source || ':' || left(source_digest, 12), count(*)
    from quarantine
    where stream = 'orders'
    group by source, source_digest
),

accepted as (
    select stream as source, accepted_rows as rows from streams_counted
    union all
    select 'orders:' || source_file || ':' || left(source_file_digest, 12), count(*)
    from validated.orders_history
    group by source_file, source_file_digest
),

repeated as (
    select 'orders:' || name || ':' || left(file_digest, 12) as source, rows_repeated as rows
    from files
    where rows_repeated > 0
),

aside as (
    select 'orders:' || name || ':' || left(file_digest, 12) as source, rows_aside as rows
    from files
    where rows_aside > 0
),

streams as (
    select 'rows_received' as line, source, rows from received
    union all
    select 'rows_accepted', source, rows from accepted
    union all
    select 'rows_repeated', source, rows from repeated
    union all
    select 'rows_aside', source, rows from aside
    union all
    select 'rows_quarantined', source, rows from refused
)

select
    basis.as_of_date as business_date,
    '' as currency,
    streams.line,
    streams.source as code,
    0::decimal(38, 18) as amount,
    streams.rows::bigint as rows
from streams
cross join basis

union all

select business_date, currency, line, code, amount, rows
from reconciled.rows_by_status
