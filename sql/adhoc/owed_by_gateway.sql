-- How much does the gateway owe us in each currency?
-- Answer: one row a currency; owed_amount is the net of what completed and is not paid out, failed_amount the part of it whose payout failed.
select
    currency,
    count(*) as payments,
    sum(gross_amount)::decimal(38, 18) as gross_amount,
    coalesce(sum(fee_amount), 0)::decimal(38, 18) as fee_amount,
    sum(net_amount)::decimal(38, 18) as owed_amount,
    coalesce(sum(net_amount) filter (where payout_status = 'FAILED'), 0)::decimal(38, 18)
        as failed_amount,
    min(business_date) as oldest_date
from marts.payouts
where payout_status is distinct from 'COMPLETED'
group by currency
order by currency
