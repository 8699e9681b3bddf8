-- How many payments that were begun in each coin came to their end?
-- $first_date date = none: first business date; the whole book without it.
-- $last_date date = none: last business date.
-- Answer: one row a coin; completed_percent is of those that are no longer open.
select
    coalesce(transactions.crypto_currency, '') as coin,
    count(*) as begun,
    count(*) filter (where transactions.status = 'COMPLETED') as completed,
    count(*) filter (where transactions.status = 'REFUNDED') as refunded,
    count(*) filter (where transactions.status in ('FAILED', 'CANCELLED', 'EXPIRED')) as without_success,
    count(*) filter (
        where transactions.status not in ('COMPLETED', 'REFUNDED', 'FAILED', 'CANCELLED', 'EXPIRED')
    ) as still_open,
    marts.percent_of(completed, begun - still_open) as completed_percent
from validated.transactions as transactions
cross join reconciled.basis as basis
where
    transactions.created_at < basis.as_of
    and transactions.business_date >= coalesce($first_date::date, transactions.business_date)
    and transactions.business_date <= coalesce($last_date::date, transactions.business_date)
group by coin
order by begun desc, coin
