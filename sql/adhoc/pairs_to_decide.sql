-- Which pairs wait for a person to say whether they belong together?
-- Answer: one row a candidate pair; SUGGESTED can be accepted or rejected by its case, of an AMBIGUOUS case one pair is linked.
select
    matches.case_id,
    matches.match_status,
    matches.order_id,
    orders.amount,
    orders.currency,
    orders.placed_at,
    matches.transaction_id,
    transactions.fiat_amount,
    transactions.fiat_currency,
    transactions.created_at
from reconciled.matches as matches
inner join validated.orders as orders on matches.order_id = orders.order_id
inner join validated.transactions as transactions
    on matches.transaction_id = transactions.transaction_id
where matches.match_status in ('SUGGESTED', 'AMBIGUOUS')
order by matches.case_id, matches.order_id, matches.transaction_id
