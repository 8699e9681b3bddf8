-- One row per currency and code: open breaks from the opening of the date to its closing.
with
basis as (
    select * from reconciled.basis
),

minor_units as (
    select * from validated.minor_units
),

proof as (
    select
        proof.currency,
        proof.code,
        proof.line,
        sum(proof.amount) as amount,
        sum(proof.rows) as rows
    from reconciled.proof as proof
    inner join basis on proof.business_date = basis.as_of_date
    where starts_with(proof.line, 'breaks_')
    group by proof.currency, proof.code, proof.line
),

wide as (
    select
        currency,
        code,
        coalesce(sum(rows) filter (where line = 'breaks_opening'), 0)::bigint as opening_count,
        coalesce(sum(amount) filter (where line = 'breaks_opening'), 0) as opening_amount,
        coalesce(sum(rows) filter (where line = 'breaks_new'), 0)::bigint as new_count,
        coalesce(sum(amount) filter (where line = 'breaks_new'), 0) as new_amount,
        coalesce(sum(rows) filter (where line = 'breaks_reopened'), 0)::bigint as reopened_count,
        coalesce(sum(amount) filter (where line = 'breaks_reopened'), 0) as reopened_amount,
        coalesce(sum(rows) filter (where line = 'breaks_recoded'), 0)::bigint as recoded_count,
        coalesce(sum(amount) filter (where line = 'breaks_recoded'), 0) as recoded_amount,
        coalesce(sum(amount) filter (where line = 'breaks_revalued'), 0) as revalued_amount,
        -coalesce(sum(rows) filter (where line = 'breaks_resolved'), 0)::bigint as resolved_count,
        -coalesce(sum(amount) filter (where line = 'breaks_resolved'), 0) as resolved_amount,
        -coalesce(sum(rows) filter (where line = 'breaks_written_off'), 0)::bigint
            as written_off_count,
        -coalesce(sum(amount) filter (where line = 'breaks_written_off'), 0) as written_off_amount,
        coalesce(sum(rows) filter (where line = 'breaks_closing'), 0)::bigint as closing_count,
        coalesce(sum(amount) filter (where line = 'breaks_closing'), 0) as closing_amount
    from proof
    group by currency, code
)

select
    wide.* replace (
        money_text(wide.opening_amount, minor_units.minor_units) as opening_amount,
        money_text(wide.new_amount, minor_units.minor_units) as new_amount,
        money_text(wide.reopened_amount, minor_units.minor_units) as reopened_amount,
        money_text(wide.recoded_amount, minor_units.minor_units) as recoded_amount,
        money_text(wide.revalued_amount, minor_units.minor_units) as revalued_amount,
        money_text(wide.resolved_amount, minor_units.minor_units) as resolved_amount,
        money_text(wide.written_off_amount, minor_units.minor_units) as written_off_amount,
        money_text(wide.closing_amount, minor_units.minor_units) as closing_amount
    )
from wide
left join minor_units on wide.currency = minor_units.currency
order by wide.currency, wide.code
