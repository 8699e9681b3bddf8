-- One row per stream read at this as-of: its windows, rows, the gateway's own total, and whether it is shown complete.
-- Of several runs the first that read the stream whole counts, else the latest: a night run again says the same.
with
basis as (
    select * from reconciled.basis
),

-- A run that was killed and went on, or tried a step again, reads a window more than once.
windows as (
    select pulls.*
    from ops.pulls as pulls
    inner join basis on pulls.as_of = basis.as_of
    qualify row_number() over (
        partition by pulls.run_id, pulls.stream, pulls.window_from, pulls.window_to
        order by
            pulls.complete desc,
            case when pulls.complete then pulls.started_at end,
            pulls.started_at desc
    ) = 1
),

pulls as (
    select
        pulls.run_id,
        pulls.stream,
        min(pulls.started_at) as started_at,
        count(*) as windows,
        min(pulls.window_from) as window_from,
        max(pulls.window_to) as window_to,
        sum(pulls.pages)::bigint as pages,
        sum(pulls.rows_received)::bigint as rows_received,
        sum(pulls.declared_total)::bigint as declared_total,
        sum(pulls.rows_new)::bigint as rows_new,
        sum(pulls.rows_changed)::bigint as rows_changed,
        bool_and(pulls.complete) as is_complete,
        coalesce(max(pulls.reason) filter (where not pulls.complete), '') as reason
    from windows as pulls
    group by pulls.run_id, pulls.stream
),

counted as (
    select *
    from pulls
    qualify row_number() over (
        partition by stream
        order by
            is_complete desc,
            case when is_complete then started_at end,
            started_at desc,
            run_id
    ) = 1
)

select
    stream,
    windows,
    instant_text(window_from) as window_from,
    instant_text(window_to) as window_to,
    pages,
    rows_received,
    declared_total,
    rows_new,
    rows_changed,
    case when is_complete then 'yes' else 'no' end as is_complete,
    reason
from counted
order by counted.is_complete, stream
