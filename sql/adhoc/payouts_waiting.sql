-- Which payouts do we still wait for?
-- $least_days whole = 0: only those that wait at least so many days.
-- Answer: one row a payment, longest wait first; net_amount is what is to come, in major units of currency.
select
    transaction_id,
    business_date,
    days_waiting,
    payout_status,
    currency,
    net_amount
from marts.payouts
where days_waiting >= $least_days::bigint
order by days_waiting desc, transaction_id
