-- Per code, currency and age band, count and impact are those of the open breaks.
with
open_breaks as (
    select
        code,
        currency,
        age_band(age_days) as age_band,
        count(*) as breaks,
        sum(money_impact) as money_impact
    from reconciled.breaks
    where state in ('open', 'assigned', 'waiting', 'reopened')
    group by code, currency, age_band(age_days)
)

select
    code,
    currency,
    age_band,
    ageing.breaks,
    open_breaks.breaks as open_breaks,
    ageing.money_impact,
    open_breaks.money_impact as open_impact
from marts.break_ageing as ageing
full outer join open_breaks using (code, currency, age_band)
where
    ageing.breaks is distinct from open_breaks.breaks
    or ageing.money_impact is distinct from open_breaks.money_impact
