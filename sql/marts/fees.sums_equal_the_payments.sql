-- Dates and currencies where the fees do not add up to those of the payments, taken straight from the rows.
with
payments as (
    select
        transactions.business_date,
        transactions.fiat_currency as currency,
        count(*) as payments,
        sum(transactions.fiat_amount) as gross_amount,
        coalesce(sum(transactions.fee_amount), 0) as fee_amount
    from validated.transactions as transactions
    cross join reconciled.basis as basis
    where transactions.status = 'COMPLETED' and transactions.created_at < basis.as_of
    group by transactions.business_date, transactions.fiat_currency
),

told as (
    select
        business_date,
        currency,
        sum(payments) as payments,
        sum(gross_amount) as gross_amount,
        sum(fee_amount) as fee_amount
    from marts.fees
    group by business_date, currency
)

select
    coalesce(payments.business_date, told.business_date) as business_date,
    coalesce(payments.currency, told.currency) as currency,
    payments.fee_amount as paid,
    told.fee_amount as told
from payments
full outer join told
    on payments.business_date = told.business_date and payments.currency = told.currency
where
    payments.payments is distinct from told.payments
    or payments.gross_amount is distinct from told.gross_amount
    or payments.fee_amount is distinct from told.fee_amount
