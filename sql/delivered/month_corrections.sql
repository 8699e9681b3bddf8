-- One row per business date, currency and figure that closings of the month told otherwise than before; the first 500.
with
corrections as (
    select * from marts.corrections
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        corrections.business_date,
        corrections.currency,
        corrections.figure,
        count(*) as corrections,
        arg_min(corrections.former_amount, corrections.corrected_at) as former_amount,
        arg_max(corrections.new_amount, corrections.corrected_at) as new_amount,
        sum(corrections.change_amount) as change_amount
    from corrections
    cross join basis
    where
        timezone(basis.timezone, corrections.corrected_at)::date - 1
        >= date_trunc('month', basis.as_of_date)
        and corrections.business_date <= basis.as_of_date
    group by corrections.business_date, corrections.currency, corrections.figure
)

select
    sums.business_date,
    sums.currency,
    sums.figure,
    sums.corrections,
    sums.former_amount,
    sums.new_amount,
    sums.change_amount
from sums
order by sums.business_date, sums.currency, sums.figure
limit 500
