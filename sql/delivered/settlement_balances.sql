-- One row per currency: what the gateway took in, kept, gave back, paid out and owes, of the whole book.
with
settlement as (
    select * from marts.settlement
),

sums as (
    select
        currency,
        sum(payments)::bigint as payments,
        sum(gross_amount) as gross_amount,
        sum(fee_amount) as fee_amount,
        sum(refunded_amount) as refunded_amount,
        sum(paid_out_amount) as paid_out_amount,
        sum(owed_amount) as owed_amount
    from settlement
    group by currency
)

select
    sums.currency,
    sums.payments,
    sums.gross_amount,
    sums.fee_amount,
    sums.refunded_amount,
    sums.paid_out_amount,
    sums.owed_amount
from sums
order by sums.currency
