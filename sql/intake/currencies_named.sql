-- One row per currency or coin in which an order, a payment or a bill is told.
select currency from raw.orders where currency <> ''
union
select fiat_currency from raw.transactions where fiat_currency <> ''
union
select currency from raw.subscription_invoices where currency <> ''
union
select currency from raw.charge_attempts where currency <> ''
union
select currency from raw.prices where currency <> ''
