-- What did people decide?
-- $decided_by text = none: only this person.
-- Answer: one row a decision, newest first; is_supported is false where the facts have moved since.
select
    actions.action_no,
    actions.decided_at,
    actions.decided_by,
    actions.verb,
    actions.break_id,
    actions.order_id,
    actions.transaction_id,
    actions.assignee,
    actions.currency,
    actions.amount,
    actions.reason,
    unsupported.action_no is null as is_supported
from ops.actions as actions
left join reconciled.unsupported_decisions as unsupported
    on actions.action_no = unsupported.action_no
where actions.decided_by = coalesce($decided_by::varchar, actions.decided_by)
order by actions.action_no desc
