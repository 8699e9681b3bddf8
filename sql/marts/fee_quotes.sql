-- One row per quote of a transfer fee: the network quoted for, beside the cheapest quoted for the like that day.
-- Quotes are of moving coins, not the gateway's fee: no break is judged by them.
with
quotes as (
    select * from validated.fee_quotes
),

basis as (
    select * from reconciled.basis
),

payments as (
    select
        business_date,
        upper(trim(crypto_currency)) as coin,
        upper(trim(network)) as network,
        count(*) as payments
    from reconciled.transaction_facts
    where is_completed
    group by all
),

told as (
    select
        quotes.quote_id,
        timezone(basis.timezone, quotes.quoted_at)::date as business_date,
        quotes.quoted_at,
        upper(trim(quotes.asked_currency)) as coin,
        upper(trim(quotes.asked_network)) as network,
        quotes.asked_amount,
        quotes.fee_amount,
        coalesce(upper(trim(quotes.fee_currency)), '') as fee_currency
    from quotes
    cross join basis
),

ranked as (
    select
        *,
        min(fee_amount) over alike as cheapest_fee_amount,
        arg_min(network, (fee_amount, network)) over alike as cheapest_network
    from told
    window alike as (partition by business_date, coin, asked_amount, fee_currency)
)

select
    ranked.quote_id,
    ranked.business_date,
    ranked.quoted_at,
    ranked.coin,
    ranked.network,
    ranked.asked_amount,
    ranked.fee_amount,
    ranked.fee_currency,
    ranked.cheapest_network,
    ranked.cheapest_fee_amount,
    coalesce(payments.payments, 0) as payments
from ranked
left join payments
    on
        ranked.business_date = payments.business_date
        and ranked.coin = payments.coin
        and ranked.network = payments.network
