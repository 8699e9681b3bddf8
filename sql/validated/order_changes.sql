-- One row per order, export and column that this export changed against the version before it.
with
history as (
    select * from validated.orders_history
),

repeated as (
    select * from history
    qualify count(*) over (partition by order_id) > 1
),

cells as (
    select
        order_id,
        version,
        business_date,
        source_file,
        source_file_digest,
        source_row,
        exported_date,
        recorded_from,
        unnest([
            {'name': 'status', 'shown': status, 'compared': status},
            {'name': 'amount', 'shown': coins_text(amount), 'compared': amount::varchar},
            {'name': 'currency', 'shown': currency, 'compared': currency},
            {'name': 'placed_at', 'shown': instant_text(placed_at), 'compared': placed_at::varchar},
            {'name': 'paid_at', 'shown': instant_text(paid_at), 'compared': paid_at::varchar},
            {
                'name': 'session_ids',
                'shown': array_to_string(session_ids, ';'),
                'compared': array_to_string(session_ids, ';')
            },
            {
                'name': 'transaction_ref',
                'shown': array_to_string(list_prepend(transaction_ref, further_refs), ' + '),
                'compared': array_to_string(list_prepend(transaction_ref, further_refs), ' + ')
            },
            -- Addresses are compared, never shown.
            {'name': 'customer_email', 'shown': null, 'compared': customer_email_digest}
        ]) as cell
    from repeated
),

pairs as (
    select
        *,
        lag(cell.shown) over before as former_shown,
        lag(cell.compared) over before as former_compared,
        lag(source_file) over before as former_file
    from cells
    window before as (partition by order_id, cell.name order by version)
)

select
    order_id,
    version,
    cell.name as column_name,
    former_shown as former_value,
    cell.shown as new_value,
    former_file,
    source_file,
    source_file_digest,
    source_row,
    business_date,
    exported_date,
    recorded_from
from pairs
where version > 1 and cell.compared is distinct from former_compared
