-- One row per transaction and known order id that stands as a whole token in its description.
-- Every order dated before the as-of counts, and the ids that stand in refused rows.
with
tokens as (
    select * from reconciled.description_tokens
),

orders as (
    select orders.order_id
    from validated.orders as orders
    semi join tokens on orders.order_id = tokens.token
    cross join reconciled.basis as basis
    where orders.placed_at < basis.as_of
),

held_ids as (
    select * from reconciled.held_ids
),

known as (
    select order_id from orders
    union
    select known_id from held_ids
)

select
    tokens.transaction_id,
    known.order_id,
    count(*) over (partition by tokens.transaction_id) as known_ids
from tokens
inner join known on tokens.token = known.order_id
where length(known.order_id) >= 4
