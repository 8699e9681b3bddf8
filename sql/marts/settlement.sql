-- One row per business date, currency and state of settlement: what the gateway took, kept, gave back, paid out and owes.
-- Owed is gross less fees, refunds and payouts, each as the payments say it; it is below 0 where a payout was refunded later.
-- Nothing is owed of a payment that was either paid out or refunded: both, or neither, leave its net amount open.
with
payments as (
    select
        *,
        fiat_amount - coalesce(fee_amount, 0) as net_amount,
        coalesce(payout_status = 'COMPLETED', false) as is_paid_out,
        case
            when is_refunded then 'REFUNDED'
            when payout_status = 'COMPLETED' then 'PAID_OUT'
            when payout_status = 'FAILED' then 'FAILED'
            when is_past_payout_sla then 'OVERDUE'
            else 'AWAITED'
        end as settlement_state
    from reconciled.transaction_facts
    where is_completed or is_refunded
),

sums as (
    select
        business_date,
        fiat_currency as currency,
        settlement_state,
        business_date + max(payout_days)::integer as payout_due_date,
        count(*) as payments,
        sum(fiat_amount) as gross_amount,
        sum(coalesce(fee_amount, 0)) as fee_amount,
        sum(case when is_refunded then net_amount else 0 end) as refunded_amount,
        sum(case when is_paid_out then net_amount else 0 end) as paid_out_amount,
        count(*) filter (where net_amount <> 0 and is_refunded = is_paid_out) as owed_payments
    from payments
    group by business_date, fiat_currency, settlement_state
)

select
    business_date,
    currency,
    settlement_state,
    payout_due_date,
    payments,
    gross_amount::decimal(38, 18) as gross_amount,
    fee_amount::decimal(38, 18) as fee_amount,
    refunded_amount::decimal(38, 18) as refunded_amount,
    paid_out_amount::decimal(38, 18) as paid_out_amount,
    (gross_amount - fee_amount - refunded_amount - paid_out_amount)::decimal(38, 18) as owed_amount,
    owed_payments
from sums
