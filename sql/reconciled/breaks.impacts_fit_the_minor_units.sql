-- A money impact is rounded to its currency's minor unit.
select
    breaks.break_id,
    breaks.currency,
    breaks.money_impact,
    units.minor_units
from reconciled.breaks as breaks
left join validated.minor_units as units on breaks.currency = units.currency
where breaks.money_impact <> round_to_minor_units(breaks.money_impact, units.minor_units)
