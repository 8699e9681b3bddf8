-- One row per transaction that names an id standing in a quarantined order row: it waits for the row to be mended.
with
held_ids as (
    select * from reconciled.held_ids where not is_mended
),

transactions as (
    select * from reconciled.transaction_facts
),

tokens as (
    select * from reconciled.known_tokens
),

claims as (
    select transaction_id, transaction_id as claimed_id from transactions
    union all
    select transaction_id, reference from transactions
    union all
    select transaction_id, external_id from transactions
    union all
    select transaction_id, checkout_session_id from transactions
    union all
    select transaction_id, order_id from tokens
)

select
    claims.transaction_id,
    min(held_ids.place) as place
from claims
inner join held_ids on claims.claimed_id = held_ids.known_id
group by claims.transaction_id
