-- One row per action of a person on a break, oldest first.
select
    action_no,
    verb,
    assignee,
    reason,
    decided_by,
    decided_at,
    effective_at
from ops.actions
where break_id = $break_id
order by action_no
