-- One row per currency: fees of the last 30 days, charged and as the schedule says.
-- A payment without a fee, or dated where no schedule is in force, is not judged.
with
fees as (
    select * from marts.fees
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        fees.currency,
        sum(fees.payments)::bigint as payments,
        sum(fees.gross_amount) as gross_amount,
        sum(fees.fee_amount) as fee_amount,
        sum(fees.scheduled_fee_amount) as scheduled_fee_amount,
        sum(fees.variance_amount) as variance_amount,
        sum(fees.payments_off_schedule)::bigint as payments_off_schedule,
        sum(fees.payments - fees.payments_with_schedule)::bigint as payments_not_judged
    from fees
    cross join basis
    where fees.business_date > basis.as_of_date - 30
    group by all
)

select
    sums.currency,
    sums.payments,
    sums.gross_amount,
    sums.fee_amount,
    percent_text(sums.fee_amount, sums.gross_amount) as effective_percent,
    sums.scheduled_fee_amount,
    sums.variance_amount,
    sums.payments_off_schedule,
    sums.payments_not_judged
from sums
order by sums.currency
