-- One row per pair of order and transaction that passes 0 to 4 join, with its first rule.
with
key_links as (
    select * from reconciled.key_links
),

tokens as (
    select * from reconciled.known_tokens
),

orders as (
    select * from reconciled.order_facts
),

forbidden as (
    select order_id, transaction_id from reconciled.decisions where not is_linked
),

described as (
    select tokens.order_id, tokens.transaction_id
    from tokens
    inner join orders on tokens.order_id = orders.order_id
    anti join forbidden
        on tokens.order_id = forbidden.order_id and tokens.transaction_id = forbidden.transaction_id
    where tokens.known_ids = 1
)

select
    order_id,
    transaction_id,
    case pass
        when 0 then 'manual'
        when 1 then 'session'
        when 2 then 'reference'
        else 'external_id'
    end as match_rule
from key_links

union all

select
    order_id,
    transaction_id,
    'description' as match_rule
from described
