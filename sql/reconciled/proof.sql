-- One row per business date, currency, line and code: the proof that every row and amount is accounted for.
with
basis as (
    select * from reconciled.basis
),

postings as (
    select * from reconciled.postings
),

movements as (
    select * from reconciled.movements
),

-- The opening of a date is what its first closing found; a second closing of the same date adds
-- movements to it and never a second opening.
roll_forward as (
    select business_date, currency, line, code, age_band, amount, rows from postings

    union all

    select business_date, currency, line, code, age_band, amount, rows
    from movements
    where
        line <> 'breaks_opening'
        or business_date not in (select business_date from postings)
),

together as (
    select business_date, currency, line, code, '' as age_band, amount, rows
    from reconciled.proof_of_rows

    union all

    select business_date, currency, line, code, '', amount, rows
    from reconciled.proof_of_money

    union all

    select business_date, currency, line, code, age_band, amount, rows
    from roll_forward

    union all

    select business_date, currency, 'breaks_closing', code, age_band, amount, rows
    from roll_forward
)

select
    business_date,
    currency,
    line,
    code,
    age_band,
    sum(amount)::decimal(38, 18) as amount,
    sum(rows)::bigint as rows
from together
group by business_date, currency, line, code, age_band
