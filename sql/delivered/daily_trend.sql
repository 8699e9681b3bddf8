-- One row per business date and currency of the last 30 days.
with
daily_close as (
    select * from marts.daily_close
),

minor_units as (
    select * from validated.minor_units
),

basis as (
    select * from reconciled.basis
)

select
    daily_close.business_date,
    daily_close.currency,
    money_text(daily_close.expected_amount, minor_units.minor_units) as expected,
    money_text(daily_close.received_amount, minor_units.minor_units) as received,
    money_text(daily_close.matched_amount, minor_units.minor_units) as matched,
    money_text(daily_close.expected_amount - daily_close.matched_amount, minor_units.minor_units)
        as open
from daily_close
left join minor_units on daily_close.currency = minor_units.currency
inner join basis
    on
        daily_close.business_date > basis.as_of_date - 30
        and daily_close.business_date <= basis.as_of_date
order by daily_close.business_date, daily_close.currency
