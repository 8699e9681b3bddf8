-- One row per transaction that owes money to its payer: the amount in its fiat currency, and why.
with
transactions as (
    select * from reconciled.transaction_facts where refund_tx_hash is null
),

links as (
    select * from reconciled.links
),

orders as (
    select * from reconciled.order_facts
),

duplicates as (
    select * from reconciled.duplicate_payments where position > 1
),

returned_whole as (
    select id as transaction_id, 'second payment of one order' as reason
    from duplicates
    where kind = 'transaction'

    union

    select links.transaction_id, 'order ' || orders.status as reason
    from links
    inner join orders on links.order_id = orders.order_id
    where orders.status in ('cancelled', 'refunded')
),

claims as (
    select
        transaction_id,
        fiat_value(received, exchange_rate) as amount,
        lower(status) || ' with money received' as reason
    from transactions
    where received > 0 and (is_without_success or is_past_expiry_sla)

    union all

    select transaction_id, fiat_value(received - wanted, exchange_rate), 'paid above tolerance'
    from transactions
    where is_completed and is_above

    union all

    select transactions.transaction_id, transactions.fiat_amount, min(returned_whole.reason)
    from transactions
    inner join returned_whole on transactions.transaction_id = returned_whole.transaction_id
    where transactions.is_completed
    group by transactions.transaction_id, transactions.fiat_amount
)

select
    transaction_id,
    sum(amount)::decimal(38, 18) as amount,
    string_agg(reason, ', ' order by reason) as reason
from claims
group by transaction_id
