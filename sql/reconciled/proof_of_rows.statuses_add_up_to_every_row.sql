-- Of either side, the rows of all match statuses together are the rows dated before the as-of.
with
basis as (
    select * from reconciled.basis
),

known as (
    select 'orders_by_status' as line, count(*) as rows
    from validated.orders
    cross join basis
    where placed_at < basis.as_of

    union all

    select 'transactions_by_status', count(*)
    from validated.transactions
    cross join basis
    where created_at < basis.as_of

    union all

    select 'invoices_by_status', count(*)
    from validated.subscription_invoices
    cross join basis
    where created_at < basis.as_of

    union all

    select 'charge_attempts_by_status', count(*)
    from validated.charge_attempts
    cross join basis
    where created_at < basis.as_of
),

by_status as (
    select
        line,
        sum(rows) as rows
    from reconciled.proof_of_rows
    group by line
)

select
    known.line,
    known.rows as rows_known,
    coalesce(by_status.rows, 0) as rows_by_status
from known
left join by_status on known.line = by_status.line
where known.rows <> coalesce(by_status.rows, 0)
