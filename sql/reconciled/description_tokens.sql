-- One row per transaction that no key links and whole token in its description.
with
transactions as (
    select * from reconciled.transaction_facts
),

key_links as (
    select * from reconciled.key_links
)

select distinct
    transactions.transaction_id,
    unnest(whole_tokens(transactions.description)) as token
from transactions
anti join key_links on transactions.transaction_id = key_links.transaction_id
where transactions.description is not null
