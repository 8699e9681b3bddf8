-- One row per pair of pass 5: same amount and currency, close in time, neither linked by a key.
with
links as (
    select * from reconciled.links
),

bill_links as (
    select * from reconciled.bill_links
),

orders as (
    select order_facts.*
    from reconciled.order_facts as order_facts
    anti join links on order_facts.order_id = links.order_id
    anti join bill_links on order_facts.order_id = bill_links.order_id
    where order_facts.expects_money
),

transactions as (
    select transaction_facts.*
    from reconciled.transaction_facts as transaction_facts
    anti join links on transaction_facts.transaction_id = links.transaction_id
    where transaction_facts.is_completed and not transaction_facts.is_behind_document
),

forbidden as (
    select order_id, transaction_id from reconciled.decisions where not is_linked
),

pairs as (
    select
        orders.order_id,
        transactions.transaction_id
    from orders
    inner join transactions
        on
            orders.currency = transactions.fiat_currency
            and orders.amount = transactions.fiat_amount
            and transactions.created_at between orders.placed_at - to_hours(1)
            and orders.placed_at + to_hours(15)
            and (
                orders.customer_email_digest is null
                or transactions.customer_email_digest is null
                or orders.customer_email_digest = transactions.customer_email_digest
            )
    anti join forbidden
        on
            orders.order_id = forbidden.order_id
            and transactions.transaction_id = forbidden.transaction_id
)

select
    order_id,
    transaction_id,
    count(*) over (partition by order_id) = 1
    and count(*) over (partition by transaction_id) = 1 as is_only_candidate
from pairs
