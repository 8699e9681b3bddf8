-- One row per pair that a person decided on: the last word on it, true for a link, false for none.
with
actions as (
    select * from ops.actions
)

select
    order_id,
    transaction_id,
    arg_max(verb, action_no) in ('link', 'accept') as is_linked
from actions
where verb in ('link', 'accept', 'unlink', 'reject') and order_id is not null and transaction_id is not null
group by order_id, transaction_id
