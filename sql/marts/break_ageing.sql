-- One row per code, currency and age band: the open breaks at the as-of.
with
breaks as (
    select * from reconciled.breaks where state in ('open', 'assigned', 'waiting', 'reopened')
),

basis as (
    select * from reconciled.basis
)

select
    breaks.code,
    breaks.currency,
    age_band(breaks.age_days) as age_band,
    count(*) as breaks,
    sum(breaks.money_impact)::decimal(38, 18) as money_impact,
    min(breaks.business_date) as oldest_business_date,
    any_value(basis.as_of) as as_of
from breaks
cross join basis
group by breaks.code, breaks.currency, age_band(breaks.age_days)
