-- Which breaks did a closing find for the first time?
-- $first_seen_date date = none: the closing's date; the last closing without it.
-- Answer: one row a break, most severe first; detail says in one sentence what is wrong.
select
    breaks.break_id,
    breaks.severity,
    breaks.code,
    breaks.order_id,
    breaks.transaction_id,
    breaks.currency,
    breaks.money_impact,
    breaks.business_date,
    breaks.state,
    breaks.detail
from reconciled.breaks as breaks
cross join reconciled.basis as basis
where breaks.first_seen_date = coalesce($first_seen_date::date, basis.as_of_date)
order by
    list_position(['high', 'medium', 'low', 'info'], breaks.severity), breaks.code, breaks.break_id
