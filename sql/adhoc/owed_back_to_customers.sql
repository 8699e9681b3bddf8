-- What is owed back to customers, payment by payment?
-- $least_days whole = 0: only payments at least so many days old.
-- Answer: one row a payment, oldest first; amount is in major units of currency and not rounded, reason says why it is owed.
select
    transaction_id,
    order_id,
    amount,
    currency,
    reason,
    business_date,
    age_days,
    state,
    assignee
from marts.refunds_owed
where age_days >= $least_days::bigint
order by business_date, transaction_id
