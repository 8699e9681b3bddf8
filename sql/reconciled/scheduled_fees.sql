-- One row per completed payment with a fee on whose date a fee schedule is in force: what the schedule says.
with
transactions as (
    select
        facts.transaction_id,
        facts.fiat_amount,
        facts.business_date,
        units.minor_units
    from reconciled.transaction_facts as facts
    left join validated.minor_units as units on facts.fiat_currency = units.currency
    where facts.is_completed and facts.fee_amount is not null
),

fee_schedule as (
    select * from reconciled.fee_schedule
),

charged as (
    select
        transactions.transaction_id,
        transactions.minor_units,
        fee_schedule.percent,
        fee_schedule.tolerance,
        fiat_value(transactions.fiat_amount, fee_schedule.rate) as share
    from transactions
    inner join fee_schedule
        on
            transactions.business_date >= fee_schedule.valid_from
            and transactions.business_date < fee_schedule.valid_until
)

select
    transaction_id,
    percent,
    tolerance,
    round_to_minor_units(share, minor_units) as fee_expected
from charged
