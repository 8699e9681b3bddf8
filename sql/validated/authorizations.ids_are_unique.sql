-- A subscription stands once among the authorizations.
select
    subscription_id,
    count(*) as rows
from validated.authorizations
group by subscription_id
having count(*) > 1 or subscription_id is null
