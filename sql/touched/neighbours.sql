-- One row per order and payment that a touched one is joined with: by a key, a token or a decision as
-- things stand now, or by its case as it stood at the last judgement.
with
frontier as (
    select * from touched_frontier
),

orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts
),

decisions as (
    select * from reconciled.decisions where is_linked
),

members as (
    select * from reconciled.members
),

named_by_orders as (
    select order_id, 'session' as field, unnest(session_ids) as name from orders
    union all
    select order_id, 'reference', transaction_ref from orders
    union all
    select order_id, 'reference', unnest(further_refs) from orders
    union all
    select order_id, 'external_id', order_id from orders
),

named_by_transactions as (
    select transaction_id, 'session' as field, checkout_session_id as name from transactions
    union all
    select transaction_id, 'reference', transaction_id from transactions
    union all
    select transaction_id, 'reference', reference from transactions
    union all
    select transaction_id, 'external_id', external_id from transactions
),

touched_orders as (
    select named.*
    from named_by_orders as named
    semi join frontier on frontier.kind = 'order' and named.order_id = frontier.id
),

touched_transactions as (
    select named.*
    from named_by_transactions as named
    semi join frontier on frontier.kind = 'transaction' and named.transaction_id = frontier.id
),

described as (
    select unnest(whole_tokens(transactions.description)) as token
    from transactions
    semi join frontier on frontier.kind = 'transaction' and transactions.transaction_id = frontier.id
    where transactions.description is not null
),

cases as (
    select members.case_id
    from members
    semi join frontier on members.kind = frontier.kind and members.id = frontier.id
),

found as (
    select 'transaction' as kind, named.transaction_id as id
    from named_by_transactions as named
    semi join touched_orders as others on named.field = others.field and named.name = others.name

    union

    select 'order', named.order_id
    from named_by_orders as named
    semi join touched_transactions as others on named.field = others.field and named.name = others.name

    union

    select 'transaction', tokens.transaction_id
    from reconciled.description_tokens as tokens
    semi join frontier on frontier.kind = 'order' and tokens.token = frontier.id

    union

    select 'order', orders.order_id
    from orders
    semi join described on orders.order_id = described.token

    union

    select 'transaction', decisions.transaction_id
    from decisions
    semi join frontier on frontier.kind = 'order' and decisions.order_id = frontier.id

    union

    select 'order', decisions.order_id
    from decisions
    semi join frontier on frontier.kind = 'transaction' and decisions.transaction_id = frontier.id

    union

    select members.kind, members.id
    from members
    semi join cases on members.case_id = cases.case_id
)

select found.kind, found.id
from found
anti join touched_members on found.kind = touched_members.kind and found.id = touched_members.id
