-- A subscription currency stands once among the current subscription currencies.
select
    subscription_currency_id,
    count(*) as rows
from validated.subscription_currencies
group by subscription_currency_id
having count(*) > 1 or subscription_currency_id is null
