-- The versions of a transaction count from 1 without a gap.
select
    transaction_id,
    min(version) as first_version,
    max(version) as last_version,
    count(*) as versions
from validated.transactions_history
group by transaction_id
having min(version) <> 1 or max(version) <> count(*) or count(distinct version) <> count(*)
