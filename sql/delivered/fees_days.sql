-- One row per business date and currency of the last 30 days: the rate charged beside that of the schedule.
-- The schedule's rate stands only where every payment of the day has a fee and a schedule: else it is of another sum.
with
fees as (
    select * from marts.fees
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        fees.business_date,
        fees.currency,
        sum(fees.gross_amount) as gross_amount,
        sum(fees.fee_amount) as fee_amount,
        sum(fees.scheduled_fee_amount) as scheduled_fee_amount,
        sum(fees.payments) = sum(fees.payments_with_schedule) as is_scheduled
    from fees
    cross join basis
    where fees.business_date > basis.as_of_date - 30
    group by fees.business_date, fees.currency
)

select
    sums.business_date,
    sums.currency,
    sums.gross_amount,
    sums.fee_amount,
    percent_text(sums.fee_amount, sums.gross_amount) as effective_percent,
    case
        when sums.is_scheduled then percent_text(sums.scheduled_fee_amount, sums.gross_amount)
    end as scheduled_percent
from sums
order by sums.business_date, sums.currency
