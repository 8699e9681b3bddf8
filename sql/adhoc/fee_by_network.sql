-- What does the gateway really charge on each network?
-- $first_date date = none: first business date; the whole book without it.
-- $last_date date = none: last business date.
-- Answer: one row a network, coin and currency; fee_percent is the fees told in percent of the payments that tell one.
select
    transactions.network,
    transactions.crypto_currency as coin,
    transactions.fiat_currency as currency,
    count(*) as payments,
    count(*) filter (where transactions.fee_amount is null) as payments_without_fee,
    sum(transactions.fiat_amount)::decimal(38, 18) as gross_amount,
    coalesce(sum(transactions.fee_amount), 0)::decimal(38, 18) as fee_amount,
    marts.percent_of(
        coalesce(sum(transactions.fee_amount), 0),
        coalesce(sum(transactions.fiat_amount) filter (where transactions.fee_amount is not null), 0)
    ) as fee_percent
from validated.transactions as transactions
cross join reconciled.basis as basis
where
    transactions.status = 'COMPLETED'
    and transactions.created_at < basis.as_of
    and transactions.business_date >= coalesce($first_date::date, transactions.business_date)
    and transactions.business_date <= coalesce($last_date::date, transactions.business_date)
group by transactions.network, transactions.crypto_currency, transactions.fiat_currency
order by transactions.network, coin, currency
