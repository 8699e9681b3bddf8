-- How many days does a payment take until it is paid out?
-- $first_date date = none: first business date of the payments; the whole book without it.
-- $last_date date = none: last business date.
-- Answer: one row a currency and number of days; days is empty for payments that still wait. Days run to the date from which we know of the payout.
select
    currency,
    days_to_payout as days,
    count(*) as payments,
    sum(net_amount)::decimal(38, 18) as net_amount
from marts.payouts
where
    business_date >= coalesce($first_date::date, business_date)
    and business_date <= coalesce($last_date::date, business_date)
group by currency, days_to_payout
order by currency, days nulls last
