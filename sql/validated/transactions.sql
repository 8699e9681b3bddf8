-- One row per transaction: its newest version held.
with
versions as (
    select * from validated.transactions_history
)

select * exclude (recorded_from, recorded_to, is_outdated)
from versions
qualify row_number() over (partition by transaction_id order by version desc) = 1
