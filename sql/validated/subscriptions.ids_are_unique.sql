-- A subscription stands once among the current subscriptions.
select
    subscription_id,
    count(*) as rows
from validated.subscriptions
group by subscription_id
having count(*) > 1 or subscription_id is null
