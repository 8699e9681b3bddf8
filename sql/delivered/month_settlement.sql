-- One row per currency: what the gateway took, kept, gave back, paid out and owes of the payments of the month so far.
with
settlement as (
    select * from marts.settlement
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        settlement.currency,
        sum(settlement.payments)::bigint as payments,
        sum(settlement.gross_amount) as gross_amount,
        sum(settlement.fee_amount) as fee_amount,
        sum(settlement.refunded_amount) as refunded_amount,
        sum(settlement.paid_out_amount) as paid_out_amount,
        sum(settlement.owed_amount) as owed_amount
    from settlement
    cross join basis
    where
        settlement.business_date >= date_trunc('month', basis.as_of_date)
        and settlement.business_date <= basis.as_of_date
    group by settlement.currency
)

select
    sums.currency,
    sums.payments,
    sums.gross_amount,
    -sums.fee_amount as fee_amount,
    -sums.refunded_amount as refunded_amount,
    -sums.paid_out_amount as paid_out_amount,
    sums.owed_amount
from sums
order by sums.currency
