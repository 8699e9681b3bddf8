-- Currencies of which what is owed, or the gross, is not that of the payments, taken straight from the rows.
with
payments as (
    select
        transactions.fiat_currency as currency,
        sum(transactions.fiat_amount) as gross_amount,
        sum(
            case
                when transactions.payout_status = 'COMPLETED' and transactions.status = 'REFUNDED'
                    then coalesce(transactions.fee_amount, 0) - transactions.fiat_amount
                when transactions.payout_status = 'COMPLETED' or transactions.status = 'REFUNDED' then 0
                else transactions.fiat_amount - coalesce(transactions.fee_amount, 0)
            end
        ) as owed_amount
    from validated.transactions as transactions
    cross join reconciled.basis as basis
    where
        transactions.status in ('COMPLETED', 'REFUNDED') and transactions.created_at < basis.as_of
    group by transactions.fiat_currency
),

told as (
    select currency, sum(gross_amount) as gross_amount, sum(owed_amount) as owed_amount
    from marts.settlement
    group by currency
)

select
    coalesce(payments.currency, told.currency) as currency,
    payments.owed_amount as owed,
    told.owed_amount as told
from payments
full outer join told on payments.currency = told.currency
where
    payments.gross_amount is distinct from told.gross_amount
    or payments.owed_amount is distinct from told.owed_amount
