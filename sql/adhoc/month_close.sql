-- How did a month close?
-- $month_date date = none: any date of the month; that of the last closing without it.
-- Answer: one row a currency; matched_percent is how much of what was expected lies in matched cases, unexplained_residual must be 0.
with
asked as (
    select
        date_trunc('month', coalesce($month_date::date, as_of_date))::date as first_date,
        last_day(coalesce($month_date::date, as_of_date)) as last_date
    from reconciled.basis
)

select
    asked.first_date,
    closes.currency,
    sum(closes.orders)::bigint as orders,
    sum(closes.transactions)::bigint as transactions,
    sum(closes.expected_amount)::decimal(38, 18) as expected_amount,
    sum(closes.received_amount)::decimal(38, 18) as received_amount,
    sum(closes.difference_amount)::decimal(38, 18) as difference_amount,
    marts.percent_of(sum(closes.matched_amount), sum(closes.expected_amount)) as matched_percent,
    sum(closes.unexplained_residual)::decimal(38, 18) as unexplained_residual,
    sum(closes.open_breaks)::bigint as open_breaks
from marts.daily_close as closes
inner join asked on closes.business_date between asked.first_date and asked.last_date
group by asked.first_date, closes.currency
order by closes.currency
