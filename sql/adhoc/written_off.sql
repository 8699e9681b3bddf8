-- What was written off, by whom and why?
-- $first_date date = none: first date of the decision, in the business time zone; all of them without it.
-- $last_date date = none: last date of the decision.
-- Answer: one row a decision that still stands; amount is what stood there when it was decided, signed as the impact.
select
    actions.decided_at,
    actions.decided_by,
    actions.reason,
    actions.break_id,
    actions.code,
    actions.currency,
    actions.amount
from ops.actions as actions
inner join reconciled.breaks as breaks
    on actions.break_id = breaks.break_id and breaks.state = 'written_off'
cross join reconciled.basis as basis
where
    actions.verb = 'write_off'
    and timezone(basis.timezone, actions.decided_at)::date
    >= coalesce($first_date::date, timezone(basis.timezone, actions.decided_at)::date)
    and timezone(basis.timezone, actions.decided_at)::date
    <= coalesce($last_date::date, timezone(basis.timezone, actions.decided_at)::date)
qualify row_number() over (partition by actions.break_id order by actions.action_no desc) = 1
order by actions.decided_at, actions.break_id
