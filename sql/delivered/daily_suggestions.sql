-- One row per suggested pair that waits for a person.
with
matches as (
    select * from reconciled.matches where match_status = 'SUGGESTED'
),

orders as (
    select * from reconciled.order_facts
),

minor_units as (
    select * from validated.minor_units
),

transactions as (
    select * from reconciled.transaction_facts
)

select
    matches.case_id,
    matches.order_id,
    matches.transaction_id,
    orders.currency,
    money_text(orders.amount, minor_units.minor_units) as amount,
    'Order ' || matches.order_id || ' was placed at ' || instant_text(orders.placed_at)
    || ', the payment of the same amount created at ' || instant_text(transactions.created_at)
    || '; nothing else fits either.' as detail
from matches
inner join orders on matches.order_id = orders.order_id
inner join transactions on matches.transaction_id = transactions.transaction_id
left join minor_units on orders.currency = minor_units.currency
order by matches.case_id
