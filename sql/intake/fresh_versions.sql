-- One row per staged row that differs from the newest version held of its id, in the order received.
-- `staged_versions` and `held_versions` are the received rows and the stored ones of one stream, with `row_key`.
with
staged as (
    select
        row_key,
        updated_at,
        fetch_order,
        content_digest
    from staged_versions
),

held as (
    select
        row_key,
        arg_max(content_digest, arrival) as content_digest
    from held_versions
    group by row_key
),

last_held as (
    select
        coalesce(max(arrival), 0) as arrival,
        max(recorded_from) as recorded_from
    from held_versions
),

ordered as (
    select
        staged.*,
        held.content_digest as held_digest,
        lag(staged.content_digest) over versions as previous_digest,
        row_number() over versions as place
    from staged
    left join held on staged.row_key = held.row_key
    window versions as (
        partition by staged.row_key
        order by try_cast(staged.updated_at as timestamptz), staged.fetch_order
    )
),

fresh as (
    select *
    from ordered
    where
        row_key is null
        or content_digest is distinct from case when place = 1 then held_digest else previous_digest end
)

select
    last_held.arrival + row_number() over (
        order by try_cast(fresh.updated_at as timestamptz), fresh.fetch_order
    ) as arrival,
    -- A failed run of a later date may have taken facts in already; time does not go back for them.
    greatest($as_of::timestamptz, coalesce(last_held.recorded_from, $as_of::timestamptz)) as recorded_from,
    $run_id as run_id,
    staged_versions.* exclude (row_key, fetch_order)
from fresh
inner join staged_versions on fresh.fetch_order = staged_versions.fetch_order
cross join last_held
