-- One row per transaction known before that the last two complete full sweeps no longer list.
with
basis as (
    select * from reconciled.basis
),

sweeps as (
    select sweeps.*
    from ops.sweeps as sweeps
    cross join basis
    where sweeps.stream = 'transactions' and sweeps.complete and sweeps.as_of <= basis.as_of
),

-- A sweep that is run again at one as-of is the same sweep: what either of them lists is there.
numbered as (
    select
        as_of,
        count(*) as times,
        row_number() over (order by as_of desc) as place
    from sweeps
    group by as_of
),

unlisted as (
    select as_of, unnest(gone_ids) as transaction_id from sweeps
),

gone as (
    select unlisted.transaction_id, numbered.as_of
    from unlisted
    inner join numbered on unlisted.as_of = numbered.as_of
    where numbered.place <= 2
    group by unlisted.transaction_id, numbered.as_of, numbered.times
    having count(*) = numbered.times
)

select
    transactions.transaction_id,
    transactions.fiat_amount,
    transactions.fiat_currency,
    transactions.business_date,
    min(gone.as_of) as first_missed_as_of,
    max(gone.as_of) as last_missed_as_of
from gone
inner join validated.transactions as transactions
    on gone.transaction_id = transactions.transaction_id
group by
    transactions.transaction_id,
    transactions.fiat_amount,
    transactions.fiat_currency,
    transactions.business_date,
    transactions.first_seen_at
having count(*) = 2 and transactions.first_seen_at < min(gone.as_of)
