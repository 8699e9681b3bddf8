-- One row per subscription: its newest version held.
with
versions as (
    select * from validated.subscriptions_history
)

select * exclude (recorded_from, recorded_to, is_outdated)
from versions
qualify row_number() over (partition by subscription_id order by version desc) = 1
