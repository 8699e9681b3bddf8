-- Who paid too few or too many coins?
-- Answer: one row a payment that is over and lies outside its tolerance; coins_off is what came less what was asked for, times exchange_rate it is its worth in currency.
with
measured as (
    select
        transactions.*,
        coalesce(transactions.tolerance_percent, sessions.tolerance_percent, 0)::decimal(8, 5)
            as tolerance
    from validated.transactions as transactions
    cross join reconciled.basis as basis
    left join validated.checkout_sessions as sessions
        on transactions.checkout_session_id = sessions.session_id
    where transactions.created_at < basis.as_of and transactions.crypto_received > 0
),

weighed as (
    select
        *,
        crypto_received::decimal(30, 18) * 100::decimal(3, 0)
        < crypto_expected::decimal(30, 18) * (100 - tolerance)::decimal(8, 5)
        and status in ('COMPLETED', 'REFUNDED', 'FAILED', 'CANCELLED', 'EXPIRED') as is_short,
        crypto_received::decimal(30, 18) * 100::decimal(3, 0)
        > crypto_expected::decimal(30, 18) * (100 + tolerance)::decimal(8, 5)
        and status = 'COMPLETED' as is_excess
    from measured
)

select
    transaction_id,
    business_date,
    status,
    case when is_short then 'short' else 'excess' end as side,
    crypto_currency as coin,
    crypto_expected,
    crypto_received,
    (crypto_received - crypto_expected)::decimal(38, 18) as coins_off,
    tolerance as tolerance_percent,
    exchange_rate,
    fiat_currency as currency
from weighed
where is_short or is_excess
order by business_date, transaction_id
