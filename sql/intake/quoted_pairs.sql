-- One row per coin and network that payments of the last days used: what a fee quote is asked for.
with
used as (
    select
        crypto_currency,
        network,
        try_cast(created_at as timestamptz) as created_at
    from staged_transactions
    union all
    select
        crypto_currency,
        network,
        created_at
    from validated.transactions
)

select distinct
    crypto_currency as currency,
    network,
    '100' as amount
from used
where
    crypto_currency is not null
    and network is not null
    and created_at >= $as_of::timestamptz - to_days(14)
order by currency, network
limit 24
