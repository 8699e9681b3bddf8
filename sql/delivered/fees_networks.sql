-- One row per currency, coin and network: fees of the last 30 days, and the rate they come to.
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
        fees.coin,
        fees.network,
        sum(fees.payments)::bigint as payments,
        sum(fees.gross_amount) as gross_amount,
        sum(fees.fee_amount) as fee_amount,
        sum(fees.payments_off_schedule)::bigint as payments_off_schedule
    from fees
    cross join basis
    where fees.business_date > basis.as_of_date - 30
    group by all
)

select
    sums.currency,
    sums.coin,
    sums.network,
    sums.payments,
    sums.gross_amount,
    sums.fee_amount,
    percent_text(sums.fee_amount, sums.gross_amount) as effective_percent,
    sums.payments_off_schedule
from sums
order by sums.currency, sums.gross_amount desc, sums.coin, sums.network
