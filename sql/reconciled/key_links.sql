-- One row per pair of order and transaction joined by passes 0 to 3, with its first rule.
with
orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts
),

decisions as (
    select * from reconciled.decisions
),

sessions_of_orders as (
    select order_id, unnest(session_ids) as session_id from orders
),

references_of_orders as (
    select order_id, transaction_ref as reference from orders
    union all
    select order_id, unnest(further_refs) as reference from orders
),

claims as (
    select decisions.order_id, decisions.transaction_id, 0 as pass
    from decisions
    inner join orders on decisions.order_id = orders.order_id
    inner join transactions on decisions.transaction_id = transactions.transaction_id
    where decisions.is_linked

    union all

    select sessions_of_orders.order_id, transactions.transaction_id, 1
    from sessions_of_orders
    inner join transactions on sessions_of_orders.session_id = transactions.checkout_session_id

    union all

    select named.order_id, transactions.transaction_id, 2
    from references_of_orders as named
    inner join transactions on named.reference = transactions.transaction_id

    union all

    select named.order_id, transactions.transaction_id, 2
    from references_of_orders as named
    inner join transactions on named.reference = transactions.reference

    union all

    select orders.order_id, transactions.transaction_id, 3
    from orders
    inner join transactions on orders.order_id = transactions.external_id
),

forbidden as (
    select order_id, transaction_id from decisions where not is_linked
)

select
    claims.order_id,
    claims.transaction_id,
    min(claims.pass) as pass
from claims
anti join forbidden
    on claims.order_id = forbidden.order_id and claims.transaction_id = forbidden.transaction_id
group by claims.order_id, claims.transaction_id
