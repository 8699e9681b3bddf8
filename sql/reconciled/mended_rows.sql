-- One row per quarantined row that was received right later on, with the first row that mends it.
with
quarantine as (
    select * from validated.quarantine
),

files as (
    select * from ops.files
),

mended_orders as (
    select
        quarantine.stream,
        quarantine.source_digest,
        quarantine.source_row,
        orders.source_file as mended_source,
        orders.source_row as mended_row,
        orders.recorded_from as mended_at
    from quarantine
    inner join files on quarantine.source_digest = files.file_digest and files.state = 'accepted'
    inner join validated.orders_history as orders on quarantine.key = orders.order_id
    where
        quarantine.stream = 'orders'
        and (orders.exported_date, orders.arrival) > (files.exported_date, files.arrival)
    -- What was taken in first mended it; what a still later export says is another matter.
    qualify row_number() over (
        partition by quarantine.source_digest, quarantine.source_row order by orders.arrival
    ) = 1
),

mended_transactions as (
    select
        quarantine.stream,
        quarantine.source_digest,
        quarantine.source_row,
        'the gateway' as mended_source,
        received.arrival as mended_row,
        received.recorded_from as mended_at
    from quarantine
    inner join raw.transactions as refused on quarantine.source_row = refused.arrival
    inner join raw.transactions as received on quarantine.key = received.transaction_id
    where
        quarantine.stream = 'transactions'
        and received.arrival > quarantine.source_row
        -- What the row said before it went wrong mends nothing.
        and coalesce(received.ranked_at >= refused.ranked_at, true)
        and received.arrival not in (
            select source_row from validated.quarantine where stream = 'transactions'
        )
    qualify row_number() over (
        partition by quarantine.source_row order by received.arrival
    ) = 1
)

select * from mended_orders
union all
select * from mended_transactions
