-- Which breaks have been open for too long?
-- $least_days whole = 30: full days from the business date to the as-of.
-- Answer: one row a break, oldest first; assignee is empty where nobody works on it.
select
    age_days,
    business_date,
    code,
    state,
    assignee,
    order_id,
    transaction_id,
    currency,
    money_impact,
    break_id
from marts.open_breaks
where age_days >= $least_days::bigint
order by age_days desc, break_id
