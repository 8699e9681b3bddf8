-- One row per quote of a transfer fee of the last 30 days, the latest first, beside the cheapest network of its like.
-- A quote that was asked for after the cut-off waits for the next, so that a night run again says the same.
with
quotes as (
    select * from marts.fee_quotes
),

basis as (
    select * from reconciled.basis
)

select
    quotes.business_date,
    quotes.coin,
    quotes.network,
    quotes.asked_amount,
    quotes.fee_currency,
    quotes.fee_amount,
    quotes.cheapest_network,
    quotes.cheapest_fee_amount,
    quotes.fee_amount - quotes.cheapest_fee_amount as surplus_amount,
    quotes.payments
from quotes
cross join basis
where
    quotes.business_date > basis.as_of_date - 30 and quotes.quoted_at < basis.as_of
order by quotes.business_date desc, quotes.coin, quotes.network, quotes.asked_amount, quotes.quote_id
