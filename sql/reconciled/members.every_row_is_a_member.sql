-- Every order, payment and bill dated before the as-of is a member of a case, and every case has its status.
with
basis as (
    select * from reconciled.basis
),

known as (
    select 'order' as kind, count(*) as rows
    from validated.orders
    cross join basis
    where placed_at < basis.as_of

    union all

    select 'transaction', count(*)
    from validated.transactions
    cross join basis
    where created_at < basis.as_of

    union all

    select 'invoice', count(*)
    from validated.subscription_invoices
    cross join basis
    where created_at < basis.as_of

    union all

    select 'attempt', count(*)
    from validated.charge_attempts
    cross join basis
    where created_at < basis.as_of

    union all

    select 'case', count(*) from reconciled.cases
),

found as (
    select kind, count(*) as rows from reconciled.members group by kind
    union all
    select 'case', count(*) from reconciled.case_statuses
)

select
    known.kind,
    known.rows as rows_known,
    coalesce(found.rows, 0) as rows_found
from known
left join found on known.kind = found.kind
where known.rows <> coalesce(found.rows, 0)
