-- One row per action of a person on the case, its break or one of its rows, oldest first.
select
    action_no,
    verb,
    assignee,
    case_id,
    break_id,
    order_id,
    transaction_id,
    reason,
    decided_by,
    decided_at,
    effective_at
from ops.actions
where
    case_id = $case_id
    or list_contains($break_ids::varchar[], break_id)
    or list_contains($order_ids::varchar[], order_id)
    or list_contains($transaction_ids::varchar[], transaction_id)
order by action_no
