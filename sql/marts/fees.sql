-- One row per business date, currency, coin and network: what the gateway charged, beside what its schedule says.
with
payments as (
    select * from reconciled.transaction_facts where is_completed
),

scheduled as (
    select * from reconciled.scheduled_fees
),

together as (
    select
        payments.business_date,
        payments.fiat_currency as currency,
        coalesce(upper(trim(payments.crypto_currency)), '') as coin,
        coalesce(upper(trim(payments.network)), '') as network,
        payments.fiat_amount as amount,
        payments.fee_amount,
        scheduled.fee_expected,
        coalesce(abs(scheduled.fee_expected - payments.fee_amount) > scheduled.tolerance, false)
            as is_off_schedule
    from payments
    left join scheduled on payments.transaction_id = scheduled.transaction_id
)

select
    business_date,
    currency,
    coin,
    network,
    count(*) as payments,
    sum(amount)::decimal(38, 18) as gross_amount,
    count(*) filter (where fee_amount is null) as payments_without_fee,
    coalesce(sum(fee_amount), 0)::decimal(38, 18) as fee_amount,
    count(fee_expected) as payments_with_schedule,
    (sum(fee_amount) filter (where fee_expected is not null))::decimal(38, 18)
        as fee_amount_with_schedule,
    sum(fee_expected)::decimal(38, 18) as scheduled_fee_amount,
    sum(fee_expected - fee_amount)::decimal(38, 18) as variance_amount,
    count(*) filter (where is_off_schedule) as payments_off_schedule
from together
group by business_date, currency, coin, network
