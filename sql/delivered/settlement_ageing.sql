-- One row per currency, state and age band of the payments of which something is owed.
with
settlement as (
    select * from marts.settlement where owed_payments > 0
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        settlement.currency,
        settlement.settlement_state as state,
        age_band(basis.as_of_date - settlement.business_date + 1) as age_band,
        min(settlement.business_date) as oldest_date,
        sum(settlement.owed_payments)::bigint as payments,
        sum(settlement.owed_amount) as owed_amount
    from settlement
    cross join basis
    group by all
)

select
    sums.currency,
    sums.state,
    sums.age_band,
    sums.oldest_date,
    sums.payments,
    sums.owed_amount
from sums
order by sums.currency, sums.oldest_date, sums.state
