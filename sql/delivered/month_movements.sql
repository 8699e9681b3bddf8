-- One row per currency and code: open breaks from the first closing of the month to the latest.
with
basis as (
    select * from reconciled.basis
),

lines as (
    select
        proof.business_date,
        proof.currency,
        proof.code,
        proof.line,
        proof.amount,
        proof.rows,
        min(proof.business_date) over () as first_date,
        basis.as_of_date
    from reconciled.proof as proof
    cross join basis
    where
        starts_with(proof.line, 'breaks_')
        and proof.business_date >= date_trunc('month', basis.as_of_date)
        and proof.business_date <= basis.as_of_date
),

wide as (
    select
        currency,
        code,
        coalesce(sum(rows) filter (where line = 'breaks_opening' and business_date = first_date), 0)::bigint as opening_breaks,
        coalesce(sum(amount) filter (where line = 'breaks_opening' and business_date = first_date), 0) as opening_amount,
        coalesce(sum(rows) filter (where line in ('breaks_new', 'breaks_reopened')), 0)::bigint as new_breaks,
        coalesce(sum(amount) filter (where line in ('breaks_new', 'breaks_reopened')), 0) as new_amount,
        coalesce(sum(amount) filter (where line in ('breaks_recoded', 'breaks_revalued')), 0) as changed_amount,
        coalesce(sum(rows) filter (where line = 'breaks_resolved'), 0)::bigint as resolved_breaks,
        coalesce(sum(amount) filter (where line = 'breaks_resolved'), 0) as resolved_amount,
        coalesce(sum(amount) filter (where line = 'breaks_written_off'), 0) as written_off_amount,
        coalesce(sum(rows) filter (where line = 'breaks_closing' and business_date = as_of_date), 0)::bigint as closing_breaks,
        coalesce(sum(amount) filter (where line = 'breaks_closing' and business_date = as_of_date), 0) as closing_amount
    from lines
    group by currency, code
)

select
    currency,
    code,
    opening_breaks,
    opening_amount,
    new_breaks,
    new_amount,
    changed_amount,
    -resolved_breaks as resolved_breaks,
    resolved_amount,
    written_off_amount,
    closing_breaks,
    closing_amount
from wide
order by currency, code
