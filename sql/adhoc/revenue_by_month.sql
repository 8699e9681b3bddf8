-- What did we earn in each month?
-- Answer: one row a month and currency; gross is the worth of the COMPLETED payments, net is without the fees.
select
    date_trunc('month', business_date)::date as month_date,
    currency,
    sum(payments)::bigint as payments,
    sum(gross_amount)::decimal(38, 18) as gross_amount,
    coalesce(sum(fee_amount), 0)::decimal(38, 18) as fee_amount,
    (sum(gross_amount) - coalesce(sum(fee_amount), 0))::decimal(38, 18) as net_amount
from marts.fees
group by month_date, currency
order by month_date, currency
