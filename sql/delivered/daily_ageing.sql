-- One row per code, currency and age band of the open breaks.
with
ageing as (
    select * from marts.break_ageing
),

minor_units as (
    select * from validated.minor_units
)

select
    ageing.code,
    ageing.currency,
    ageing.age_band as band,
    ageing.breaks as count,
    money_text(ageing.money_impact, minor_units.minor_units) as amount
from ageing
left join minor_units on ageing.currency = minor_units.currency
order by ageing.code, ageing.currency, ageing.age_band
