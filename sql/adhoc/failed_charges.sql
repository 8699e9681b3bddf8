-- Why do charges of subscriptions fail?
-- Answer: one row a reason and currency, most often first; soft may succeed by itself later, hard needs a person, unknown is a word of no list.
select
    error_code,
    failure_class,
    meaning,
    currency,
    count(*) as attempts,
    count(distinct subscription_id) as subscriptions,
    sum(amount)::decimal(38, 18) as amount
from reconciled.charge_failures
group by error_code, failure_class, meaning, currency
order by attempts desc, error_code, currency
