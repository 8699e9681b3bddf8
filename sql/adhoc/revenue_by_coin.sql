-- What did we earn in each coin?
-- $first_date date = none: first business date; the whole book without it.
-- $last_date date = none: last business date.
-- Answer: one row a coin, network and currency, largest first within a currency; amounts are of COMPLETED payments, in major units of currency, share_percent is of that currency.
with
earned as (
    select
        fees.coin,
        fees.network,
        fees.currency,
        sum(fees.payments) as payments,
        sum(fees.gross_amount)::decimal(38, 18) as gross_amount,
        coalesce(sum(fees.fee_amount), 0)::decimal(38, 18) as fee_amount
    from marts.fees as fees
    where
        fees.business_date >= coalesce($first_date::date, fees.business_date)
        and fees.business_date <= coalesce($last_date::date, fees.business_date)
    group by fees.coin, fees.network, fees.currency
)

select
    coin,
    network,
    currency,
    payments::bigint as payments,
    gross_amount,
    fee_amount,
    marts.percent_of(gross_amount, sum(gross_amount) over (partition by currency)) as share_percent
from earned
order by currency, gross_amount desc, coin, network
