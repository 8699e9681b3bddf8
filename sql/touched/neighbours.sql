-- One row per order and payment that a touched one is joined with: by a key, a token or a decision as
-- things stand now, or by its case as it stood at the last judgement.
with
frontier as (
    select * from touched_frontier
),

decisions as (
    select * from reconciled.decisions where is_linked
),

-- Ids are searched first: what else a row says is read where it was found.
touched_orders as (
    select *
    from reconciled.order_facts
    where rowid in (
        select facts.rowid
        from reconciled.order_facts as facts
        semi join frontier on frontier.kind = 'order' and facts.order_id = frontier.id
    )
),

touched_transactions as (
    select *
    from reconciled.transaction_facts
    where rowid in (
        select facts.rowid
        from reconciled.transaction_facts as facts
        semi join frontier on frontier.kind = 'transaction' and facts.transaction_id = frontier.id
    )
),

-- The names that touched rows bear or give, so that the others are read column by column.
sessions_of_orders as (
    select unnest(session_ids) as name from touched_orders
),

references_of_orders as (
    select transaction_ref as name from touched_orders
    union all
    select unnest(further_refs) from touched_orders
),

references_of_transactions as (
    select transaction_id as name from touched_transactions
    union all
    select reference from touched_transactions
),

sessions_by_order as (
    select order_id, unnest(session_ids) as name from reconciled.order_facts
),

further_refs_by_order as (
    select order_id, unnest(further_refs) as name from reconciled.order_facts
),

described as (
    select unnest(whole_tokens(description)) as token
    from touched_transactions
    where description is not null
),

cases as (
    select members.case_id
    from reconciled.members as members
    semi join frontier on members.kind = frontier.kind and members.id = frontier.id
),

found as (
    select 'transaction' as kind, transaction_id as id
    from reconciled.transaction_facts
    where
        checkout_session_id in (select name from sessions_of_orders)
        or transaction_id in (select name from references_of_orders)
        or reference in (select name from references_of_orders)
        or external_id in (select order_id from touched_orders)

    union

    select 'order', order_id
    from reconciled.order_facts
    where
        order_id in (select external_id from touched_transactions)
        or order_id in (select token from described)
        or transaction_ref in (select name from references_of_transactions)

    union

    select 'order', order_id
    from sessions_by_order
    where name in (select checkout_session_id from touched_transactions)

    union

    select 'order', order_id
    from further_refs_by_order
    where name in (select name from references_of_transactions)

    union

    select 'transaction', tokens.transaction_id
    from reconciled.description_tokens as tokens
    semi join frontier on frontier.kind = 'order' and tokens.token = frontier.id

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
    from reconciled.members as members
    semi join cases on members.case_id = cases.case_id
)

select found.kind, found.id
from found
anti join touched_members on found.kind = touched_members.kind and found.id = touched_members.id
