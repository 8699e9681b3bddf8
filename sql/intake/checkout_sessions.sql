-- Appends the staged checkout sessions that differ from the newest version held, in the order they were received.
insert into raw.checkout_sessions by name
with
staged as (
    select
        source,
        fetched_at,
        fetch_order,
        session_id,
        updated_at,
        sha256(to_json(row(*columns(* exclude (source, fetched_at, fetch_order))))::varchar) as content_digest
    from staged_rows
),

held as (
    select session_id, arg_max(content_digest, arrival) as content_digest
    from raw.checkout_sessions
    group by session_id
),

ordered as (
    select
        staged.*,
        held.content_digest as held_digest,
        lag(staged.content_digest) over versions as previous_digest,
        row_number() over versions as place
    from staged
    left join held on staged.session_id = held.session_id
    window versions as (
        partition by staged.session_id
        order by try_cast(staged.updated_at as timestamptz), staged.fetch_order
    )
),

fresh as (
    select *
    from ordered
    where
        session_id is null
        or content_digest is distinct from case when place = 1 then held_digest else previous_digest end
),

numbered as (
    select
        fresh.content_digest,
        fresh.fetch_order,
        coalesce((select max(arrival) from raw.checkout_sessions), 0) + row_number() over (
            order by try_cast(fresh.updated_at as timestamptz), fresh.fetch_order
        ) as arrival
    from fresh
)

select
    numbered.arrival,
    numbered.content_digest,
    -- A failed run of a later date may have taken facts in already; time does not go back for them.
    greatest(
        $as_of::timestamptz,
        coalesce((select max(recorded_from) from raw.checkout_sessions), $as_of::timestamptz)
    ) as recorded_from,
    $run_id as run_id,
    staged_rows.* exclude (fetch_order)
from numbered
inner join staged_rows on numbered.fetch_order = staged_rows.fetch_order
