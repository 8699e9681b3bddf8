-- One row per business date and currency of the last 30 days: what of its payments is paid out, and what is owed.
with
settlement as (
    select * from marts.settlement
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        settlement.business_date,
        settlement.currency,
        sum(settlement.fee_amount) as fee_amount,
        sum(settlement.paid_out_amount) as paid_out_amount,
        sum(settlement.owed_amount) as owed_amount
    from settlement
    inner join basis
        on
            settlement.business_date > basis.as_of_date - 30
            and settlement.business_date <= basis.as_of_date
    group by settlement.business_date, settlement.currency
)

select
    sums.business_date,
    sums.currency,
    sums.fee_amount,
    sums.paid_out_amount,
    sums.owed_amount
from sums
order by sums.business_date, sums.currency
