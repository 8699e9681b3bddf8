-- One row per decision of a person that the facts no longer support; the first 200.
-- Reasons stay in ops.actions: what people write freely is not mailed.
with
unsupported as (
    select * from reconciled.unsupported_decisions
)

select
    action_no,
    verb,
    break_id,
    order_id,
    transaction_id,
    detail,
    decided_by,
    strftime(timezone('UTC', decided_at), '%Y-%m-%d') as decided_date,
    count(*) over () as total
from unsupported
order by action_no
limit 200
