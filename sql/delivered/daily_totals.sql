-- One row per currency: the whole book at the as-of, for the daily report.
with
daily_close as (
    select * from marts.daily_close
),

minor_units as (
    select * from validated.minor_units
),

sums as (
    select
        daily_close.currency,
        sum(daily_close.orders)::bigint as orders,
        sum(daily_close.expected_amount) as expected,
        sum(daily_close.received_amount) as received,
        sum(daily_close.difference_amount) as difference,
        sum(daily_close.break_amount) as in_breaks,
        sum(daily_close.timing_amount) as in_timing,
        sum(daily_close.unexplained_residual) as unexplained_residual
    from daily_close
    group by daily_close.currency
)

select
    sums.currency,
    coalesce(minor_units.minor_units, 2) as minor_units,
    sums.orders,
    money_text(sums.expected, minor_units.minor_units) as expected,
    money_text(sums.received, minor_units.minor_units) as received,
    money_text(sums.difference, minor_units.minor_units) as difference,
    money_text(sums.in_breaks, minor_units.minor_units) as in_breaks,
    money_text(sums.in_timing, minor_units.minor_units) as in_timing,
    money_text(sums.unexplained_residual, minor_units.minor_units) as unexplained_residual
from sums
left join minor_units on sums.currency = minor_units.currency
order by sums.currency
