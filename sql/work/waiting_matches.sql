-- One row per pair of a suggested or ambiguous case, or of one order and transaction that are named.
with
pairs as (
    select * from reconciled.matches where order_id is not null and transaction_id is not null
)

select
    pairs.case_id,
    pairs.match_status,
    pairs.match_rule,
    pairs.order_id,
    pairs.transaction_id,
    orders.currency,
    orders.amount,
    transactions.fiat_currency as received_currency,
    transactions.fiat_amount as received_amount,
    orders.placed_at,
    transactions.created_at,
    pairs.business_date
from pairs
inner join validated.orders as orders on pairs.order_id = orders.order_id
inner join validated.transactions as transactions on pairs.transaction_id = transactions.transaction_id
where
    pairs.match_status in ('SUGGESTED', 'AMBIGUOUS')
    and ($case_ids::varchar[] is null or list_contains($case_ids::varchar[], pairs.case_id))
order by pairs.match_status desc, pairs.case_id, pairs.order_id, pairs.transaction_id
