-- One row per payment of a case: a completed transaction, or a succeeded charge under an order.
-- Money that was seen twice, as a charge and as the transaction of the same hash, is the transaction.
with
members as (
    select * from reconciled.members
),

transactions as (
    select * from reconciled.transaction_facts where is_completed
),

charges as (
    select * from reconciled.charge_facts where is_succeeded
),

paid as (
    select
        'transaction' as kind,
        transactions.transaction_id as id,
        members.case_id,
        transactions.fiat_amount as amount,
        transactions.fiat_currency as currency,
        transactions.created_at,
        transactions.is_past_orders_sla,
        transactions.deposit_tx_hash
    from transactions
    inner join members
        on members.kind = 'transaction' and transactions.transaction_id = members.id
),

charged as (
    select
        'attempt' as kind,
        charges.charge_attempt_id as id,
        members.case_id,
        charges.amount,
        charges.currency,
        charges.created_at,
        charges.is_past_orders_sla,
        charges.tx_hash
    from charges
    inner join members
        on members.kind = 'attempt' and charges.charge_attempt_id = members.id
    semi join (select case_id from members where kind = 'order') as ordered
        on members.case_id = ordered.case_id
    anti join paid
        on members.case_id = paid.case_id and charges.tx_hash = paid.deposit_tx_hash
)

select kind, id, case_id, amount, currency, created_at, is_past_orders_sla from paid
union all
select kind, id, case_id, amount, currency, created_at, is_past_orders_sla from charged
