-- From its first night on, one version of a transaction is the one known: each is until the next one is, the
-- newest for good, and those that never were have an empty interval.
with
versions as (
    select
        transaction_id,
        version,
        first_seen_at,
        recorded_from,
        recorded_to,
        recorded_to is not distinct from recorded_from as was_never_known
    from validated.transactions_history
),

placed as (
    select
        *,
        lag(recorded_to, 1, first_seen_at) over known as expected_from,
        lead(recorded_from) over known as next_from
    from versions
    where not was_never_known
    window known as (partition by transaction_id order by version)
)

select
    transaction_id,
    version,
    recorded_from,
    recorded_to,
    expected_from,
    next_from
from placed
where recorded_from is distinct from expected_from or recorded_to is distinct from next_from
union all
select
    transaction_id,
    max(version) as version,
    null as recorded_from,
    null as recorded_to,
    min(first_seen_at) as expected_from,
    null as next_from
from versions
group by transaction_id
having bool_and(was_never_known)
