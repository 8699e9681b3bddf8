-- One row per currency, line, code and age band: how the open breaks moved since the last closing.
-- Amounts and counts are signed, so that opening and movements add up to the closing.
with
basis as (
    select * from reconciled.basis
),

before as (
    select
        *,
        age_band(age_days) as band,
        state in ('open', 'assigned', 'waiting', 'reopened') as is_open
    from reconciled.closed_breaks
),

after as (
    select
        *,
        age_band(age_days) as band,
        state in ('open', 'assigned', 'waiting', 'reopened') as is_open
    from reconciled.breaks
),

both_sides as (
    select
        before.break_id is not null as was_known,
        coalesce(before.is_open, false) as was_open,
        coalesce(after.is_open, false) as stays_open,
        after.state as state_after,
        before.code as old_code,
        before.currency as old_currency,
        before.band as old_band,
        before.money_impact as old_amount,
        after.code as new_code,
        after.currency as new_currency,
        after.band as new_band,
        after.money_impact as new_amount
    from before
    full outer join after on before.break_id = after.break_id
),

lasting as (
    select * from both_sides where was_open and stays_open
),

steps as (
    select 'breaks_opening' as line, old_currency as currency, old_code as code, old_band as band, old_amount as amount, 1 as rows
    from both_sides
    where was_open

    union all

    select case when was_known then 'breaks_reopened' else 'breaks_new' end, new_currency, new_code, new_band, new_amount, 1
    from both_sides
    where stays_open and not was_open

    union all

    select case when state_after = 'written_off' then 'breaks_written_off' else 'breaks_resolved' end, old_currency, old_code, old_band, -old_amount, -1
    from both_sides
    where was_open and not stays_open

    union all

    select 'breaks_recoded', old_currency, old_code, old_band, -old_amount, -1
    from lasting
    where old_code <> new_code or old_currency <> new_currency

    union all

    select 'breaks_recoded', new_currency, new_code, old_band, case when old_currency = new_currency then old_amount else new_amount end, 1
    from lasting
    where old_code <> new_code or old_currency <> new_currency

    union all

    select 'breaks_aged', new_currency, new_code, old_band, case when old_currency = new_currency then -old_amount else -new_amount end, -1
    from lasting
    where old_band <> new_band

    union all

    select 'breaks_aged', new_currency, new_code, new_band, case when old_currency = new_currency then old_amount else new_amount end, 1
    from lasting
    where old_band <> new_band

    union all

    select 'breaks_revalued', new_currency, new_code, new_band, new_amount - old_amount, 0
    from lasting
    where old_currency = new_currency and old_amount <> new_amount
)

select
    basis.as_of_date as business_date,
    steps.currency,
    steps.line,
    steps.code,
    steps.band as age_band,
    sum(steps.amount)::decimal(38, 18) as amount,
    sum(steps.rows)::bigint as rows
from steps
cross join basis
group by basis.as_of_date, steps.currency, steps.line, steps.code, steps.band
