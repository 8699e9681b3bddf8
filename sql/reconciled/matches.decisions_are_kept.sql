-- A pair that a person parted is listed nowhere; one that a person linked is listed as linked by hand.
with
basis as (
    select * from reconciled.basis
),

decisions as (
    select
        order_id,
        transaction_id,
        verb
    from ops.actions
    where
        verb in ('link', 'accept', 'unlink', 'reject')
        and order_id is not null
        and transaction_id is not null
    qualify row_number() over (
        partition by order_id, transaction_id order by action_no desc
    ) = 1
),

linkable as (
    select
        decisions.order_id,
        decisions.transaction_id
    from decisions
    inner join validated.orders as orders on decisions.order_id = orders.order_id
    inner join validated.transactions as transactions
        on decisions.transaction_id = transactions.transaction_id
    cross join basis
    where orders.placed_at < basis.as_of and transactions.created_at < basis.as_of
)

select
    decisions.order_id,
    decisions.transaction_id,
    decisions.verb,
    matches.match_rule
from decisions
left join reconciled.matches as matches
    on
        decisions.order_id = matches.order_id
        and decisions.transaction_id = matches.transaction_id
semi join linkable
    on
        decisions.order_id = linkable.order_id
        and decisions.transaction_id = linkable.transaction_id
where
    (decisions.verb in ('unlink', 'reject') and matches.case_id is not null)
    or (decisions.verb in ('link', 'accept') and matches.match_rule is distinct from 'manual')
