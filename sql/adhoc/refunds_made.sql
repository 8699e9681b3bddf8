-- What was refunded?
-- $first_date date = none: first business date of the payments; the whole book without it.
-- $last_date date = none: last business date.
-- Answer: one row a REFUNDED payment; has_hash is false where no transaction on the chain shows it.
select
    transactions.transaction_id,
    cases.order_id,
    transactions.business_date,
    transactions.fiat_amount,
    transactions.fiat_currency,
    transactions.refund_amount as refunded_coins,
    transactions.crypto_currency as coin,
    transactions.refund_tx_hash is not null as has_hash
from validated.transactions as transactions
left join (
    select transaction_id, min(order_id) as order_id
    from reconciled.matches
    group by transaction_id
) as cases
    on transactions.transaction_id = cases.transaction_id
cross join reconciled.basis as basis
where
    transactions.status = 'REFUNDED'
    and transactions.created_at < basis.as_of
    and transactions.business_date >= coalesce($first_date::date, transactions.business_date)
    and transactions.business_date <= coalesce($last_date::date, transactions.business_date)
order by transactions.business_date, transactions.transaction_id
