-- What was expected and what came on each day?
-- $first_date date = none: first business date; the whole book without it.
-- $last_date date = none: last business date.
-- Answer: one row a date and currency; difference_amount is received less expected, negative is money missing.
select
    business_date,
    currency,
    orders,
    transactions,
    expected_amount,
    received_amount,
    difference_amount,
    open_breaks
from marts.daily_close_between(
    coalesce($first_date::date, date '0001-01-01'), coalesce($last_date::date, date '9999-12-31')
)
order by business_date, currency
