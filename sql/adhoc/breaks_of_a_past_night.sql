-- Which breaks were open on a past night?
-- $instant instant: the last closing up to then tells.
-- Answer: one row a break that was not over then, with state, age and amounts of then.
select
    break_id,
    code,
    state,
    order_id,
    transaction_id,
    currency,
    money_impact,
    business_date,
    age_days
from reconciled.breaks_as_of($instant::timestamptz)
where state in ('open', 'assigned', 'waiting', 'reopened')
order by business_date, break_id
