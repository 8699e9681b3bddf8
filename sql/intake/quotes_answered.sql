-- One row per pair that a run asked for: its answer, and what changed against the accepted one before.
with
refused as (
    select
        source_row,
        reason
    from validated.quarantine
    where stream = 'fee_quotes'
),

answered as (
    select
        received.run_id,
        received.arrival,
        received.listed_under_currency as currency,
        received.listed_under_network as network,
        received.listed_under_amount as amount,
        try_cast(received.listed_under_amount as decimal(38, 18)) as asked_amount,
        try_cast(received.fee_amount as decimal(38, 18)) as fee_amount,
        received.fee_currency,
        try_cast(coalesce(received.quoted_at, received.fetched_at) as timestamptz) as quoted_at,
        refused.reason
    from raw.fee_quotes as received
    left join refused on received.arrival = refused.source_row
),

compared as (
    select
        arrival,
        lag(fee_amount) over former as former_amount,
        lag(fee_currency) over former as former_currency,
        lag(quoted_at) over former as former_at
    from answered
    where reason is null
    window former as (partition by currency, network, asked_amount order by arrival)
)

select
    answered.currency,
    answered.network,
    answered.amount,
    coalesce(coins_text(answered.fee_amount), '') as fee,
    coalesce(answered.fee_currency, '') as fee_currency,
    case
        when answered.reason is not null then 'in quarantine: ' || answered.reason
        when compared.former_at is null then 'first quote'
        when answered.fee_currency is distinct from compared.former_currency then 'another coin'
        when answered.fee_amount = compared.former_amount then 'none'
        when answered.fee_amount > compared.former_amount
            then '+' || coins_text(answered.fee_amount - compared.former_amount)
        else coins_text(answered.fee_amount - compared.former_amount)
    end as change,
    coalesce(coins_text(compared.former_amount), '') as former_fee,
    coalesce(compared.former_currency, '') as former_fee_currency,
    coalesce(instant_text(compared.former_at), '') as former_at
from answered
left join compared on answered.arrival = compared.arrival
where answered.run_id = $run_id
order by answered.arrival
