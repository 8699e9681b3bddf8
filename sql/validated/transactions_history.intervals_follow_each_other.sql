-- Each version of a transaction is held until the next one begins, and the newest has no end.
with
versions as (
    select
        transaction_id,
        version,
        recorded_from,
        recorded_to,
        lead(recorded_from) over (partition by transaction_id order by version) as next_from
    from validated.transactions_history
)

select
    transaction_id,
    version,
    recorded_from,
    recorded_to,
    next_from
from versions
where recorded_to is distinct from next_from or recorded_from > recorded_to
