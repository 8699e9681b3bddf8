-- One row per transaction and known order id that stands as a whole token in its description.
with
transactions as (
    select * from reconciled.transaction_facts
),

orders as (
    select * from reconciled.order_facts
),

quarantine as (
    select * from validated.quarantine where stream = 'orders'
),

key_links as (
    select * from reconciled.key_links
),

known as (
    select order_id from orders
    union
    select unnest(known_ids) from quarantine
),

tokens as (
    select distinct
        transactions.transaction_id,
        unnest(regexp_extract_all(transactions.description, '[\p{L}\p{Nd}_#/-]+')) as token
    from transactions
    anti join key_links on transactions.transaction_id = key_links.transaction_id
    where transactions.description is not null
)

select
    tokens.transaction_id,
    known.order_id,
    count(*) over (partition by tokens.transaction_id) as known_ids
from tokens
inner join known on tokens.token = known.order_id
where length(known.order_id) >= 4
