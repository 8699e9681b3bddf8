-- The versions of an authorization count from 1 without a gap.
select
    subscription_id,
    min(version) as first_version,
    max(version) as last_version,
    count(*) as versions
from validated.authorizations_history
group by subscription_id
having min(version) <> 1 or max(version) <> count(*) or count(distinct version) <> count(*)
