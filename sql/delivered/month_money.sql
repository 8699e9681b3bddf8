-- One row per currency: what was expected and received on the dates of the month so far, and where the difference lies.
with
daily_close as (
    select * from marts.daily_close
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        daily_close.currency,
        sum(daily_close.orders)::bigint as orders,
        sum(daily_close.transactions)::bigint as transactions,
        sum(daily_close.expected_amount) as expected_amount,
        sum(daily_close.received_amount) as received_amount,
        sum(daily_close.difference_amount) as difference_amount,
        sum(daily_close.break_amount) as break_amount,
        sum(daily_close.timing_amount) as timing_amount,
        sum(daily_close.unexplained_residual) as unexplained_amount
    from daily_close
    cross join basis
    where
        daily_close.business_date >= date_trunc('month', basis.as_of_date)
        and daily_close.business_date <= basis.as_of_date
    group by daily_close.currency
)

select
    sums.currency,
    sums.orders,
    sums.transactions,
    sums.expected_amount,
    sums.received_amount,
    sums.difference_amount,
    sums.break_amount,
    sums.timing_amount,
    sums.unexplained_amount
from sums
order by sums.currency
