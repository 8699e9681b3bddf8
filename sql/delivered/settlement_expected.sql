-- One row per expected payout date and currency: what is to be paid out by then, or should have been.
with
settlement as (
    select * from marts.settlement where settlement_state in ('AWAITED', 'OVERDUE', 'FAILED')
),

sums as (
    select
        payout_due_date,
        currency,
        settlement_state as state,
        sum(payments)::bigint as payments,
        sum(owed_amount) as owed_amount
    from settlement
    group by payout_due_date, currency, settlement_state
)

select
    sums.payout_due_date,
    sums.currency,
    sums.state,
    sums.payments,
    sums.owed_amount
from sums
order by sums.payout_due_date, sums.currency, sums.state
