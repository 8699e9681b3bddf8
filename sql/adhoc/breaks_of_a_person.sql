-- What does a person work on?
-- $assignee text: the name, as it was given.
-- Answer: one row a break that is not over, oldest first.
select
    break_id,
    code,
    state,
    order_id,
    transaction_id,
    currency,
    money_impact,
    age_days,
    detail
from marts.open_breaks
where assignee = $assignee::varchar
order by age_days desc, break_id
