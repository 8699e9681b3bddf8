-- One row per staged row to append: it differs from the newest version of its row, or is an older one never held.
-- `staged_versions` and `held_versions` are the received rows and the stored ones of one stream, with `row_key`.
-- The newest is the one with the greatest (ranked_at, arrival); a row without an id is known by its content.
with
staged as (
    select
        fetch_order,
        row_key,
        content_digest,
        coalesce('id ' || row_key, 'row ' || content_digest) as name,
        stamped_at(updated_at, fetched_at) as stamped_at
    from staged_versions
),

-- Of all that is held, the rows that the staged ones may be versions of.
known as (
    select held_versions.*
    from held_versions
    semi join staged on held_versions.row_key = staged.row_key

    union all

    select held_versions.*
    from held_versions
    semi join staged on held_versions.content_digest = staged.content_digest
    where held_versions.row_key is null
),

held as (
    select
        arrival,
        content_digest,
        ranked_at,
        coalesce('id ' || row_key, 'row ' || content_digest) as name
    from known
),

newest_held as (
    select *
    from held
    qualify
        row_number() over (partition by name order by ranked_at desc nulls last, arrival desc) = 1
),

held_contents as (
    select distinct
        name,
        content_digest
    from held
),

last_held as (
    select
        coalesce(max(arrival), 0) as arrival,
        max(recorded_from) as recorded_from
    from held_versions
),

placed as (
    select
        staged.*,
        newest.content_digest as newest_digest,
        newest.ranked_at as newest_ranked_at,
        newest.name is not null as is_known,
        coalesce(staged.stamped_at < newest.ranked_at, false) as is_outdated
    from staged
    left join newest_held as newest on staged.name = newest.name
),

ordered as (
    select
        *,
        lag(content_digest) over versions as previous_digest,
        row_number() over versions as place,
        -- A row that says no instant is as new as the newest one before it.
        coalesce(
            stamped_at, greatest(max(stamped_at) over versions, newest_ranked_at)
        ) as ranked_at
    from placed
    window versions as (partition by name, is_outdated order by stamped_at, fetch_order)
),

fresh as (
    select ordered.*
    from ordered
    left join held_contents as contents
        on
            ordered.is_outdated
            and ordered.name = contents.name
            and ordered.content_digest = contents.content_digest
    where
        contents.name is null
        and ordered.content_digest is distinct from case
            when ordered.place > 1 then ordered.previous_digest
            when not ordered.is_outdated then ordered.newest_digest
        end
)

select
    fresh.fetch_order,
    fresh.name,
    fresh.is_known,
    fresh.is_outdated,
    fresh.ranked_at,
    last_held.arrival + row_number() over (order by fresh.stamped_at, fresh.fetch_order) as arrival,
    -- A failed run of a later date may have taken facts in already; time does not go back for them.
    greatest($as_of::timestamptz, coalesce(last_held.recorded_from, $as_of::timestamptz)) as recorded_from
from fresh
cross join last_held
