-- One row per transaction that names an id standing in a quarantined order row: it waits for the row to be mended.
with
quarantine as (
    select refused.*
    from validated.quarantine as refused
    anti join reconciled.mended_rows as mended
        on
            refused.stream = mended.stream
            and refused.source_digest = mended.source_digest
            and refused.source_row = mended.source_row
    where refused.stream = 'orders'
),

transactions as (
    select * from reconciled.transaction_facts
),

tokens as (
    select * from reconciled.known_tokens
),

known as (
    select
        unnest(known_ids) as known_id,
        source || ' line ' || source_row as place
    from quarantine
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
    min(known.place) as place
from claims
inner join known on claims.claimed_id = known.known_id
group by claims.transaction_id
