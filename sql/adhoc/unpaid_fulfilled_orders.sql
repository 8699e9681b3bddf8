-- Which fulfilled orders from an amount on has nobody paid?
-- $least_amount amount = 0: in major units of the order's currency.
-- $currency text = none: only this currency.
-- Answer: one row an order, largest first within its currency; code says what is wrong, match_status EXPECTED that it may still be paid.
select
    order_id,
    amount,
    currency,
    business_date,
    age_days,
    match_status,
    code,
    state
from marts.unpaid_orders
where
    status = 'fulfilled'
    and amount >= $least_amount::decimal(38, 18)
    and currency = coalesce($currency::varchar, currency)
order by currency, amount desc, order_id
